"""Functions of texts, which are counted and sliced by grapheme clusters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from flowhook.graphemes import graphemes

from ..fault import FAILED, ExpressionError
from ..patterns import literals
from ..run import Evaluation
from ..values import Function, Keywords, Range, Regex, to_text
from ..vocabulary import function
from .regexes import matches, replace_matches
from .slices import cut

MAX_ALTERNATIVES = 100_000  # characters of all texts that one call searches for
MAX_KEPT = 200

_INTEGER = re.compile(r"[+-]?[0-9]{1,4000}")
_RESERVED = ":/?#[]@!$&'()*+,;=~_-."


@function("to_string/1")
def text_of(value: Any) -> str:
    """The text that a value prints as."""
    return to_text(value)


@function("is_binary/1")
def is_text(value: Any) -> bool:
    """Whether a value is a text."""
    return isinstance(value, str)


def _graphemes(run: Evaluation, text: str) -> list[str]:
    """Split a text into graphemes. Splitting non-ASCII text is slow, and charged accordingly."""
    run.charge(len(text) * (16 if text.isascii() else 80))
    return graphemes(text)


@function("String.length/1")
def length(run: Evaluation, text: str) -> int:
    """The number of graphemes."""
    return len(_graphemes(run, text))


@function("String.upcase/1")
def upcase(text: str) -> str:
    """The text in upper case."""
    return text.upper()


@function("String.downcase/1")
def downcase(text: str) -> str:
    """The text in lower case."""
    return text.lower()


@function("String.trim/1")
def trim(text: str) -> str:
    """The text without white space at both ends."""
    return text.strip()


@function("String.trim/2")
def trim_of(run: Evaluation, text: str, unwanted: str) -> str:
    """The text without repetitions of `unwanted` at both ends."""
    return _trim_end(run, trim_leading(run, text, unwanted), unwanted)


@function("String.trim_leading/2")
def trim_leading(run: Evaluation, text: str, unwanted: str) -> str:
    """The text without repetitions of `unwanted` at its beginning."""
    start = 0
    while unwanted and text.startswith(unwanted, start):
        run.tick()
        start += len(unwanted)
    return text[start:]


def _trim_end(run: Evaluation, text: str, unwanted: str) -> str:
    end = len(text)
    while unwanted and text.endswith(unwanted, 0, end):
        run.tick()
        end -= len(unwanted)
    return text[:end]


@function("String.replace_leading/3")
def replace_leading(run: Evaluation, text: str, match: str, replacement: str) -> str:
    """The text with every `match` at its beginning replaced.

    Raises ExpressionError for an empty `match`.
    """
    if not match:
        raise ExpressionError(FAILED)
    rest = trim_leading(run, text, match)
    times = (len(text) - len(rest)) // len(match)
    run.charge(times * len(replacement) + len(rest))
    return replacement * times + rest


@function("String.replace/3", "String.replace/4")
def replace(
    run: Evaluation,
    text: str,
    pattern: str | Regex | list[Any],
    replacement: str | Function,
    options: Keywords | None = None,
) -> str:
    """The text with every match replaced; `global: false` replaces only the first.

    The pattern is a text, a list of texts or a regular expression, the replacement a text or a
    function.
    """
    everywhere = options is None or options.option("global", True) is not False
    if isinstance(pattern, Regex):
        return replace_matches(run, pattern, text, replacement, everywhere)
    pieces: list[str] = []
    start = 0
    for match in _texts(run, pattern, text):
        put = replacement if isinstance(replacement, str) else to_text(replacement(match.group()))
        run.charge(len(put))
        pieces += (text[start : match.start()], put)
        start = match.end()
        if not everywhere:
            break
    return "".join(pieces) + text[start:]


def _texts(run: Evaluation, pattern: str | list[Any], text: str) -> Iterator[Any]:
    """The matches of a text, or of a list of texts, the longest first."""
    texts = _several(pattern)
    size = sum(map(len, texts))
    if size > MAX_ALTERNATIVES or (isinstance(pattern, list) and "" in texts):
        raise ExpressionError(FAILED)
    run.charge(len(text) + 8 * size)
    compiled = literals(texts) if size <= MAX_KEPT else literals.__wrapped__(texts)
    for match in compiled.finditer(text):
        run.tick()
        yield match


@function("String.slice/2")
def slice_range(run: Evaluation, text: str, wanted: Range) -> str:
    """The graphemes at the indices of a range; negative indices count from the end."""
    clusters = _graphemes(run, text)
    return "".join(cut(clusters, wanted))


@function("String.slice/3")
def slice_length(run: Evaluation, text: str, start: int, count: int) -> str:
    """`count` graphemes from `start`; a negative start counts from the end.

    Raises ExpressionError for a negative count.
    """
    if count < 0:
        raise ExpressionError(FAILED)
    clusters = _graphemes(run, text)
    first = start if start >= 0 else max(len(clusters) + start, 0)
    return "".join(clusters[first : first + count])


@function("String.split/2", "String.split/3")
def split(
    run: Evaluation, text: str, pattern: str | Regex | list[Any], options: Keywords | None = None
) -> list[str]:
    """The pieces between matches; `parts: n` makes at most n, `trim: true` drops empty ones."""
    options = options or Keywords()
    most, trimmed = options.option("parts", 0), options.option("trim", False)
    limit = most if isinstance(most, int) and most > 0 else None
    pieces: list[str] = []
    start = 0
    told: Callable[[str], str] = text_of
    if isinstance(pattern, Regex):
        text, told = pattern.seen(text), pattern.told
        found = matches(run, pattern, text)
    else:
        found = _texts(run, pattern, text)
    for match in found:
        if limit is not None and len(pieces) >= limit - 1:
            break
        run.charge(16 + match.end() - start)
        piece = told(text[start : match.start()])
        start = match.end()
        if piece or not trimmed:
            pieces.append(piece)
    if text[start:] or not trimmed:
        pieces.append(told(text[start:]))
    return pieces


@function("String.to_integer/1")
def to_integer(text: str) -> int:
    """The integer that the whole text is. Raises ExpressionError for any other text."""
    if not _INTEGER.fullmatch(text):
        raise ExpressionError(FAILED)
    return int(text)


def _several(wanted: str | list[Any]) -> tuple[str, ...]:
    texts = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    if not all(isinstance(text, str) for text in texts):
        raise ExpressionError(FAILED)
    return texts


@function("String.starts_with?/2")
def starts_with(text: str, beginnings: str | list[Any]) -> bool:
    """Whether a text begins with a text, or with one of a list."""
    return text.startswith(_several(beginnings))


@function("String.ends_with?/2")
def ends_with(text: str, ends: str | list[Any]) -> bool:
    """Whether a text ends with a text, or with one of a list."""
    return text.endswith(_several(ends))


@function("String.contains?/2")
def contains(run: Evaluation, text: str, wanted: str | list[Any]) -> bool:
    """Whether a text contains a text, or one of a list."""
    for part in _several(wanted):
        run.charge(len(text) // 16)
        if part in text:
            return True
    return False


@function("URI.encode/1")
def encode_uri(run: Evaluation, text: str) -> str:
    """The text with every character that a URI must not contain percent-encoded."""
    run.charge(3 * len(text))
    return quote(text, safe=_RESERVED)
