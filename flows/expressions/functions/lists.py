"""Functions of lists and other collections: ranges, and maps as pairs of key and value."""

from __future__ import annotations

import random
from functools import cmp_to_key
from itertools import islice
from operator import itemgetter
from typing import Any

from ..fault import FAILED, ExpressionError
from ..operators import add
from ..order import compare
from ..run import Evaluation
from ..values import Atom, Function, Range, to_text, truthy
from ..vocabulary import function
from .slices import cut

Collection = list[Any] | Range | dict[Any, Any]


def elements(run: Evaluation, collection: Collection) -> list[Any]:
    """The elements as a list, those of a map in the order of its keys.

    Their memory is charged before a range is expanded.
    """
    if isinstance(collection, list):
        return collection
    run.charge(16 * count(collection))
    if isinstance(collection, Range):
        return list(collection.items())
    pairs = list(collection.items())
    if all(isinstance(key, str) for key in collection):
        return sorted(pairs, key=itemgetter(0))

    def by_key(left: tuple[Any, Any], right: tuple[Any, Any]) -> int:
        run.tick()
        return compare(left[0], right[0])

    return sorted(pairs, key=cmp_to_key(by_key))


@function("Enum.count/1")
def count(collection: Collection) -> int:
    """The number of elements."""
    if isinstance(collection, Range):
        return abs(collection.last - collection.first) + 1
    return len(collection)


@function("length/1")
def length(items: list[Any]) -> int:
    """The number of elements of a list."""
    return len(items)


@function("hd/1")
def head(items: Any) -> Any:
    """The first element of a list. Raises ExpressionError for an empty list."""
    if not isinstance(items, list) or not items:
        raise ExpressionError("hd requires a non-empty list")
    return items[0]


@function("elem/2")
def element(pair: tuple[Any, ...], index: int) -> Any:
    """The element of a tuple at an index. Raises ExpressionError for a negative one."""
    if index < 0:
        raise ExpressionError(FAILED)
    return pair[index]


@function("Enum.at/2", "Enum.at/3")
def at(run: Evaluation, collection: Collection, index: int, default: Any = None) -> Any:
    """The element at an index; a negative one counts from the end."""
    items = elements(run, collection)
    return items[index] if -len(items) <= index < len(items) else default


@function("Enum.join/1", "Enum.join/2")
def join(run: Evaluation, collection: Collection, separator: str = "") -> str:
    """The elements' texts, joined by a separator."""
    return _join(run, elements(run, collection), separator)


def _join(run: Evaluation, items: list[Any], separator: str) -> str:
    texts = []
    for item in items:
        run.tick()
        texts.append(to_text(item))
        run.charge(len(texts[-1]) + len(separator))
    return separator.join(texts)


@function("Enum.map/2")
def map_elements(run: Evaluation, collection: Collection, change: Function) -> list[Any]:
    """The result of the function for every element."""
    return [change(item) for item in elements(run, collection)]


@function("Enum.map_join/3")
def map_join(run: Evaluation, collection: Collection, separator: str, change: Function) -> str:
    """The texts of the function's results for every element, joined by a separator."""
    return _join(run, [change(item) for item in elements(run, collection)], separator)


@function("Enum.find/2")
def find(run: Evaluation, collection: Collection, test: Function) -> Any:
    """The first element that passes the test, or nil."""
    return find_or(run, collection, None, test)


@function("Enum.find/3")
def find_or(run: Evaluation, collection: Collection, default: Any, test: Function) -> Any:
    """The first element that passes the test, or the default."""
    found = (item for item in elements(run, collection) if truthy(test(item)))
    return next(found, default)


@function("Enum.any?/2")
def any_passes(run: Evaluation, collection: Collection, test: Function) -> bool:
    """Whether any element passes the test."""
    return any(truthy(test(item)) for item in elements(run, collection))


