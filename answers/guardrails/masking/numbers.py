"""Finds identifiers that are numbers: phones, Aadhaar, ABHA and cards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from answers.guardrails.masking.folding import Folded
from answers.guardrails.masking.found import Found
from answers.guardrails.masking.number_kinds import (
    ABHA_BEGINS,
    FIRST_DIGITS,
    LEAST_DIGITS,
    MOST_DIGITS,
    MOST_GROUPS,
    Number,
    kinds_of,
)
from flowhook.turns import in_turns

KINDS = frozenset({"phone", "aadhaar", "abha", "card"})

_RUN = re.compile(r"[0-9](?:[ .()\[\]-]{0,3}[0-9])*+")
_PLUS = re.compile(r"\+\(?$")
LONG = 100  # groups of digits, from which on other requests go on in between
_GROUP = re.compile(r"[0-9]++")
_DATE = re.compile(
    r"""(?<![0-9./-])(?:
        [0-3]?[0-9]([./-])[01]?[0-9]\1(?:19|20)?[0-9]{2}
        | (?:19|20)[0-9]{2}([./-])[01]?[0-9]\2[0-3]?[0-9]
        | (?:19|20)[0-9]{2}[ ]?-[ ]?(?:(?:19|20)[0-9]{2}|[0-9]{2}(?![ ][0-9]))
    )(?![0-9]|[./-][0-9])""",
    re.VERBOSE,
)
"""Dates and spans of years, which no number reaches across."""
_UUID = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-f])")
_UUID_SIZE = 36
_MONEY = re.compile(r"[₹$€£¥] ?$")


def find_numbers(text: Folded, kinds: frozenset[str]) -> Iterator[Found]:
    """Each number of one of `kinds`; some may overlap."""
    plain = text.text
    for found in _RUN.finditer(plain):
        if found.end() - found.start() >= LEAST_DIGITS:
            for run in _runs(plain, found):
                yield from _in_run(text, run, kinds)


def _runs(plain: str, found: re.Match[str]) -> Iterator[_Run]:
    """The runs of digits in a match, which dates part."""
    start, end = found.span()
    near = max(0, start - 2)
    plus = _PLUS.search(plain, near, start)
    before = len(plus[0]) if plus else 0
    is_money = _MONEY.search(plain, near, start) is not None
    if "-" not in found[0] and "." not in found[0]:
        yield _Run(found[0], start, before, is_money)
    elif not _is_in_uuid(plain, start, end):
        dateless = _DATE.sub(lambda date: "x" * len(date[0]), found[0])
        for part in _RUN.finditer(dateless):
            if part.start():
                before, is_money = 0, False
            yield _Run(part[0], start + part.start(), before, is_money)


def _is_in_uuid(plain: str, start: int, end: int) -> bool:
    near = _UUID.finditer(plain, max(0, start - _UUID_SIZE), end + _UUID_SIZE)
    return any(found.start() < end and start < found.end() for found in near)


def _in_run(text: Folded, run: _Run, kinds: frozenset[str]) -> Iterator[Found]:
    for first, last, number in run.numbers():
        for kind, grade in kinds_of(number, kinds):
            start = -run.plus if number.plus else run.groups[first][0]
            yield Found(*text.span(run.at + start, run.at + run.groups[last][1]), kind, grade)


class _Run:
    """Groups of digits with blanks and signs between them.

    `at` is their place in the text, `plus` how many characters before them belong to a plus.
    """

    def __init__(self, said: str, at: int, plus: int, is_money: bool) -> None:
        self.said = said
        self.at = at
        self.is_money = is_money
        self.plus = plus
        self.groups = [one.span() for one in _GROUP.finditer(said)]
        self.digits = "".join(_GROUP.findall(said))
        self.sizes = tuple(end - start for start, end in self.groups)
        self.ends = list(accumulate(self.sizes, initial=0))

    def numbers(self) -> Iterator[tuple[int, int, Number]]:
        """The numbers that some of the groups may be, each with its first and last group."""
        parts = self._parts()
        for first, last in in_turns(parts) if len(self.sizes) > LONG else parts:
            base, end = self.ends[first], self.ends[last + 1]
            plus = bool(self.plus) and not first
            if not plus and not self._may_begin(first, base, end - base):
                continue
            if (self.is_money and not first) or (first < last and self._is_cut(first, last)):
                continue
            joints = tuple(
                self.said[self.groups[at][1] : self.groups[at + 1][0]] for at in range(first, last)
            )
            alone = last - first + 1 == len(self.sizes)
            sizes = self.sizes[first : last + 1]
            yield first, last, Number(self.digits[base:end], sizes, joints, plus, alone)

    def _may_begin(self, first: int, base: int, size: int) -> bool:
        begins = self.digits.startswith(FIRST_DIGITS.get(size, ()), base)
        return begins or (size == 14 and self.sizes[first : first + 2] == ABHA_BEGINS)

    def _parts(self) -> Iterator[tuple[int, int]]:
        """The first and last of groups that beside each other have as many digits as a number."""
        count = len(self.sizes)
        single = 0  # the end of single digits that were looked at
        for first in range(count):
            if first >= single and self.sizes[first] == 1:
                single = next((at for at in range(first, count) if self.sizes[at] > 1), count)
                if LEAST_DIGITS <= single - first <= MOST_DIGITS:
                    yield first, single - 1
            for last in range(first, min(count, first + MOST_GROUPS)):
                size = self.ends[last + 1] - self.ends[first]
                if size > MOST_DIGITS:
                    break
                if size >= LEAST_DIGITS:
                    yield first, last
        if count > MOST_GROUPS and LEAST_DIGITS <= self.ends[count] <= MOST_DIGITS:
            yield 0, count - 1

    def _is_cut(self, first: int, last: int) -> bool:
        """Whether these groups begin or end within a decimal number."""
        if first and self.said[self.groups[first - 1][1] : self.groups[first][0]] == ".":
            return True
        is_last = last + 1 == len(self.groups)
        return not is_last and self.said[self.groups[last][1] : self.groups[last + 1][0]] == "."
