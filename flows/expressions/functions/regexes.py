"""Functions of regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..fault import FAILED, RESOURCES, ExpressionError
from ..run import Evaluation
from ..values import Atom, Function, Keywords, Regex, to_text, whole
from ..vocabulary import function

MAX_WORK = 4_000_000
"""The limit of one search, in characters times instructions of the compiled pattern."""

_REFERENCE = re.compile(r"\\(?:(\\)|g\{([0-9]{1,3})\}|([0-9]))")


def first_match(run: Evaluation, pattern: Regex, text: str) -> Any:
    """The first match, or None."""
    return next(matches(run, pattern, text), None)


def matches(run: Evaluation, pattern: Regex, text: str) -> Iterator[Any]:
    """All matches in a text as the pattern sees it (`seen`), found in time linear in the text.

    Raises ExpressionError if text and pattern are too large together.
    """
    run.charge(len(text))
    if len(text) * pattern.pattern.programsize > MAX_WORK:
        raise ExpressionError(RESOURCES)
    for match in pattern.pattern.finditer(text):
        run.tick()
        yield match


@function("Regex.match?/2")
def is_match(run: Evaluation, pattern: Regex, text: str) -> bool:
    """Whether the pattern matches anywhere in the text."""
    return first_match(run, pattern, pattern.seen(text)) is not None


@function("Regex.run/2", "Regex.run/3")
def run_pattern(
    run: Evaluation, pattern: Regex, text: str, options: Keywords | None = None
) -> list[str] | None:
    """The first match and its groups, or nil; `capture:` is :all, :first or :all_but_first.

    Raises ExpressionError for another `capture:`.
    """
    match = first_match(run, pattern, pattern.seen(text))
    if match is None:
        return None
    found = _groups(pattern, match)
    capture = options.option("capture", Atom("all")) if options else Atom("all")
    if not isinstance(capture, Atom) or capture.name not in ("all", "first", "all_but_first"):
        raise ExpressionError(FAILED)
    return {"all": found, "first": found[:1], "all_but_first": found[1:]}[capture.name]


@function("Regex.scan/2")
def scan(run: Evaluation, pattern: Regex, text: str) -> list[list[str]]:
    """All matches with their groups."""
    found = []
    for match in matches(run, pattern, pattern.seen(text)):
        groups = _groups(pattern, match)
        run.charge(32 + sum(map(len, groups)))
        found.append(groups)
    return found


def _groups(pattern: Regex, match: Any) -> list[str]:
    """The match and its groups, without trailing groups that did not take part."""
    groups = [match.group(), *match.groups()]
    while groups and groups[-1] is None:
        groups.pop()
    return [pattern.told(group or "") for group in groups]


@function("Regex.replace/3", "Regex.replace/4")
def replace(
    run: Evaluation,
    pattern: Regex,
    text: str,
    replacement: str | Function,
    options: Keywords | None = None,
) -> str:
    r"""The text with every match replaced; `\\1` in the replacement inserts a group.

    `global: false` replaces only the first. A function gets the match and its first group.
    """
    everywhere = options is None or options.option("global", True) is not False
    return replace_matches(run, pattern, text, replacement, everywhere)


def replace_matches(
    run: Evaluation, pattern: Regex, text: str, replacement: str | Function, everywhere: bool
) -> str:
    pieces: list[str] = []
    start, text = 0, pattern.seen(text)
    for match in matches(run, pattern, text):
        put = _replacement(pattern, match, replacement)
        run.charge(len(put))
        pieces += (pattern.told(text[start : match.start()]), put)
        start = match.end()
        if not everywhere:
            break
    return whole("".join(pieces) + pattern.told(text[start:]))


def _replacement(pattern: Regex, match: Any, replacement: str | Function) -> str:
    groups = [pattern.told(group or "") for group in (match.group(), *match.groups())]
    if isinstance(replacement, Function):
        padded = [*groups, "", ""]
        return to_text(replacement(*padded[: replacement.arity]))

    def one(reference: re.Match[str]) -> str:
        if reference.group(1):
            return "\\"
        index = int(reference.group(2) or reference.group(3))
        return groups[index] if index < len(groups) else ""

    return _REFERENCE.sub(one, replacement)
