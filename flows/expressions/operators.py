"""Operators: arithmetic, comparison, logic, text, membership, pipes, access.

All raise ExpressionError for operands of the wrong type.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tree_sitter import Node

from .calls import compile_piped
from .compiler import (
    Code,
    Compiler,
    Names,
    children,
    disallowed,
    field,
    handles,
    operand,
    operator,
    source_of,
)
from .fault import FAILED, ZERO_DIVISION, ExpressionError
from .order import compare, equal
from .run import Evaluation
from .values import Range, bounded, is_integer, is_number, map_key, truthy

Binary = Callable[[Any, Any], Any]


def _numbers(left: Any, right: Any) -> None:
    if not (is_number(left) and is_number(right)):
        raise ExpressionError(FAILED)


def add(left: Any, right: Any) -> Any:
    _numbers(left, right)
    return bounded(left + right)


def subtract(left: Any, right: Any) -> Any:
    _numbers(left, right)
    return bounded(left - right)


def multiply(left: Any, right: Any) -> Any:
    _numbers(left, right)
    return bounded(left * right)


def divide(left: Any, right: Any) -> Any:
    """The quotient, always a float. Raises ExpressionError on division by zero."""
    _numbers(left, right)
    if right == 0:
        raise ExpressionError(ZERO_DIVISION)
    return bounded(left / right)


def both(left: Any, right: Any) -> bool:
    return _booleans(left, right) and left and right


def either(left: Any, right: Any) -> bool:
    return _booleans(left, right) and (left or right)


def _booleans(left: Any, right: Any) -> bool:
    if not (isinstance(left, bool) and isinstance(right, bool)):
        raise ExpressionError(FAILED)
    return True


def join_texts(left: Any, right: Any) -> str:
    """Concatenate two texts. Raises ExpressionError for other values."""
    if not (isinstance(left, str) and isinstance(right, str)):
        raise ExpressionError("<> requires strings")
    return left + right


def make_range(first: Any, last: Any) -> Range:
    """The range `first..last`. Raises ExpressionError for other values than integers."""
    if not (is_integer(first) and is_integer(last)):
        raise ExpressionError(FAILED)
    return Range(first, last)


_BINARY: dict[str, Binary] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "..": make_range,
    "and": both,
    "or": either,
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "===": lambda left, right: equal(left, right, strict=True),
    "!==": lambda left, right: not equal(left, right, strict=True),
    "<": lambda left, right: compare(left, right) < 0,
    ">": lambda left, right: compare(left, right) > 0,
    "<=": lambda left, right: compare(left, right) <= 0,
    ">=": lambda left, right: compare(left, right) >= 0,
}


@handles("binary_operator")
def compile_binary(compiler: Compiler, node: Node) -> Code:
    """Compile a binary operator. Raises ExpressionError if it is not supported."""
    symbol = operator(node)
    left, right = field(node, "left"), field(node, "right")
    if symbol == "|>":
        return compile_piped(compiler, left, right)
    if symbol in ("in", "not in"):
        return _membership(compiler, left, right, symbol == "not in")
    compiler.count()
    if symbol in _SPECIAL:
        return _SPECIAL[symbol](compiler.code(left), compiler.code(right))
    apply = _BINARY.get(symbol)
    if apply is None:
        raise ExpressionError(f"{symbol}/2")
    first, second = compiler.code(left), compiler.code(right)
    return lambda run, names: apply(first(run, names), second(run, names))


def _and_then(first: Code, second: Code) -> Code:
    def run_and(run: Evaluation, names: Names) -> Any:
        value = first(run, names)
        return second(run, names) if truthy(value) else value

    return run_and


def _or_else(first: Code, second: Code) -> Code:
    def run_or(run: Evaluation, names: Names) -> Any:
        value = first(run, names)
        return value if truthy(value) else second(run, names)

    return run_or


def _concatenation(first: Code, second: Code) -> Code:
    def concatenate(run: Evaluation, names: Names) -> str:
        text = join_texts(first(run, names), second(run, names))
        run.charge(len(text))
        return text

    return concatenate


_SPECIAL: dict[str, Callable[[Code, Code], Code]] = {
    "&&": _and_then,
    "||": _or_else,
    "<>": _concatenation,
}


def _membership(compiler: Compiler, left: Node, right: Node, negated: bool) -> Code:
    """Compile `a in b`; `not a in b` and `!a in b` are read as `not (a in b)`."""
    compiler.count(2 if negated else 1)
    if left.type == "unary_operator" and operator(left) in ("not", "!"):
        return _negated(_membership(compiler, operand(left), right, negated))
    first, second = compiler.code(left), compiler.code(right)

    def is_in(run: Evaluation, names: Names) -> bool:
        value, items = first(run, names), second(run, names)
        if not isinstance(items, list):
            raise ExpressionError("in requires a list")
        for item in items:
            run.tick()
            if equal(value, item, strict=True):
                return not negated
        return negated

    return is_in


def _negated(code: Code) -> Code:
    return lambda run, names: not truthy(code(run, names))


def _not(code: Code) -> Code:
    def negate(run: Evaluation, names: Names) -> bool:
        value = code(run, names)
        if not isinstance(value, bool):
            raise ExpressionError(FAILED)
        return not value

    return negate


def _minus(code: Code) -> Code:
    def negate(run: Evaluation, names: Names) -> Any:
        value = code(run, names)
        if not is_number(value):
            raise ExpressionError(FAILED)
        return -value

    return negate


_UNARY: dict[str, Callable[[Code], Code]] = {"!": _negated, "not": _not, "-": _minus}


@handles("unary_operator")
def compile_unary(compiler: Compiler, node: Node) -> Code:
    """Compile a prefix operator. Raises ExpressionError if it is not supported."""
    symbol, inside = operator(node), operand(node)
    compiler.count()
    if symbol == "&":
        return _capture_argument(compiler, inside)
    if symbol == "@":
        return _binding(compiler, node, inside)
    if symbol not in _UNARY:
        raise ExpressionError(f"{symbol}/1")
    return _UNARY[symbol](compiler.code(inside))


def _capture_argument(compiler: Compiler, inside: Node) -> Code:
    number = source_of(inside)
    if inside.type != "integer" or compiler.capture_arity is None or number not in ("1", "2"):
        raise ExpressionError("unsupported capture")
    compiler.count()
    compiler.capture_arity = max(compiler.capture_arity, int(number))
    name = f"&{number}"
    return lambda _run, names: names[name]


def _binding(compiler: Compiler, node: Node, inside: Node) -> Code:
    if inside.type != "identifier":
        raise disallowed(node)
    compiler.count()
    name = source_of(inside)
    return lambda run, _names: run.bindings.get(name)


@handles("access_call")
def compile_access(compiler: Compiler, node: Node) -> Code:
    """Compile `map[key]`: nil for a missing key, and for nil instead of a map.

    Raises ExpressionError if there is not exactly one key.
    """
    compiler.count(4)
    nodes = children(node)
    if len(nodes) != 2:
        raise disallowed(node)
    target, key = (compiler.code(child) for child in nodes)

    def access(run: Evaluation, names: Names) -> Any:
        value, wanted = target(run, names), key(run, names)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise ExpressionError("bracket access on non-map")
        return value.get(map_key(wanted))

    return access
