"""Compile `if`, `cond` and `case`. All raise ExpressionError for an unsupported form."""

from __future__ import annotations

from typing import Any

from tree_sitter import Node

from .calls import FORMS, arguments_of, do_block_of
from .clauses import Clause, read_clause
from .compiler import Code, Compiler, Names, children, disallowed, nothing, source_of
from .fault import ExpressionError
from .literals import keyword_pairs
from .run import Evaluation
from .values import truthy


def compile_if(compiler: Compiler, node: Node, piped: Code | None) -> Code:
    """Compile `if c, do: x, else: y` and its block form; a missing else is nil.

    Raises ExpressionError for another form.
    """
    items = arguments_of(node)
    condition = piped or compiler.code(items.pop(0))
    block = do_block_of(node)
    if block is not None:
        then, otherwise = _block_branches(compiler, block)
    elif items and items[0].type == "keywords":
        then, otherwise = _keyword_branches(compiler, items[0])
    else:
        raise disallowed(node)

    def run_if(run: Evaluation, names: Names) -> Any:
        return then(run, names) if truthy(condition(run, names)) else otherwise(run, names)

    return run_if


def _keyword_branches(compiler: Compiler, node: Node) -> tuple[Code, Code]:
    pairs = keyword_pairs(node)
    keys = [key for key, _ in pairs]
    if keys not in (["do"], ["do", "else"]):
        raise disallowed(node)
    compiler.count(1 + 2 * len(pairs))
    branches = [compiler.code(value) for _, value in pairs]
    return branches[0], branches[1] if len(branches) > 1 else nothing


def _block_branches(compiler: Compiler, block: Node) -> tuple[Code, Code]:
    compiler.count(3)
    parts = children(block)
    others = [part for part in parts if part.type.endswith("_block")]
    main = [part for part in parts if part not in others]
    if len(others) > 1 or any(part.type != "else_block" for part in others):
        raise disallowed(block)
    _refuse_clauses(main + [part for other in others for part in children(other)])
    then = compiler.statements(main)
    if not others:
        return then, nothing
    compiler.count(2)
    return then, compiler.statements(children(others[0]))


def _refuse_clauses(nodes: list[Node]) -> None:
    for node in nodes:
        if node.type == "stab_clause":
            raise disallowed(node)


def compile_cond(compiler: Compiler, node: Node, piped: Code | None) -> Code:
    """Compile `cond do a -> x; true -> y end`: the first clause with a truthy test applies.

    Raises ExpressionError for another form.
    """
    clauses = []
    for clause in _clauses(compiler, node, piped is not None or bool(arguments_of(node))):
        left = clause.child_by_field_name("left")
        tests = children(left) if left is not None and left.type == "arguments" else []
        if len(tests) != 1:
            raise disallowed(clause, "cond clause")
        compiler.count(2)
        clauses.append((compiler.code(tests[0]), _body(compiler, clause)))

    def run_cond(run: Evaluation, names: Names) -> Any:
        for test, body in clauses:
            if truthy(test(run, names)):
                return body(run, names)
        raise ExpressionError("no cond clause matched")

    return run_cond


def compile_case(compiler: Compiler, node: Node, piped: Code | None) -> Code:
    """Compile `case x do pattern when guard -> y end`: the first matching clause applies."""
    subject = piped or compiler.code(arguments_of(node)[0])
    clauses: list[tuple[Clause, Code]] = []
    for clause in _clauses(compiler, node, False):
        compiler.count(2)
        clauses.append((read_clause(compiler, clause), _body(compiler, clause)))

    def run_case(run: Evaluation, names: Names) -> Any:
        value = subject(run, names)
        for clause, body in clauses:
            local = clause.match(value, run, names)
            if local is not None:
                return body(run, local)
        raise ExpressionError("no case clause matched")

    return run_case


def _clauses(compiler: Compiler, node: Node, refused: bool) -> list[Node]:
    block = do_block_of(node)
    nodes = [] if block is None else children(block)
    if refused or not nodes:
        raise disallowed(node)
    compiler.count(4)
    for clause in nodes:
        if clause.type != "stab_clause":
            raise disallowed(
                clause, "cond clause" if source_of(node)[:4] == "cond" else "expression"
            )
    return nodes


def _body(compiler: Compiler, clause: Node) -> Code:
    right = clause.child_by_field_name("right")
    return compiler.statements([] if right is None else children(right))


FORMS.update({"if/2": compile_if, "cond/1": compile_cond, "case/2": compile_case})
