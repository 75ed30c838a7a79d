"""`@variables`: how a path is found in a text, followed through the scope and replaced.

Of each variable the longest path that has a value is taken, as in Glific, and then the shorthand
`@results.name` for `@results.name.input`. A name consists of letters, combining marks and digits
of any script, `_` and `-`. A dot right after a variable goes with it; an unknown variable, or an
e-mail address, stays in the text as it was written.

A text is read once: what was put into it, which a contact may have typed, is never searched for
variables again.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from flowhook.variable_names import NAME

from .numerals import float_text
from .scope import ROOTS, Scope

MAX_CHARACTERS = 500_000
MAX_LISTED = 50
MAX_DEPTH = 20

_PATH = re.compile(rf"@{NAME}+(?:\.{NAME}+){{0,3}}\.{NAME}*")
_ROOTED = rf"@((?:{'|'.join(ROOTS)})(?:\.{NAME}+)+)"
_MENTION = re.compile(rf"{_ROOTED}|(?<!{NAME})@({NAME}+(?:\.{NAME}+)+)")
ROOTED = re.compile(_ROOTED)

Replace = Callable[[Any, str, str], str]
"""Gets the value found, its text and the variable; returns the replacement."""


def substitute(text: str, scope: Scope) -> str:
    """The text with every variable that has a value replaced by the value's text."""
    if not text or "@" not in text:
        return text or ""
    return replace(text, scope, lambda _value, shown, _mention: shown)


def variables(text: str, most: int | None = None) -> list[str]:
    """The dotted paths of the variables in a text, without `@`, each once, in order.

    With `most`, only so many are looked at. An e-mail address is not a variable, unless the part
    after its `@` begins with a known root.
    """
    mentions = islice(_MENTION.finditer(text), most)
    return list(dict.fromkeys(match.group(1) or match.group(2) for match in mentions))


def replace(text: str, scope: Scope, put: Replace) -> str:
    """The text with every variable that has a value replaced by the result of `put`."""
    pieces = _put_paths(text, scope, put)
    if "@results." in text:
        for prefix, results in _result_maps(scope):
            pieces = _put_inputs(pieces, prefix, results, put)
    return "".join(pieces)


def _put_paths(text: str, scope: Scope, put: Replace) -> list[str]:
    """Replace the paths; return the text in pieces, by turns the author's and what was put in."""
    size, end = len(text), 0
    pieces = [""]
    for match in _PATH.finditer(text):
        pieces[-1] += text[end : match.start()]
        end = match.end()
        written = match.group()
        found = _longest(written, scope) if size <= MAX_CHARACTERS else None
        if found is None:
            has_input = written[-1] == "." and _is_input(written[:-1], scope)
            pieces[-1] += written[:-1] if has_input else written
            continue
        value, shown, mention, rest = found
        size += len(shown) - len(mention)
        pieces += [put(value, shown, mention), rest]
    pieces[-1] += text[end:]
    return pieces


def _longest(written: str, scope: Scope) -> tuple[Any, str, str, str] | None:
    """The longest path at the beginning that has a value: value, text, path as written, rest."""
    bare = written.rstrip(".")
    if bare != written:
        found = _find(written, bare[1:], scope)
        if found is not None:
            return *found, written, ""
    mention = bare
    while "." in mention:
        found = _find(mention, mention[1:], scope)
        if found is not None:
            return *found, mention, "" if mention == bare else written[len(mention) :]
        mention = mention[: mention.rindex(".")]
    return None


def _is_input(mention: str, scope: Scope) -> bool:
    """Whether it is the shorthand for a result's input, which `_put_inputs` replaces later."""
    return any(
        mention == prefix + name.lower() and _has_input(value)
        for prefix, results in _result_maps(scope)
        if mention.startswith(prefix)
        for name, value in results.items()
    )


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


def _put_inputs(
    pieces: list[str], prefix: str, results: Mapping[str, Any], put: Replace
) -> list[str]:
    """Replace the shorthand, `prefix` and a lower-cased name, by the result's input.

    The longest name comes first. Plain occurrences are replaced, so a longer word that begins with
    a name changes too.
    """
    if not any(prefix in piece for piece in pieces[::2]):
        return pieces
    size = sum(map(len, pieces))
    names = [name for name in results if _has_input(results[name])]
    for name in sorted(names, key=lambda name: (-len(name.encode(*_LENIENT)), name)):
        needle = prefix + name.lower()
        count = sum(piece.count(needle) for piece in pieces[::2])
        if not count:
            continue
        shown = show(results[name]["input"]) or ""
        growth = count * (len(shown) - len(needle))
        if size + growth <= MAX_CHARACTERS:
            size += growth
            pieces = _split(pieces, needle, put(shown, shown, needle))
    return pieces


def _split(pieces: list[str], needle: str, inserted: str) -> list[str]:
    """Put a text in the place of every needle in the author's pieces, which stand by turns."""
    parts: list[str] = []
    for number, piece in enumerate(pieces):
        if number % 2:
            parts.append(piece)
            continue
        for position, part in enumerate(piece.split(needle)):
            parts += [inserted, part] if position else [part]
    return parts


_LENIENT = (sys.getdefaultencoding(), "surrogatepass")


def _has_input(value: Any) -> bool:
    return (
        isinstance(value, Mapping) and "input" in value and not isinstance(value["input"], Mapping)
    )
