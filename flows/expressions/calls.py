"""Calls: functions of the vocabulary, map fields, pipes, and anonymous functions as arguments."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tree_sitter import Node

from . import vocabulary
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
    unwrap,
)
from .fault import ExpressionError
from .literals import compile_keywords
from .run import Evaluation
from .values import Atom, Function

Form = Callable[[Compiler, Node, Code | None], Code]
FORMS: dict[str, Form] = {}
"""Compilers of `if`, `cond` and `case`, which look like calls, by `name/arity`."""


@handles("call")
def compile_call(compiler: Compiler, node: Node) -> Code:
    return _call(compiler, node, None)


def compile_piped(compiler: Compiler, left: Node, right: Node) -> Code:
    """Compile the pipe `a |> f(b)` as the call `f(a, b)`; the brackets of `f()` may be missing.

    Raises ExpressionError if the right side is not a call.
    """
    if right.type == "identifier":
        compiler.count()
        return _vocabulary_call(compiler, right, source_of(right), argument(compiler, left))
    if right.type != "call":
        raise disallowed(right)
    return _call(compiler, right, argument(compiler, left))


def _call(compiler: Compiler, node: Node, piped: Code | None) -> Code:
    target = field(node, "target")
    if target.type == "dot":
        return _dotted(compiler, node, target, piped)
    if target.type != "identifier":
        raise disallowed(node)
    name = source_of(target)
    form = FORMS.get(f"{name}/{_arity(node, piped)}")
    if form is not None:
        compiler.count()
        return form(compiler, node, piped)
    compiler.count()
    return _vocabulary_call(compiler, node, name, piped)


def arguments_of(node: Node) -> list[Node]:
    return [
        item
        for child in node.named_children
        if child.type == "arguments"
        for item in children(child)
    ]


def do_block_of(node: Node) -> Node | None:
    return next((child for child in node.named_children if child.type == "do_block"), None)


def _arity(node: Node, piped: Code | None) -> int:
    return len(arguments_of(node)) + (piped is not None) + (do_block_of(node) is not None)


def _dotted(compiler: Compiler, node: Node, target: Node, piped: Code | None) -> Code:
    """Compile `Module.function(...)`, or the field `map.name`."""
    right = target.child_by_field_name("right")
    left = field(target, "left")
    if right is None or right.type != "identifier":
        raise disallowed(node)
    if left.type == "alias":
        module = re.sub(r"\s+", "", source_of(left))
        compiler.count(4 + module.count("."))
        return _vocabulary_call(compiler, node, f"{module}.{source_of(right)}", piped)
    if piped is not None or len(node.named_children) > 1:
        raise disallowed(node)
    return _field_access(compiler, left, source_of(right))


def _field_access(compiler: Compiler, left: Node, name: str) -> Code:
    """Compile `map.name`: nil for a missing key. Raises ExpressionError for anything but a map."""
    compiler.count(3)
    target = compiler.code(left)

    def access(run: Evaluation, names: Names) -> Any:
        value = target(run, names)
        if not isinstance(value, dict):
            raise ExpressionError("field access on non-map")
        return value.get(Atom(name), value.get(name))

    return access


def _vocabulary_call(compiler: Compiler, node: Node, name: str, piped: Code | None) -> Code:
    label = f"{name}/{_arity(node, piped)}"
    entry = vocabulary.find(label)
    if entry is None or do_block_of(node) is not None:
        raise ExpressionError(label)
    codes = [] if piped is None else [piped]
    codes += [argument(compiler, item) for item in arguments_of(node)]
    if len(codes) == 1:
        only = codes[0]
        return lambda run, names: entry(run, [only(run, names)])
    return lambda run, names: entry(run, [code(run, names) for code in codes])


def argument(compiler: Compiler, node: Node) -> Code:
    """Compile an argument: an expression, keywords, or an anonymous function.

    Raises ExpressionError for a capture inside a capture.
    """
    node = unwrap(node)
    if node.type == "keywords":
        compiler.count()
        return compile_keywords(compiler, node)
    if node.type == "anonymous_function":
        return _anonymous(compiler, node)
    if node.type == "unary_operator" and operator(node) == "&":
        if compiler.capture_arity is None:
            return _capture(compiler, node)
        if unwrap(operand(node)).type != "integer":
            raise ExpressionError("unsupported capture")
    return compiler.code(node)


def _anonymous(compiler: Compiler, node: Node) -> Code:
    """Compile `fn x -> .. end` with one clause."""
    compiler.count(3)
    clauses = children(node)
    if len(clauses) != 1:
        raise disallowed(node)
    left, right = clauses[0].child_by_field_name("left"), clauses[0].child_by_field_name("right")
    parameters = [] if left is None else _parameters(left)
    if len(parameters) not in (1, 2):
        raise ExpressionError("unsupported fn arity")
    compiler.count(len(parameters))
    outer, compiler.capture_arity = compiler.capture_arity, None
    body = compiler.statements([] if right is None else children(right))
    compiler.capture_arity = outer
    return _function(parameters, body)


def _parameters(left: Node) -> list[str]:
    nodes = children(left)
    if left.type != "arguments" or any(node.type != "identifier" for node in nodes):
        raise ExpressionError("unsupported fn parameter")
    return [source_of(node) for node in nodes]


def _capture(compiler: Compiler, node: Node) -> Code:
    """Compile `&(&1 + 1)`; its arity is the highest parameter that it uses."""
    compiler.count()
    inside = operand(node)
    if inside.type == "binary_operator" and operator(inside) == "/" and _is_reference(inside):
        raise ExpressionError("unsupported capture")
    compiler.capture_arity = 0
    try:
        body = compiler.code(inside)
        arity = compiler.capture_arity
    finally:
        compiler.capture_arity = None
    if arity == 0:
        raise ExpressionError("unsupported capture")
    return _function(["&1", "&2"][:arity], body)


def _is_reference(node: Node) -> bool:
    """Whether it is `Module.name/1` or `name/1`, which names a function instead of calling it."""
    left, right = field(node, "left"), field(node, "right")
    named = left.type == "identifier" or (left.type == "call" and not arguments_of(left))
    return named and right.type == "integer"


def _function(parameters: list[str], body: Code) -> Code:
    def make(run: Evaluation, names: Names) -> Function:
        def call(*values: Any) -> Any:
            run.tick()
            return body(run, {**names, **dict(zip(parameters, values, strict=True))})

        return Function(len(parameters), call)

    return make
