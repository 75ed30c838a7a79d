"""What is wrong with an uploaded CSV file, collected by row and column and told at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from flowhook.csv_table import FIX
from flowhook.errors import InvalidInput

MAX_TOLD = 50  # faults that a refusal names
LOST = re.compile(r"[\s\d.,!()-]*\?{3}[\s\d.,!?()-]*")


class CsvFaults:
    """Collects faults; `count` says how many there are, of which MAX_TOLD are told."""

    def __init__(self) -> None:
        self.told: dict[str, list[str]] = {}
        self.count = 0

    def add(self, number: int, column: str, message: str) -> None:
        """Note what is wrong in a column of a row; `column` is empty for the whole row."""
        self.count += 1
        if self.count <= MAX_TOLD:
            place = f"row {number}, {column}" if column else f"row {number}"
            self.told.setdefault(place, []).append(message)

    def refuse(self) -> None:
        """Raise InvalidInput if anything was wrong."""
        if not self.count:
            return
        more = f", and {self.count - MAX_TOLD:,} more" if self.count > MAX_TOLD else ""
        raise InvalidInput(
            f"the file is wrong here: {'; '.join(self.told)}{more}. Nothing was imported.",
            fix="Correct these cells, and send the whole file again.",
            fields=self.told,
        )


def check_columns(
    columns: Sequence[str],
    unknown: Iterable[str],
    missing: Iterable[str],
    known: Iterable[str],
    is_none: str = "Is no column.",
) -> None:
    """Raise InvalidInput for columns that are `unknown`, there twice or `missing`; `is_none` tells
    what an unknown one is not, `known` are those that may be there."""
    wrong: dict[str, Any] = {
        **{name[:64]: [is_none] for name in unknown},
        **{name[:64]: ["Stands there twice."] for name in columns if columns.count(name) > 1},
    } or {name: ["Is missing."] for name in missing}
    if wrong:
        raise InvalidInput(
            f"the first row of the file is wrong: {', '.join(sorted(wrong))}",
            fix=f"Name the columns there; those known are {', '.join(known)}.",
            fields=wrong,
        )


def check_letters(raw: bytes, texts: Sequence[str]) -> None:
    """Raise InvalidInput where half of the `texts` of a file are question marks: what Excel writes
    for letters that its older kind of CSV does not have."""
    if not raw.isascii():
        return
    lost = sum(LOST.fullmatch(text) is not None for text in texts)
    if lost * 2 > len(texts):
        raise InvalidInput(f"the letters of this file are lost: {lost} questions are ???", fix=FIX)
