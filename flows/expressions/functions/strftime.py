"""Format strings with percent signs."""

from __future__ import annotations

import re
from typing import Any

from ..date_parts import Moment, inner, part
from ..fault import FAILED, ExpressionError
from ..run import Evaluation
from ..vocabulary import function

_DIRECTIVE = re.compile(r"%([-_0]?)([0-9]{0,2})(.?)", re.DOTALL)
_PARTS = {
    **{"Y": ("year", 4), "y": ("year2", 2), "m": ("month", 2), "d": ("day", 2)},
    **{"j": ("day_of_year", 3), "q": ("quarter", 1), "u": ("weekday", 1), "H": ("hour", 2)},
    **{"I": ("hour12", 2), "M": ("minute", 2), "S": ("second", 2), "B": ("month_full", 0)},
    **{"b": ("month_short", 0), "A": ("weekday_full", 0), "a": ("weekday_short", 0)},
    **{"p": ("AM", 0), "P": ("am", 0), "z": ("offset", 0), "Z": ("zone_abbreviation", 0)},
}
_COMPOUND = {"c": "%Y-%m-%d %H:%M:%S", "x": "%Y-%m-%d", "X": "%H:%M:%S"}
_PADDING = {"-": "", "_": " ", "0": "0", "": "0"}


@function("Calendar.strftime/2")
def strftime(run: Evaluation, moment: Moment, pattern: str) -> str:
    """Format a date or time by a pattern, for example `%d %b %Y`."""

    def one(match: re.Match[str]) -> str:
        run.tick()
        flag, width, letter = match.groups()
        text = _directive(run, moment, letter, int(width or 0), _PADDING[flag])
        run.charge(len(text))
        return text

    return _DIRECTIVE.sub(one, pattern)


def _directive(run: Evaluation, moment: Any, letter: str, width: int, padding: str) -> str:
    if letter == "%":
        return "%"
    if letter == "f":
        return f"{inner(moment).microsecond:06}"[: max(getattr(moment, "precision", 0), 1)]
    if letter in _COMPOUND:
        return strftime(run, moment, _COMPOUND[letter])
    if letter not in _PARTS:
        raise ExpressionError(FAILED)
    name, usual = _PARTS[letter]
    return part(moment, name, width or usual, padding)