@function("Enum.all?/2")
def all_pass(run: Evaluation, collection: Collection, test: Function) -> bool:
    """Whether every element passes the test."""
    return all(truthy(test(item)) for item in elements(run, collection))


@function("Enum.filter/2")
def keep(run: Evaluation, collection: Collection, test: Function) -> list[Any]:
    """The elements that pass the test."""
    return [item for item in elements(run, collection) if truthy(test(item))]


@function("Enum.reject/2")
def reject(run: Evaluation, collection: Collection, test: Function) -> list[Any]:
    """The elements that do not pass the test."""
    return [item for item in elements(run, collection) if not truthy(test(item))]


@function("Enum.slice/2")
def slice_range(run: Evaluation, collection: Collection, wanted: Range) -> list[Any]:
    """The elements at the indices of a range; negative indices count from the end."""
    return list(cut(elements(run, collection), wanted))


@function("Enum.sort_by/2")
def sort_by(run: Evaluation, collection: Collection, key: Function) -> list[Any]:
    """The elements, sorted by the function's result for each; the sort is stable."""
    keyed = [(key(item), item) for item in elements(run, collection)]
    run.charge(16 * len(keyed))

    def by_key(left: Any, right: Any) -> int:
        run.tick()
        return compare(left[0], right[0])

    return [item for _, item in sorted(keyed, key=cmp_to_key(by_key))]


@function("Enum.sum/1")
def total(run: Evaluation, collection: Collection) -> Any:
    """The sum of numbers."""
    if isinstance(collection, Range):
        return (collection.first + collection.last) * count(collection) // 2
    result: Any = 0
    for item in elements(run, collection):
        run.tick()
        result = add(result, item)
    return result


@function("Enum.max/2")
def maximum(run: Evaluation, collection: Collection, order: Function | Atom) -> Any:
    """The greatest element, ordered by `:asc`, `:desc` or a function.

    The function gets two elements and returns whether the first is not smaller.
    """
    items = elements(run, collection)
    best = items[0]
    for item in islice(items, 1, None):
        run.tick()
        if not _keeps(order, best, item):
            best = item
    return best


def _keeps(order: Function | Atom, best: Any, item: Any) -> bool:
    if isinstance(order, Function):
        return truthy(order(best, item))
    if order.name not in ("asc", "desc"):
        raise ExpressionError(FAILED)
    difference = compare(best, item)
    return difference >= 0 if order.name == "asc" else difference <= 0


@function("Enum.max_by/2")
def maximum_by(run: Evaluation, collection: Collection, key: Function) -> Any:
    """The first element with the greatest result of the function."""
    items = elements(run, collection)
    best, best_key = items[0], key(items[0])
    for item in islice(items, 1, None):
        item_key = key(item)
        if compare(item_key, best_key) > 0:
            best, best_key = item, item_key
    return best


@function("Enum.random/1")
def choose(collection: Collection) -> Any:
    """A random element."""
    if isinstance(collection, Range):
        return random.choice(collection.items())
    return random.choice(
        list(collection) if isinstance(collection, list) else [*collection.items()]
    )


@function("Enum.take_random/2")
def choose_some(run: Evaluation, collection: Collection, most: int) -> list[Any]:
    """At most this many random elements, each once."""
    items = elements(run, collection)
    return random.sample(items, min(most, len(items)))


@function("List.first/1")
def first(items: list[Any]) -> Any:
    """The first element, or nil."""
    return items[0] if items else None


@function("List.last/1")
def last(items: list[Any]) -> Any:
    """The last element, or nil."""
    return items[-1] if items else None


@function("List.wrap/1")
def wrap(value: Any) -> list[Any]:
    """Convert to a list: nil gives an empty one, a list stays, another value becomes an element."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


@function("then/2")
def then(value: Any, change: Any) -> Any:
    """The result of the function for a value. Raises ExpressionError without a function."""
    if not isinstance(change, Function):
        raise ExpressionError("then requires a function")
    return change(value)
