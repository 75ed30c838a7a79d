"""Put translations back into an entry, refusing those that damaged protected parts.

Errors: invalid_response.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flowhook import errors
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
    for segment, translation in zip(segments, translations, strict=True):
        problem = problem_with(segment, translation)
        if problem is not None:
            raise _unusable(segment.name, problem)
        masked = Masked(str(translation).strip(), segment.protected)
        texts.setdefault(segment.path, []).append(
            f"{segment.before}{unmask(masked)}{segment.after}"
        )
    whole = {path: "".join(parts) for path, parts in texts.items()}
    result = _replaced((), entry, whole)
    changed = first_difference((), entry, result, whole)
    if changed is not None:
        raise _unusable(changed, "the translation changed more than the text")
    return result


def first_difference(path: Path, before: Any, after: Any, texts: dict[Path, str]) -> str | None:
    """The path where two entries differ in shape, keys, order, types or a value that is no text."""
    name = Segment(path, "", "", (), "").name
    if type(before) is not type(after):
        return name
    if isinstance(before, dict):
        if list(before) != list(after):
            return name
        pairs = [(key, before[key], after[key]) for key in before]
    elif isinstance(before, list):
        if len(before) != len(after):
            return name
        pairs = [(place, *both) for place, both in enumerate(zip(before, after, strict=True))]
    else:
        return None if path in texts or before is after or before == after else name
    for step, old, new in pairs:
        found = first_difference((*path, step), old, new, texts)
        if found is not None:
            return found
    return None


def _replaced(path: Path, value: Any, texts: dict[Path, str]) -> Any:
    if isinstance(value, dict):
        return {key: _replaced((*path, key), inner, texts) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced((*path, place), inner, texts) for place, inner in enumerate(value)]
    return texts.get(path, value)


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
