"""Finds e-mail, UPI and ABHA addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from answers.guardrails.masking.alike import INDIC_MARKS
from answers.guardrails.masking.folding import Folded
from answers.guardrails.masking.found import REGULAR, SURE, Found

KINDS = frozenset({"email", "upi", "abha"})

MOST_BEFORE, MOST_AFTER = 80, 255
_LETTER = rf"\w{INDIC_MARKS}"
_NO_LOCAL = ("", " ", "@", "(", ",")
_LOCAL = re.compile(rf"[{_LETTER}.+%-]++$")
_PLAIN_DOMAIN = re.compile(
    r"[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9-]{1,63}){0,4}\.[a-z]{2,24}(?![a-z0-9-])"
)
_DOMAIN = re.compile(
    rf"[{_LETTER}-]{{1,63}}(?:\.[{_LETTER}-]{{1,63}}){{0,4}}\.[^\W\d_][{_LETTER}]{{1,24}}"
)
_HANDLE = re.compile(r"[a-z][a-z0-9]{2,40}(?![a-z0-9]|[.-][a-z0-9])")
_ABHA = re.compile(r"(?:abdm|sbx|ndhm)(?![a-z0-9]|[.-][a-z0-9])")
_MAILERS = (
    *("gmail", "googlemail", "yahoo", "ymail", "rocketmail", "hotmail", "outlook", "live", "msn"),
    *("icloud", "rediffmail", "rediff", "protonmail", "proton", "zoho", "aol"),
)
_SPOKEN_AT = (" at ", "(at)", "[at]", " @", "@ ", "(dot)", "[dot]", " dot ")
_SPOKEN = re.compile(
    rf"(?<![{_LETTER}.])[a-z0-9][a-z0-9._+-]{{0,63}}+ ?(?:@|\(at\)|\[at\]| at ) ?"
    rf"(?:{'|'.join(_MAILERS)})"
    r" ?(?:\.|\(dot\)|\[dot\]| dot ) ?(?:com|co ?(?:\.| dot ) ?in|in|net|org|me)(?![a-z0-9])"
)


def find_addresses(text: Folded, kinds: frozenset[str]) -> Iterator[Found]:
    """Each address of one of `kinds`."""
    plain = text.text
    at = plain.find("@")
    while at >= 0:
        found = _around(plain, at, kinds)
        if found:
            start, end, kind = found
            yield Found(*text.span(start, end), kind, SURE)
        at = plain.find("@", at + 1)
    if "email" in kinds and _may_be_spoken(plain):
        for match in _SPOKEN.finditer(plain):
            yield Found(*text.span(*match.span()), "email", REGULAR)


def _may_be_spoken(plain: str) -> bool:
    return any(at in plain for at in _SPOKEN_AT) and any(one in plain for one in _MAILERS)


def _around(plain: str, at: int, kinds: frozenset[str]) -> tuple[int, int, str] | None:
    """The address around an @."""
    if plain[at - 1 : at] in _NO_LOCAL:
        return None
    local = _LOCAL.search(plain[max(0, at - MOST_BEFORE) : at])
    if not local or not (before := local[0].lstrip(".+%-")):
        return None
    start = at - len(before)
    after = plain[at + 1 : at + 1 + MOST_AFTER]
    if found := _PLAIN_DOMAIN.match(after) or _DOMAIN.match(after):
        return (start, at + 1 + found.end(), "email") if "email" in kinds else None
    if "abha" in kinds and (found := _ABHA.match(after)):
        return start, at + 1 + found.end(), "abha"
    if "upi" in kinds and len(before) > 1 and (found := _HANDLE.match(after)):
        return start, at + 1 + found.end(), "upi"
    return None
