"""Compile source to an executable expression, by an allow-list of syntax tree nodes.

Each node type has a handler that returns a `Code`, a function of the evaluation and the local
names. A node type without a handler is refused, and a handler raises ExpressionError for what
it does not support. Nodes are counted as in Elixir's syntax tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import tree_sitter_elixir
from tree_sitter import Language, Node, Parser

from .fault import SYNTAX, TOO_COMPLEX, ExpressionError
from .run import Evaluation

MAX_NODES = 300
MAX_SOURCE_BYTES = 20_000
CACHE_SIZE = 4096

Names = dict[str, Any]
Code = Callable[[Evaluation, Names], Any]
Handler = Callable[["Compiler", Node], Code]

_LANGUAGE = Language(tree_sitter_elixir.language())
HANDLERS: dict[str, Handler] = {}


def handles(*kinds: str) -> Callable[[Handler], Handler]:
    """Register the handler of these node types."""

    def register(handler: Handler) -> Handler:
        for kind in kinds:
            HANDLERS[kind] = handler
        return handler

    return register


class Compiler:
    """State of one compilation: the node count and the capture (`&`) being compiled."""

    def __init__(self) -> None:
        self.nodes = 0
        self.capture_arity: int | None = None

    def count(self, nodes: int = 1) -> None:
        """Count syntax tree nodes. Raises ExpressionError above 300."""
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise ExpressionError(TOO_COMPLEX)

    def code(self, node: Node) -> Code:
        """Compile one expression. Raises ExpressionError if it is not supported."""
        node = unwrap(node)
        handler = HANDLERS.get(node.type)
        if handler is None:
            raise disallowed(node)
        return handler(self, node)

    def statements(self, nodes: list[Node]) -> Code:
        """Compile a block: its value is that of the last statement, and names it sets are local."""
        if not nodes:
            self.count()
            return nothing
        if len(nodes) == 1:
            return self.code(nodes[0])
        self.count()
        steps = [self._statement(node) for node in nodes]

        def run_block(run: Evaluation, names: Names) -> Any:
            local, value = dict(names), None
            for name, code in steps:
                value = code(run, local)
                if name is not None:
                    local[name] = value
            return value

        return run_block

    def _statement(self, node: Node) -> tuple[str | None, Code]:
        if node.type != "binary_operator" or operator(node) != "=":
            return None, self.code(node)
        target, value = field(node, "left"), field(node, "right")
        if target.type != "identifier":
            raise ExpressionError("=/2")
        self.count(2)
        return source_of(target), self.code(value)


def nothing(_run: Evaluation, _names: Names) -> None:
    """Code of an empty block; its value is nil."""


def unwrap(node: Node) -> Node:
    """Return the expression inside parentheses."""
    while node.type == "block":
        inside = children(node)
        if len(inside) != 1 or inside[0].type == "stab_clause":
            break
        node = inside[0]
    return node


def children(node: Node) -> list[Node]:
    """The named children, without comments."""
    return [child for child in node.named_children if child.type != "comment"]


def field(node: Node, name: str) -> Node:
    """Return a named child. Raises ExpressionError if the node has none."""
    child = node.child_by_field_name(name)
    if child is None:
        raise disallowed(node)
    return child


def operand(node: Node) -> Node:
    """Return the operand of a prefix operator. Raises ExpressionError if there is none.

    The grammar may attach parentheses to the operator, so the operand is the last child.
    """
    inside = children(node)
    if not inside:
        raise disallowed(node)
    return inside[-1]


def source_of(node: Node) -> str:
    return (node.text or b"").decode()


def operator(node: Node) -> str:
    return re.sub(r"\s+", " ", source_of(field(node, "operator")))


def disallowed(node: Node, shape: str = "expression") -> ExpressionError:
    separator = " " if shape != "expression" else ": "
    return ExpressionError(f"disallowed {shape}{separator}{source_of(node)[:60]}")


def compile_source(source: str) -> Code:
    """Return the compiled expression. Raises ExpressionError if it is not supported.

    Results are cached by source, refusals too.
    """
    compiled = _compile(source)
    if isinstance(compiled, str):
        raise ExpressionError(compiled)
    return compiled


@lru_cache(maxsize=CACHE_SIZE)
def _compile(source: str) -> Code | str:
    """Return the compiled expression, or the reason why it is refused."""
    encoded = source.encode(errors="replace")
    if len(encoded) > MAX_SOURCE_BYTES:
        return TOO_COMPLEX
    root = Parser(_LANGUAGE).parse(encoded).root_node
    if root.has_error:
        return SYNTAX
    try:
        return Compiler().statements(children(root))
    except ExpressionError as error:
        return error.reason
    except RecursionError:
        return TOO_COMPLEX
