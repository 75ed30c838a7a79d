"""Functions of maps and JSON."""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from ..fault import FAILED, ExpressionError
from ..order import compare
from ..run import Evaluation
from ..values import Atom, Naive, Range, Regex, Time, Zoned, map_key, to_text
from ..vocabulary import function
from .moments import iso_text

_STRUCTS = (dt.date, Decimal, Naive, Range, Regex, Time, Zoned)


@function("is_map/1")
def is_map(value: Any) -> bool:
    """Whether a value is a map; dates, times, ranges and patterns are maps too."""
    return isinstance(value, (dict, *_STRUCTS))


@function("is_nil/1")
def is_nil(value: Any) -> bool:
    """Whether a value is nil."""
    return value is None


@function("Map.get/2", "Map.get/3")
def get(map_: dict[Any, Any], key: Any, default: Any = None) -> Any:
    """The value of a key, or the default."""
    return map_.get(map_key(key), default)


@function("Jason.decode!/1")
def decode(run: Evaluation, text: str) -> Any:
    """Read a value from JSON."""
    run.charge(4 * len(text))
    text.encode()
    value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    json.dumps(value, ensure_ascii=False).encode()
    return value


def _refuse(_constant: str) -> Any:
    raise ExpressionError(FAILED)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ExpressionError(FAILED)
    return number


@function("Jason.encode!/1")
def encode(run: Evaluation, value: Any) -> str:
    """The JSON of a value, with sorted keys."""
    pieces: list[str] = []
    _write(run, value, pieces)
    return "".join(pieces)


def _write(run: Evaluation, value: Any, pieces: list[str]) -> None:
    run.tick()
    if isinstance(value, dict):
        _write_map(run, value, pieces)
    elif isinstance(value, list):
        _write_list(run, value, pieces)
    else:
        pieces.append(_scalar(value))
        run.charge(len(pieces[-1]))


def _scalar(value: Any) -> str:
    if isinstance(value, float):
        return to_text(value)
    if value is None or isinstance(value, (bool, int, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Atom):
        return json.dumps(value.name)
    if isinstance(value, (Naive, Zoned)):
        return json.dumps(iso_text(value))
    if isinstance(value, (dt.date, Time, Decimal)):
        return json.dumps(to_text(value))
    raise ExpressionError(FAILED)


def _write_list(run: Evaluation, items: list[Any], pieces: list[str]) -> None:
    pieces.append("[")
    for index, item in enumerate(items):
        if index:
            pieces.append(",")
        _write(run, item, pieces)
    pieces.append("]")


def _write_map(run: Evaluation, map_: dict[Any, Any], pieces: list[str]) -> None:
    pieces.append("{")
    for index, key in enumerate(sorted(map_, key=cmp_to_key(compare))):
        name = json.dumps("nil" if key is None else to_text(key), ensure_ascii=False)
        pieces.append(f",{name}:" if index else f"{name}:")
        run.charge(len(name) + 2)
        _write(run, map_[key], pieces)
    pieces.append("}")
