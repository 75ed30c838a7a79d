"""Patterns of `case`: literals, names, `_`, pairs, lists and maps, with an optional guard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tree_sitter import Node

from .compiler import (
    Code,
    Compiler,
    Names,
    children,
    disallowed,
    field,
    operator,
    source_of,
    unwrap,
)
from .literals import constant, keyword_pairs
from .order import equal
from .run import Evaluation
from .splice import PLACEHOLDER
from .values import Atom, map_key, truthy

Pattern = Callable[[Any, Evaluation, Names], bool]
"""Returns whether a value matches, and adds the names that the pattern binds to `names`."""

_LITERALS = {"integer", "float", "string", "atom", "boolean", "nil", "char", "unary_operator"}


@dataclass(frozen=True)
class Clause:
    """One pattern with its optional guard."""

    pattern: Pattern
    guard: Code | None

    def match(self, value: Any, run: Evaluation, names: Names) -> Names | None:
        """Return the names bound inside the clause, or None if the value does not match."""
        local = dict(names)
        if not self.pattern(value, run, local):
            return None
        if self.guard is not None and not truthy(self.guard(run, local)):
            return None
        return local


def read_clause(compiler: Compiler, clause: Node) -> Clause:
    """Compile the left side of a clause. Raises ExpressionError for an unsupported pattern."""
    left, guard = field(clause, "left"), None
    if left.type == "binary_operator" and operator(left) == "when":
        compiler.count()
        guard = compiler.code(field(left, "right"))
        left = field(left, "left")
    nodes = children(left) if left.type == "arguments" else [left]
    if len(nodes) != 1:
        raise disallowed(clause)
    return Clause(_pattern(compiler, nodes[0]), guard)


def _pattern(compiler: Compiler, node: Node) -> Pattern:
    node = unwrap(node)
    if node.type == "identifier":
        return _name(compiler, node)
    if node.type in _LITERALS:
        return _same(compiler.code(node))
    if node.type == "map":
        return _map(compiler, node)
    if node.type in ("tuple", "list"):
        return _sequence(compiler, node, tuple if node.type == "tuple" else list)
    raise disallowed(node)


def _name(compiler: Compiler, node: Node) -> Pattern:
    name = source_of(node)
    if PLACEHOLDER.search(name):
        return _same(compiler.code(node))
    compiler.count()

    def bind(value: Any, _run: Evaluation, names: Names) -> bool:
        names[name] = value
        return True

    return (lambda _value, _run, _names: True) if name == "_" else bind


def _same(code: Code) -> Pattern:
    return lambda value, run, names: equal(code(run, names), value, strict=True)


def _sequence(
    compiler: Compiler, node: Node, kind: type[tuple[Any, ...]] | type[list[Any]]
) -> Pattern:
    compiler.count()
    patterns = [_pattern(compiler, child) for child in children(node)]

    def fits(value: Any, run: Evaluation, names: Names) -> bool:
        return (
            isinstance(value, kind)
            and len(value) == len(patterns)
            and all(
                pattern(item, run, names) for pattern, item in zip(patterns, value, strict=True)
            )
        )

    return fits


def _map(compiler: Compiler, node: Node) -> Pattern:
    """Match a map that has these keys, each with a matching value."""
    compiler.count()
    pairs: list[tuple[Code, Pattern]] = []
    for content in children(node):
        if content.type != "map_content":
            raise disallowed(node)
        for item in children(content):
            pairs.extend(_map_items(compiler, item))

    def fits(value: Any, run: Evaluation, names: Names) -> bool:
        if not isinstance(value, dict):
            return False
        for code, pattern in pairs:
            key = map_key(code(run, names))
            if key not in value or not pattern(value[key], run, names):
                return False
        return True

    return fits


def _map_items(compiler: Compiler, item: Node) -> list[tuple[Code, Pattern]]:
    if item.type == "keywords":
        compiler.count(2 * len(item.named_children))
        return [
            (constant(Atom(key)), _pattern(compiler, value)) for key, value in keyword_pairs(item)
        ]
    if item.type != "binary_operator" or operator(item) != "=>":
        raise disallowed(item)
    key = unwrap(item.named_children[0])
    if key.type not in _LITERALS:
        raise disallowed(key)
    return [(compiler.code(key), _pattern(compiler, item.named_children[-1]))]
