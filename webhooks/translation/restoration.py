"""Put translations back into an entry, refusing those that damaged protected parts.

Errors: invalid_response.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from typing import Any

from flowhook import errors
from flowhook.turns import in_turns
from webhooks.translation.masking import Masked, unmask
from webhooks.translation.segment import Path, Segment

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]*+)[^<>]*?(/?)>")
_MARKUP = re.compile(r"<[A-Za-z/!%]|\{\{|\$\{|\{[\w.]*\}|@[^\W\d]\w*\.\w|%[sd](?!\w)")
_ALONE = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)


def problem_with(segment: Segment, translation: object) -> str | None:
    """The reason why a translation cannot be used, without quoting it; None if it can."""
    if not isinstance(translation, str):
        return "the translation is not text"
    if segment.masked and not translation.strip():
        return "the translation is empty"
    restored = unmask(Masked(translation, segment.protected))
    if restored is None:
        return "the translation lost, repeated or invented a protected part"
    if len(_MARKUP.findall(translation)) > len(_MARKUP.findall(segment.masked)):
        return "the translation adds markup or placeholders"
    if not _nests_alike(segment.original, f"{segment.before}{restored}{segment.after}"):
        return "the translation breaks the nesting of HTML tags"
    return None


def restore(entry: Any, segments: Sequence[Segment], translations: Sequence[object]) -> Any:
    """Copy `entry` with each segment's text replaced.

    Raises InvalidResponse naming the path of the first translation that cannot be used.
    """
    if len(segments) != len(translations):
        raise _unusable("entry", "the number of translations is not that of the texts")
    texts: dict[Path, list[str]] = {}
    for segment, translation in in_turns(zip(segments, translations, strict=True)):
        problem = problem_with(segment, translation)
        if problem is not None:
            raise _unusable(segment.name, problem)
        masked = Masked(str(translation).strip(), segment.protected)
        texts.setdefault(segment.path, []).append(
            f"{segment.before}{unmask(masked)}{segment.after}"
        )
    whole = {path: "".join(parts) for path, parts in texts.items()}
    result = _replaced(entry, whole)
    changed = first_difference(entry, result, whole)
    if changed is not None:
        raise _unusable(changed, "the translation changed more than the text")
    return result


def first_difference(before: Any, after: Any, texts: Mapping[Path, str]) -> str | None:
    """The path where two entries differ in shape, keys, order, types or a value that is no text."""
    pending: list[tuple[Path, Any, Any]] = [((), before, after)]
    for path, old, new in in_turns(_drained(pending)):
        if old is new:
            continue
        if type(old) is not type(new):
            return _name(path)
        if isinstance(old, dict):
            if list(old) != list(new):
                return _name(path)
            pending += [((*path, key), old[key], new[key]) for key in reversed(old)]
        elif isinstance(old, list):
            if len(old) != len(new):
                return _name(path)
            pending += [((*path, at), old[at], new[at]) for at in reversed(range(len(old)))]
        elif path not in texts and old != new:
            return _name(path)
    return None


def _drained(pending: list[tuple[Path, Any, Any]]) -> Iterator[tuple[Path, Any, Any]]:
    while pending:
        yield pending.pop()


def _name(path: Path) -> str:
    return Segment(path, "", "", (), "").name


def _replaced(entry: Any, texts: Mapping[Path, str]) -> Any:
    """Copy an entry where a text is replaced; what holds none is shared with it."""
    copies: dict[Path, Any] = {(): copy(entry)}
    for path, text in in_turns(texts.items()):
        if not path:
            return text
        for length in range(1, len(path)):
            outer, step = copies[path[: length - 1]], path[length - 1]
            if path[:length] not in copies:
                outer[step] = copies[path[:length]] = copy(outer[step])
        copies[path[:-1]][path[-1]] = text
    return copies[()]


def _nests_alike(before: str, after: str) -> bool:
    """Whether tags, which may move with their words, are still nested well."""
    old, new = _TAG.findall(before), _TAG.findall(after)
    return old == new or (_is_well_nested(old) and _is_well_nested(new))


def _is_well_nested(tags: list[tuple[str, str, str]]) -> bool:
    unclosed: list[str] = []
    for closing, raw_name, alone in tags:
        name = raw_name.lower()
        if alone or name in _ALONE:
            continue
        if not closing:
            unclosed.append(name)
        elif not unclosed or unclosed.pop() != name:
            return False
    return not unclosed


def _unusable(name: str, problem: str) -> errors.InvalidResponse:
    return errors.InvalidResponse(
        f"{name}: {problem}",
        fix="Try again, or choose a stronger model.",
        fields={"entry": [f"{name}: {problem}"]},
    )
