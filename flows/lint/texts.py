"""The texts of a flow in which variables stand: of actions, their translations, and operands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowhook.strict_json import UnreadableJson, read_value
from flows.definition.definition import Case, Node
from flows.expressions import variables
from flows.lint import LintTarget
from flows.model.action import Action, as_text

MAX_VARIABLES = 100  # of one text that are looked at
MAX_USES = 100_000  # of variables that one check looks at, more than any flow has
NOT_READ = ("uuid", "type", "result_name")
"""Keys of an action in which no variable is replaced."""


@dataclass(frozen=True, slots=True)
class NodeText:
    """A text as its author wrote it.

    language: the label of the language into which it is translated, empty for the flow's own.
    is_shown: whether contacts read it. original: the text that a translation is of.
    """

    text: str
    language: str = ""
    is_shown: bool = False
    original: str = ""

    @property
    def place(self) -> str:
        """` (in Hindi)` for a translation, else nothing: the end of a message to the author."""
        return f" (in {self.language})" if self.language else ""


def variables_in(text: str, target: LintTarget) -> list[str]:
    """The variables of a text, the first of very many."""
    return target.once(("variables", text), lambda: variables(text, MAX_VARIABLES))


def lost(text: NodeText, target: LintTarget) -> str:
    """The only variable of the original that a translation has not, else nothing."""
    here = variables_in(text.text, target)
    missing = [one for one in variables_in(text.original, target) if one not in here]
    return missing[0] if len(missing) == 1 else ""


def texts_of(action: Action, target: LintTarget) -> Sequence[NodeText]:
    """The texts of an action and its translations; none where the action does not run."""
    return target.once(("texts", id(action)), lambda: tuple(_texts_of(action, target)))


def _texts_of(action: Action, target: LintTarget) -> Iterator[NodeText]:
    if action.kind.missing:
        return
    if action.kind.is_interactive:
        for language, content in contents_of(action, target):
            yield from _inside(content, language, is_shown=True)
    for key, value in action.source.items():
        if key not in NOT_READ and not (key == "text" and action.kind.is_interactive):
            yield from _inside(value, "", is_shown=key == "text" and action.kind.text_is_shown)
    templating = as_text(action.map("templating").get("uuid"))
    shown = action.kind.text_is_shown
    for language, entry in translations(target, action.uuid, templating):
        yield from _inside(entry, language, is_shown=shown, original=action.text("text"))


def _inside(value: Any, language: str, *, is_shown: bool, original: str = "") -> Iterator[NodeText]:
    """Every text in a value that holds an `@`, keys of objects included."""
    if isinstance(value, str):
        if "@" in value:
            yield NodeText(value, language, is_shown, original)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _inside(key, language, is_shown=False)
            if key not in NOT_READ:
                yield from _inside(one, language, is_shown=is_shown, original=original)
    elif isinstance(value, list):
        for one in value:
            yield from _inside(one, language, is_shown=is_shown, original=original)


def translations(target: LintTarget, *uuids: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The translations of the objects with these UUIDs, each with its language's label."""
    for locale, block in target.flow.localization.items():
        for uuid in uuids:
            entry = block.get(uuid) if uuid and isinstance(block, Mapping) else None
            if isinstance(entry, Mapping):
                yield target.label(locale), entry


def contents_of(action: Action, target: LintTarget) -> Iterator[tuple[str, dict[str, Any]]]:
    """The contents of an interactive message, each with its language's label, empty for the first.

    They are those of the template, or the editor's copy in the node.
    """
    template = target.context.interactive.find(
        as_text(action.source.get("id")), action.text("name")
    )
    if template is None:
        content = _copy(action)
        if content.get("type"):
            yield "", content
        return
    translated = template.get("translations")
    listed: list[tuple[str, Any]] = [("", template.get("interactive_content"))]
    labels = {str(one.id): one.label for one in target.context.languages}
    for number, content in translated.items() if isinstance(translated, dict) else ():
        listed.append((labels.get(str(number), str(number)), content))
    for language, content in listed:
        if isinstance(content, dict) and content:
            yield language, content


def _copy(action: Action) -> dict[str, Any]:
    try:
        content = read_value(action.text("text"))
    except UnreadableJson:
        return {}
    return content if isinstance(content, dict) else {}


def operand_of(node: Node) -> str:
    """The text that a split tests; a wait, or a node with an action, tests something else."""
    is_split = node.router and not node.actions and not node.router.wait
    return node.router.operand if node.router and is_split else ""


def tested(node: Node) -> tuple[Case, ...]:
    """The cases that are run; none where the node's action says which category is taken."""
    if node.router is None or (node.actions and node.actions[0].kind.replies):
        return ()
    return node.router.cases


def arguments_by_language(case: Case, target: LintTarget) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A case's arguments, then its translated ones, each with the language's label."""
    yield "", case.arguments
    for language, entry in translations(target, case.uuid):
        translated = entry.get("arguments")
        if isinstance(translated, list) and translated not in ([], [""]):
            yield language, tuple(as_text(one) for one in translated)


def did_you_mean(path: str) -> str:
    """The end of a message that offers a variable."""
    return f"; did you mean @{path[:80]}?"
