"""Finds what lower rooms say to people: messages and fixes of errors, reasons that a transcript
notes, and descriptions of fields.

These rooms know no language. A text with values in it (an f-string) becomes one with
placeholders, `f"the field {name} is empty"` to `the field %(name)s is empty`;
`web/catalogues/patterns.py` recognises what was made of it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from inspect import cleandoc
from pathlib import Path

from flowhook import errors

ROOT = Path(__file__).parents[2]
# Whose texts pages show most; what the others say stays English on a page in another language.
AREAS = (
    "answers/api",
    "answers/approved",
    "answers/asked",
    "answers/gates",
    "answers/guardrails",
    "answers/inbox",
    "answers/knowledge",
    "answers/prompts",
    "answers/question_sets",
    "flowhook/alerts",
    "flowhook/board",
    "flowhook/errors.py",
    "flowhook/http",
    "flowhook/jobs",
    "flowhook/json_schema.py",
    "flowhook/limits",
    "flowhook/media",
    "flowhook/organisations",
    "flowhook/outcome.py",
    "flowhook/providers",
    "flowhook/records",
    "flowhook/redis",
    "flowhook/response_format.py",
    "flowhook/strict_json.py",
    "flows/actions",
    "flows/api",
    "flows/channels",
    "flows/conversations",
    "flows/definition",
    "flows/engine",
    "flows/expressions",
    "flows/library",
    "flows/model",
    "flows/play/contact_profiles.py",
    "flows/play/simulation.py",
    "flows/routers",
    "flows/sheets",
    "service/caller_checks.py",
    "service/flow_tools.py",
    "service/inbox_conversations.py",
    "service/section_checks.py",
    "web",
    "webhooks",
)
KINDS = {  # of fields, questions and ends of a flow's run, by the argument whose text people read
    "text": 1,
    "secret": 1,
    "model": 0,
    "flow_name": 0,
    "time_of_day": 0,
    "BrokenAction": 0,
    "Question": 1,
    "Verdict": 1,
    "fault": 2,
    "interrupt": 1,
    "fail": 2,
    "reset": 2,
    "_ignore": 0,
    "_report": 2,
}
NOT_SHOWN = {"operations", "catalogues"}  # these speak to programs and developers
# Whose text people read.
SAID = frozenset(  # keywords
    {"message", "fix", "description", "error", "reason", "mistake_reason", "why"}
)
ASSIGNED = frozenset({"fix", "error", "reason"})  # variables
RAISED = frozenset(
    {name for name, kind in vars(errors).items() if isinstance(kind, type)}
    | {"NotDelivered", "ValidationError", "unauthorized"}
)
WORD = re.compile(r"\w+")
LETTERS = re.compile(r"[a-z]{2}")

Constants = Mapping[str, ast.expr]


def paths() -> Iterator[Path]:
    for area in map(ROOT.joinpath, AREAS):
        for path in sorted(area.rglob("*.py")) if area.is_dir() else [area]:
            if NOT_SHOWN.isdisjoint(path.relative_to(ROOT).parts):
                yield path


def all_lower_texts() -> set[str]:
    return {text for path in paths() for text in lower_texts(path.read_text("utf-8"))}


def lower_texts(source: str) -> Iterator[str]:
    """
    >>> list(lower_texts('raise InvalidInput(f"{name} is empty", fix="Fill it.")'))
    ['%(name)s is empty', 'Fill it.']
    """
    tree = ast.parse(source)
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for said in _said(tree):
        yield from _texts(said, constants)


def _said(tree: ast.Module) -> Iterator[ast.expr]:
    """The expressions whose texts people read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = _name(node.func)
            if name in RAISED and node.args:
                yield node.args[0]
            if name in KINDS and len(node.args) > KINDS[name]:
                yield node.args[KINDS[name]]
            yield from (one.value for one in node.keywords if one.arg in SAID)
        elif isinstance(node, ast.Assign):
            yield from _of_assignment(node)
        elif isinstance(node, ast.ClassDef):
            yield from _of_class(node)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in SAID:
                    yield value


def _of_assignment(node: ast.Assign) -> Iterator[ast.expr]:
    name = _name(node.targets[0])
    if name in ASSIGNED:
        yield node.value
    elif name == "messages" and isinstance(node.value, ast.Dict):
        yield from node.value.values


def _of_class(node: ast.ClassDef) -> Iterator[ast.expr]:
    """What heads a section's page."""
    if node.name.endswith("SettingsSchema") and isinstance(node.body[0], ast.Expr):
        yield from _cleaned(node.body[0].value)


def _cleaned(docstring: ast.expr) -> Iterator[ast.expr]:
    if isinstance(docstring, ast.Constant):
        yield ast.Constant(cleandoc(str(docstring.value)))


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _texts(node: ast.expr, constants: Constants) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body, constants)
        yield from _texts(node.orelse, constants)
    elif isinstance(node, ast.Name) and node.id in constants:
        yield from _texts(constants[node.id], {})
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        if LETTERS.search(node.value):
            yield node.value
    elif isinstance(node, ast.JoinedStr):
        text = pattern(node)
        if LETTERS.search(re.sub(r"%\(\w+\)s", "", text)):
            yield text


def pattern(node: ast.JoinedStr) -> str:
    """The text of an f-string, with `%(name)s` in the place of each value."""
    parts, seen = [], set[str]()
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            name = _placeholder(part.value)
            while name in seen:
                name += "_"
            seen.add(name)
            parts.append(f"%({name})s")
        elif isinstance(part, ast.Constant):
            parts.append(str(part.value).replace("%", "%%"))
    return "".join(parts)


def _placeholder(value: ast.expr) -> str:
    """A name for a value, after the last name in its expression."""
    words = [word for word in WORD.findall(ast.unparse(value)) if word.isidentifier()]
    return words[-1].lower() if words else "value"
