"""What stands in the place of an identifier, and how it is read from what a model made of it.

Models change the case, drop or swap the brackets and the hyphen, add a plural, write other digits
or translate the word; all this is read as the placeholder that it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from answers.guardrails.masking.alike import INDIC_MARKS

LABELS = {
    "phone": "PHONE",
    "email": "EMAIL",
    "aadhaar": "AADHAAR",
    "pan": "PAN",
    "abha": "ABHA",
    "upi": "UPI",
    "voter_id": "VOTER",
    "vehicle": "VEHICLE",
    "card": "CARD",
    "name": "NAME",
    "text": "TEXT",
}
"""How each kind is called in a placeholder; `text` is what only looks like a placeholder."""

_LETTER = rf"(?:[^\W\d_]|[{INDIC_MARKS}])"
_NAMED = "|".join(LABELS.values()).replace("AADHAAR", "AADHAA?R")
_OPEN, _CLOSE = r"\\{0,2}[\[<{\uff3b\u3010]", r"\\{0,2}[\]>}\uff3d\u3011]"
_HYPHEN = r"(?:\\{0,2}[_\s\u00a0\u2010-\u2015-]){0,3}"
_NUMBER_WORD = r"(?:[ _](?:NUMBER|NO|ID))?(?:S(?=[^A-Z]))?"
_WORDS = rf"(?:{_NAMED}){_NUMBER_WORD}{_HYPHEN}(?P<number>\d{{3,6}})(?!\d)"
_SECOND = rf"[ _](?![A-Za-z]){_LETTER}{{1,20}}+"
_TRANSLATED = (
    rf"[\[\uff3b\u3010]{_LETTER}{{1,20}}+(?:{_SECOND})?{_HYPHEN}"
    r"(?P<other>\d{3,6})[\]\uff3d\u3011]"
)
PLACEHOLDER = re.compile(
    rf"(?P<open>{_OPEN})?(?<![A-Za-z0-9]){_WORDS}(?:s(?={_CLOSE}))?(?P<close>{_CLOSE})?"
    rf"(?P<plural>s(?!{_LETTER}))?|{_TRANSLATED}",
    re.IGNORECASE,
)
AS_MADE = re.compile(rf"\[(?:{'|'.join(LABELS.values())})_\d{{3,6}}\]")
"""A placeholder as it stands in the log."""
LOOKS_ALIKE = re.compile(rf"{_WORDS}|{_TRANSLATED}", re.IGNORECASE)
"""What could be read as a placeholder once what stands around it is masked."""
CALLED = frozenset(
    {100, 101, 102, 103, 104, 106, 108, 112, 155, 181, 911, 999, 1091, 1098, 1930, 14416}
)
"""Numbers for help, which a model writes of its own: `phone 112` is then no placeholder."""
_NUMBER = re.compile(r"\d\d\d+")
_MOST_DIGITS = 6
_NEAR = 100  # characters within which a bracket may belong to another


def placeholder(kind: str, number: int) -> str:
    return f"[{LABELS[kind]}_{number}]"


def numbers_of(digest: bytes) -> Iterator[int]:
    """Numbers for what has this digest, the short ones first, which models carry best."""
    value = int.from_bytes(digest, "big")
    for size in (3, 4, 5, 6):
        least = 10 ** (size - 1)
        for _ in range(4):
            value, number = divmod(value, 9 * least)
            if least + number not in CALLED:
                yield least + number


def numbers_in(text: str) -> set[int]:
    """The numbers of a text that are as long as those of placeholders."""
    return {int(one) for one in _NUMBER.findall(text) if len(one) <= _MOST_DIGITS}


def number_in(found: re.Match[str]) -> tuple[int, str]:
    """The number of a match of one of these patterns, and the name of its group."""
    group = "number" if found["number"] else "other"
    return int(found[group]), group


def put_back(found: re.Match[str], original: str, keeps_plural: bool) -> str:
    """The original, with what around it did not belong to the placeholder."""
    if found["other"]:
        return original
    before, after = found["open"] or "", found["close"] or ""
    if before and after:
        # A backslash at one side only was there before.
        before, after = before[:-1], after[:-1]
        if len(before) == len(after):
            before = after = ""
    elif _is_lone(found, before, after):
        before = after = ""
    plural = (found["plural"] or "") if keeps_plural or not found["close"] else ""
    return f"{before}{original}{after}{plural}"


def _is_lone(found: re.Match[str], before: str, after: str) -> bool:
    """Whether the model dropped the bracket that belongs to this one."""
    if before:
        return before == "[" and found.string.find("]", found.end(), found.end() + _NEAR) < 0
    return after == "]" and found.string.rfind("[", found.start() - _NEAR, found.start()) < 0
