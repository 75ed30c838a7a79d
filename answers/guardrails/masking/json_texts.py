"""Changes the texts in a JSON value, however deep it is nested."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

LEAST_NUMBER = 10_000_000  # shorter ones identify nobody


def each_text(value: Any, change: Callable[[str], str]) -> Any:
    """A copy of a JSON value with each of its texts changed, in order; names of fields stay.

    A whole number that `change` would change as a text becomes that text, also one that is written
    with a point or an exponent.

    >>> each_text({"a": ["b", 7, None], 3: "c"}, str.upper)
    {'a': ['B', 7, None], 3: 'C'}
    >>> each_text([9876543210, 9876543210.0, 0.5, 7], "<{}>".format)
    ['<9876543210>', '<9876543210>', 0.5, 7]
    """
    whole: list[Any] = [value]
    waiting: list[tuple[Any, Any, Any]] = [(whole, 0, value)]
    while waiting:
        holder, key, one = waiting.pop()
        if isinstance(one, str):
            holder[key] = change(one)
        elif isinstance(one, Mapping):
            holder[key] = copy = dict(one)
            waiting.extend((copy, name, one[name]) for name in reversed(list(one)))
        elif isinstance(one, list | tuple):
            holder[key] = items = list(one)
            waiting.extend((items, at, items[at]) for at in range(len(items) - 1, -1, -1))
        elif isinstance(one, int | float) and abs(one) >= LEAST_NUMBER and one == one // 1:
            text = str(int(one))
            holder[key] = changed if (changed := change(text)) != text else one
    return whole[0]
