"""The difference of two texts, line by line, and within changed lines word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, OUT, IN = "same", "out", "in"
WORDS = re.compile(r"\s+|\S+")
MOST_PAIRS = 250_000  # of lines or words that are compared; what is longer changed as a whole
LIKE = 0.4  # lines less alike than this have nothing to mark
AROUND = 2  # unchanged lines that are shown beside a change


@dataclass(frozen=True, slots=True)
class Part:
    text: str
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line that stands in both texts (`same`), in the first (`out`) or in the second (`in`)."""

    kind: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """Unchanged lines that are left out."""

    count: int


def difference(before: str, after: str) -> list[Line | Gap]:
    """What changed, with some lines around; empty where nothing did.

    >>> for line in difference("Hello.\\nBe kind always.", "Hello.\\nBe short always."):
    ...     print(line.kind, [part.text for part in line.parts])
    same ['Hello.']
    out ['Be ', 'kind', ' always.']
    in ['Be ', 'short', ' always.']
    """
    if before == after:
        return []
    first, second = before.split("\n"), after.split("\n")
    blocks = [(kind, first[a:b], second[c:d]) for kind, a, b, c, d in opcodes(first, second)]
    found: list[Line | Gap] = []
    for at, (kind, out, came) in enumerate(blocks):
        if kind == "equal":
            found += _around(out, is_first=at == 0, is_last=at == len(blocks) - 1)
        else:
            found += _changed(out, came)
    return found


def opcodes(first: Sequence[str], second: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """As difflib's, in bounded time: what both begin and end with is not compared."""
    shorter = min(len(first), len(second))
    head = next((at for at in range(shorter) if first[at] != second[at]), shorter)
    tail = 0
    while tail < shorter - head and first[-1 - tail] == second[-1 - tail]:
        tail += 1
    ends = len(first) - tail, len(second) - tail
    inner = first[head : ends[0]], second[head : ends[1]]
    found = [("equal", 0, head, 0, head)] if head else []
    found += [
        (kind, a + head, b + head, c + head, d + head) for kind, a, b, c, d in _compared(*inner)
    ]
    if tail:
        found.append(("equal", ends[0], len(first), ends[1], len(second)))
    return found


def _compared(
    first: Sequence[str], second: Sequence[str]
) -> Sequence[tuple[str, int, int, int, int]]:
    if len(first) * len(second) > MOST_PAIRS:
        return [("replace", 0, len(first), 0, len(second))]
    return SequenceMatcher(None, first, second).get_opcodes()


def _around(lines: Sequence[str], *, is_first: bool, is_last: bool) -> Iterator[Line | Gap]:
    """Unchanged lines, without those that are far from a change."""
    before = 0 if is_first else AROUND
    after = 0 if is_last else AROUND
    hidden = len(lines) - before - after
    if hidden < 2:
        before, after, hidden = len(lines), 0, 0
    for line in lines[:before]:
        yield Line(SAME, (Part(line),))
    if hidden:
        yield Gap(hidden)
    for line in lines[len(lines) - after :]:
        yield Line(SAME, (Part(line),))


def _changed(out: Sequence[str], came: Sequence[str]) -> list[Line | Gap]:
    """The lines that went, then those that came, with the words that differ."""
    before, after = WORDS.findall("\n".join(out)), WORDS.findall("\n".join(came))
    codes = opcodes(before, after)
    alike = sum(b - a for kind, a, b, _, _ in codes if kind == "equal")
    if 2 * alike < LIKE * (len(before) + len(after)):
        return [
            *(Line(OUT, (Part(line),)) for line in out),
            *(Line(IN, (Part(line),)) for line in came),
        ]
    gone = [("".join(before[a:b]), kind != "equal") for kind, a, b, _, _ in codes]
    new = [("".join(after[c:d]), kind != "equal") for kind, _, _, c, d in codes]
    return [
        *(Line(OUT, parts) for parts in _lines(gone) if out),
        *(Line(IN, parts) for parts in _lines(new) if came),
    ]


def _lines(marked: Sequence[tuple[str, bool]]) -> Iterator[tuple[Part, ...]]:
    """Pieces of text, whether changed or not, cut into lines."""
    parts: list[Part] = []
    for text, is_changed in marked:
        first, *others = text.split("\n")
        if first:
            parts.append(Part(first, is_changed))
        for other in others:
            yield tuple(parts)
            parts = [Part(other, is_changed)] if other else []
    yield tuple(parts)
