"""Finds identifiers of letters and digits: PAN, voter id and vehicle numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from answers.guardrails.masking.folding import Folded
from answers.guardrails.masking.found import LIKELY, REGULAR, SURE, Found

KINDS = frozenset({"pan", "voter_id", "vehicle"})

_HOLDERS = "abcefghjklpt"  # persons, companies, trusts and others; the fourth letter of a PAN
_STATES = (
    "an|ap|ar|as|br|cg|ch|dd|dl|dn|ga|gj|hp|hr|jh|jk|ka|kl|la|ld|mh|ml|mn|mp|mz|nl|od|or|pb|py|rj"
    "|sk|tn|tr|ts|tg|ua|uk|up|wb"
)
_ORDERS = "ord|inv|ref|inr|usd"  # begin numbers of orders, bills and amounts
_EDGE, _END = r"(?<![a-z0-9])", r"(?![a-z0-9])"
_AFTER_AMOUNTS = "agiklmoqstvwx"  # letters that follow an amount: units, and one-letter words
_AMOUNT = re.compile(
    r"(?:an|as|la|ml|mp|or|up)[ .-]*[0-9]+[ .-]*"
    r"(?:am|cm|gb|gm|hd|kg|km|lt|mb|mg|ml|mm|pm|rs|to|of|in|is|ki|ka|ke|ko|ha|se|me)[ .-].*"
)
"""`up 12 pm 2000`, which begins like a vehicle number."""


class _Code(NamedTuple):
    """How a kind is written, whole or in groups, and whole where its letters stand alone.

    `is_group` tells a group from words and amounts, by the text in small letters and as it was
    written.
    """

    kind: str
    written: re.Pattern[str]
    apart: re.Pattern[str]
    is_group: Callable[[str, str], bool]


def _code(kind: str, whole: str, grouped: str, is_group: Callable[[str, str], bool]) -> _Code:
    written = re.compile(f"{_EDGE}(?:{whole}|{grouped}){_END}")
    return _Code(kind, written, re.compile(whole), is_group)


_CODES = (
    _code(
        "pan",
        rf"[0-9]{{2}}[a-z]{{5}}[0-9]{{4}}[a-z][0-9a-z]z[0-9a-z]"  # in a GSTIN
        rf"|[a-z]{{3}}[{_HOLDERS}][a-z][0-9]{{4}}[a-z]",
        rf"[a-z]{{3}}[{_HOLDERS}][a-z][ .-]?[0-9]{{4}}[ .-]?[a-z]",
        lambda low, written: written.isupper() or low[-1] not in _AFTER_AMOUNTS,
    ),
    _code(
        "voter_id",
        rf"(?!{_ORDERS})[a-z]{{3}}[0-9]{{7}}",
        rf"(?!{_ORDERS}|eur|gbp|tel|fax|mob|pin)[a-z]{{3}}[ ./-][0-9]{{7}}",
        lambda _low, written: written.isupper(),
    ),
    _code(
        "vehicle",
        rf"(?:(?:{_STATES})[0-9]{{1,2}}[a-z]{{1,3}}|[0-9]{{2}}bh)[0-9]{{4}}"
        r"(?:(?<=bh[0-9]{4})[a-z]{1,2})?",
        rf"(?:{_STATES})[ .-]{{0,2}}[0-9]{{1,2}}[ .-]{{0,2}}(?:[a-z]{{1,3}}|[a-z][ .-][a-z]{{1,2}})"
        r"[ .-]{0,2}[0-9]{4}|[0-9]{2}[ .-]{0,2}bh[ .-]{0,2}[0-9]{4}[ .-]{0,2}[a-z]{1,2}",
        lambda low, written: written.isupper() or not _AMOUNT.fullmatch(low),
    ),
)
_APART = re.compile(rf"{_EDGE}[a-z0-9]([ .-])[a-z0-9]{_END}(?:\1[a-z0-9]{_END}){{6,}}+")
"""Letters and digits that stand alone, each after the same blank or sign."""

_DIGITS_APART = re.compile(r"[0-9]([ .-])[0-9]\1[0-9]\1[0-9]")
_DIGITS = re.compile(r"[0-9]++")
_LETTER = re.compile("[a-z][ ./-]*$")
_SIZES = (4, 7)  # of the digits that each code holds, with the rest of it near
_BEFORE, _AFTER = 16, 6


def find_codes(text: Folded, kinds: frozenset[str]) -> Iterator[Found]:
    """Each code of one of `kinds`; some may overlap."""
    plain = text.text
    wanted = [code for code in _CODES if code.kind in kinds]
    for digits in _DIGITS.finditer(plain):
        at = digits.start()
        if digits.end() - at not in _SIZES or not _LETTER.search(plain, max(0, at - 3), at):
            continue
        start, end = max(0, at - _BEFORE), digits.end() + _AFTER
        for code in wanted:
            for found in code.written.finditer(plain, start, end):
                if found[0].isalnum():
                    yield Found(*text.span(*found.span()), code.kind, SURE)
                elif code.is_group(found[0], text.written[found.start() : found.end()]):
                    yield Found(*text.span(*found.span()), code.kind, REGULAR)
    if _DIGITS_APART.search(plain):
        for run in _APART.finditer(plain):
            yield from _apart(text, run, wanted)


def _apart(text: Folded, run: re.Match[str], wanted: list[_Code]) -> Iterator[Found]:
    joined = run[0][::2]
    for code in wanted:
        for found in code.apart.finditer(joined):
            start, end = (run.start() + 2 * at for at in found.span())
            yield Found(*text.span(start, end - 1), code.kind, LIKELY)
