"""Timex's format strings: `{D}/{0M}/{YYYY}` to write and read, `%d/%m/%Y` to write.

All functions raise ExpressionError for an invalid pattern.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from .date_parts import DAYS, MONTHS, inner, part
from .fault import FAILED, ExpressionError
from .isotime import read_zoned
from .run import Evaluation
from .values import Naive, Zoned

MAX_FORMAT = 500

_TOKEN = re.compile(r"\{\{|\}\}|\{([0_]?)([A-Za-z0-9:-]+)\}|[^{}]", re.DOTALL)

# directive: part, width, whether it is padded by default
_PARTS: dict[str, tuple[str, int, bool]] = {
    "YYYY": ("year", 4, False),
    "YY": ("year2", 2, False),
    "C": ("century", 2, False),
    "WYYYY": ("iso_year", 4, True),
    "M": ("month", 2, False),
    "Mfull": ("month_full", 0, False),
    "Mshort": ("month_short", 0, False),
    "D": ("day", 2, False),
    "Dord": ("day_of_year", 3, False),
    "Wiso": ("iso_week", 2, True),
    "Wmon": ("week_monday", 2, False),
    "Wsun": ("week_sunday", 2, False),
    "WDmon": ("weekday", 1, False),
    "WDsun": ("weekday_sunday", 1, False),
    "WDshort": ("weekday_short", 0, False),
    "WDfull": ("weekday_full", 0, False),
    "h24": ("hour", 2, True),
    "h12": ("hour12", 2, False),
    "m": ("minute", 2, True),
    "s": ("second", 2, True),
    "s-epoch": ("epoch", 0, False),
    "AM": ("AM", 0, False),
    "am": ("am", 0, False),
    "Z": ("offset", 0, False),
    "Z:": ("offset_colon", 0, False),
    "Zabbr": ("zone_abbreviation", 0, False),
    "Zname": ("zone", 0, False),
}
_COMPOUND = {
    "ISOdate": "{YYYY}-{0M}-{0D}",
    "ISOtime": "{h24}:{m}:{s}",
    "ISO:Extended": "{YYYY}-{0M}-{0D}T{h24}:{m}:{s}{Z:}",
    "ISO:Extended:Z": "{YYYY}-{0M}-{0D}T{h24}:{m}:{s}Z",
    "kitchen": "{h12}:{m}{AM}",
}
_PERCENT = {
    **{"Y": "{0YYYY}", "y": "{0YY}", "C": "{0C}", "m": "{0M}", "B": "{Mfull}", "b": "{Mshort}"},
    **{"h": "{Mshort}", "d": "{0D}", "e": "{_D}", "j": "{0Dord}", "u": "{WDmon}", "w": "{WDsun}"},
    **{"A": "{WDfull}", "a": "{WDshort}", "V": "{Wiso}", "W": "{0Wmon}", "U": "{0Wsun}"},
    **{"H": "{h24}", "k": "{_h24}", "I": "{0h12}", "l": "{_h12}", "M": "{m}", "S": "{s}"},
    **{"s": "{s-epoch}", "P": "{am}", "p": "{AM}", "Z": "{Zabbr}", "z": "{Z}"},
    **{"D": "{0M}/{0D}/{0YY}", "F": "{ISOdate}", "R": "{h24}:{m}", "T": "{ISOtime}"},
}


def format_default(run: Evaluation, moment: Any, pattern: str) -> str:
    texts = []
    for padding, directive, literal in _tokens(pattern):
        run.tick()
        texts.append(literal or _written(run, moment, padding, directive))
        run.charge(len(texts[-1]))
    return "".join(texts)


def _tokens(pattern: str) -> Iterator[tuple[str, str, str]]:
    """Padding, directive and literal of every piece; a pattern without a directive is invalid."""
    pieces = list(_TOKEN.finditer(pattern[:MAX_FORMAT]))
    is_whole = sum(len(piece.group()) for piece in pieces) == len(pattern)
    if not is_whole or not any(piece.group(2) for piece in pieces):
        raise ExpressionError(FAILED)
    for piece in pieces:
        if piece.group(2):
            yield piece.group(1), piece.group(2), ""
        else:
            yield "", "", piece.group()[:1]


def _written(run: Evaluation, moment: Any, padding: str, directive: str) -> str:
    if directive in _COMPOUND:
        return format_default(run, moment, _COMPOUND[directive])
    if directive == "ss":
        digits = f"{inner(moment).microsecond:06}"[: getattr(moment, "precision", 0)]
        return f".{digits}" if digits else ""
    if directive not in _PARTS:
        raise ExpressionError(FAILED)
    name, width, always = _PARTS[directive]
    fill = {"0": "0", "_": " ", "": "0" if always else ""}[padding]
    return part(moment, name, width, fill)


def format_strftime(run: Evaluation, moment: Any, pattern: str) -> str:
    """Format by a percent pattern. Raises ExpressionError for an invalid one."""

    def one(match: re.Match[str]) -> str:
        letter = match.group(1)
        if letter == "%":
            return "%"
        if letter not in _PERCENT:
            raise ExpressionError(FAILED)
        return format_default(run, moment, _PERCENT[letter])

    if len(pattern) > MAX_FORMAT or not re.search(r"%[^%]", pattern):
        raise ExpressionError(FAILED)
    return re.sub(r"%(.?)", one, pattern, flags=re.DOTALL)


_READ = {
    **{"YYYY": r"\d{1,4}", "YY": r"\d{1,2}", "M": r"\d{1,2}", "D": r"\d{1,2}", "h24": r"\d{2}"},
    **{"h12": r"\d{1,2}", "m": r"\d{2}", "s": r"\d{2}", "ss": r"\.\d{1,6}", "AM": "AM|PM"},
    **{"am": "am|pm", "Z": r"[+-]\d{4}|Z", "Z:": r"[+-]\d{2}:\d{2}|Z", "Mfull": "|".join(MONTHS)},
    **{"Mshort": "|".join(month[:3] for month in MONTHS), "WDfull": "|".join(DAYS)},
    **{"WDshort": "|".join(day[:3] for day in DAYS), "s-epoch": r"\d{1,12}"},
}


def parse_default(text: str, pattern: str) -> Naive | Zoned:
    """Read a date and time by a pattern; it has a zone if the pattern has one.

    Raises ExpressionError if the text does not match.
    """
    if pattern in ("{ISO:Extended}", "{ISO:Extended:Z}"):
        return read_zoned(text)[0]
    for name, meaning in _COMPOUND.items():
        pattern = pattern.replace("{" + name + "}", meaning)
    names: list[str] = []
    expression = ""
    for padding, directive, literal in _tokens(pattern):
        if literal:
            expression += re.escape(literal)
            continue
        if directive not in _READ or directive in names:
            raise ExpressionError(FAILED)
        names.append(directive)
        digits = _READ[directive]
        if padding == "0" and directive in _PARTS:
            digits = rf"\d{{{_PARTS[directive][1]}}}"
        expression += f"({' *' if padding == '_' else ''}(?:{digits}))"
    match = re.fullmatch(expression, text, re.ASCII)
    if match is None:
        raise ExpressionError(FAILED)
    found = {name: group.strip() for name, group in zip(names, match.groups(), strict=True)}
    return _moment(found)


def _moment(found: dict[str, str]) -> Naive | Zoned:
    if "s-epoch" in found:
        return Zoned(dt.datetime.fromtimestamp(int(found["s-epoch"]), ZoneInfo("UTC")))
    moment = dt.datetime(
        _year(found), _month(found), int(found.get("D", 1)), _hour(found),
        int(found.get("m", 0)), int(found.get("s", 0)),
    )  # fmt: skip
    fraction = found.get("ss", ".")[1:]
    moment = moment.replace(microsecond=int(fraction.ljust(6, "0")))
    zone = found.get("Z", found.get("Z:"))
    if zone is None:
        return Naive(moment, len(fraction))
    return Zoned((moment - _offset(zone)).replace(tzinfo=ZoneInfo("UTC")), len(fraction))


def _year(found: dict[str, str]) -> int:
    if "YY" in found:
        return dt.datetime.now(dt.UTC).year // 100 * 100 + int(found["YY"])
    return int(found.get("YYYY", 1))


def _month(found: dict[str, str]) -> int:
    if "Mfull" in found:
        return MONTHS.index(found["Mfull"]) + 1
    if "Mshort" in found:
        return [month[:3] for month in MONTHS].index(found["Mshort"]) + 1
    return int(found.get("M", 1))


def _hour(found: dict[str, str]) -> int:
    if "h12" not in found:
        return int(found.get("h24", 0))
    afternoon = found.get("AM", found.get("am", "am")).lower() == "pm"
    return int(found["h12"]) % 12 + (12 if afternoon else 0)


def _offset(zone: str) -> dt.timedelta:
    if zone == "Z":
        return dt.timedelta()
    digits = zone[1:].replace(":", "")
    size = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -size if zone[0] == "-" else size
