"""`@variables`: how a path is found in a text, followed through the scope and replaced.

The order is Glific's: four scans, the longest paths first, each over the output of the one
before, then the shorthand `@results.name` for `@results.name.input`. A name consists of letters,
combining marks and digits of any script, `_` and `-`. An unknown variable stays in the text as
it was written, without a trailing dot.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from flowhook.variable_names import NAME

from .numerals import float_text
from .scope import ROOTS, Scope

MAX_CHARACTERS = 500_000
MAX_LISTED = 50
MAX_DEPTH = 20

_SCANS = [
    re.compile("@" + r"\.".join([f"{NAME}+"] * depth) + rf"\.{NAME}*") for depth in (4, 3, 2, 1)
]
_ROOTED = rf"@((?:{'|'.join(ROOTS)})(?:\.{NAME}+)+)"
_MENTION = re.compile(rf"{_ROOTED}|(?<!{NAME})@({NAME}+(?:\.{NAME}+)+)")
ROOTED = re.compile(_ROOTED)
_GLOBAL = re.compile(rf"@(global(?:\.{NAME}+)+)")

Replace = Callable[[Any, str, str], str]
"""Gets the value found, its text and the variable; returns the replacement."""


def substitute(text: str, scope: Scope) -> str:
    """The text with every variable that has a value replaced by the value's text."""
    if not text or "@" not in text:
        return text or ""
    return replace(text, scope, lambda _value, shown, _mention: shown)


def variables(text: str) -> list[str]:
    """The dotted paths of the variables in a text, without `@`, each once, in order.

    An e-mail address is not a variable, unless the part after its `@` begins with a known root.
    """
    found = (first or second for first, second in _MENTION.findall(text))
    return list(dict.fromkeys(found))


def replace(text: str, scope: Scope, put: Replace) -> str:
    """The text with every variable that has a value replaced by the result of `put`.

    A scan also reads values that the scan before inserted, which a contact may have typed. So
    `@global`, where organisations keep their secrets, has a value only where `text` itself names
    it.
    """
    size = len(text)
    own = _GLOBAL.findall(text) if "@global." in text else ()

    def one(match: re.Match[str]) -> str:
        nonlocal size
        mention = match.group()
        path = mention[1:].rstrip(".")
        is_typed = path.startswith("global.") and not _names(own, path)
        found = None if is_typed else _find(mention, path, scope)
        if found is None or size > MAX_CHARACTERS:
            return mention if mention == "@contact.language" else "@" + path
        value, shown = found
        size += len(shown) - len(mention)
        return put(value, shown, mention)

    for scan in _SCANS:
        text = scan.sub(one, text)
    if "@results." in text:
        for prefix, results in _result_maps(scope):
            text = _put_inputs(text, prefix, results, put)
    return text


def _names(variables: Iterable[str], path: str) -> bool:
    """Whether one of the variables is this path or continues it."""
    return any(f"{one}.".startswith(f"{path}.") for one in variables)


def _find(mention: str, path: str, scope: Scope) -> tuple[Any, str] | None:
    """The value of a path and its text, or None."""
    if mention == "@contact.language":
        value = walk(scope, ["contact", "fields", "language", "label"])
        return (value, value) if isinstance(value, str) and value else None
    if mention in ("@contact.groups", "@contact.in_groups"):
        return _groups(walk(scope, ["contact", "in_groups"]))
    value = walk(scope, path.split("."))
    depth = 0
    while isinstance(value, Mapping) and depth < 100:
        value, depth = value.get("value"), depth + 1
    shown = show(value)
    if isinstance(value, list):
        return None if shown is None else (shown, shown)
    return (value, shown) if shown else None


def walk(scope: Scope, path: list[str]) -> Any:
    """Follow a path through the scope's maps; None if a part is missing."""
    value = scope.root(path[0])
    for key in path[1:]:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def show(value: Any, depth: int = 0) -> str | None:
    """The text of a value as a message shows it; None for a value that has no text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return None if value.bit_length() > 13_000 else str(value)
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}Z"
    if isinstance(value, list) and depth < MAX_DEPTH:
        parts = [show(item, depth + 1) for item in value if item is not None]
        return None if None in parts else "".join(part for part in parts if part)
    return None


def _groups(ids: Any) -> tuple[Any, str]:
    if not isinstance(ids, list):
        return None, "nil"
    texts = [shown for shown in map(show, ids) if shown is not None]
    listed = ['"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts]
    if len(listed) > MAX_LISTED:
        listed = [*listed[:MAX_LISTED], "..."]
    return texts, "[" + ", ".join(listed) + "]"


def _result_maps(scope: Scope) -> Iterator[tuple[str, Mapping[str, Any]]]:
    results = scope.results
    yield "@results.", results
    for relative in ("parent", "child"):
        below = results.get(relative)
        if isinstance(below, Mapping):
            yield f"@results.{relative}.", below


def _put_inputs(text: str, prefix: str, results: Mapping[str, Any], put: Replace) -> str:
    """Replace the shorthand, `prefix` and a lower-cased name, by the result's input.

    The longest name comes first. Plain occurrences are replaced, so a longer word that begins with
    a name changes too.
    """
    if prefix not in text:
        return text
    names = [name for name in results if _has_input(results[name])]
    for name in sorted(names, key=lambda name: (-len(name.encode(*_LENIENT)), name)):
        needle = prefix + name.lower()
        count = text.count(needle)
        if not count:
            continue
        shown = show(results[name]["input"]) or ""
        if len(text) + count * (len(shown) - len(needle)) <= MAX_CHARACTERS:
            text = text.replace(needle, put(shown, shown, needle))
    return text


_LENIENT = (sys.getdefaultencoding(), "surrogatepass")


def _has_input(value: Any) -> bool:
    return (
        isinstance(value, Mapping) and "input" in value and not isinstance(value["input"], Mapping)
    )
