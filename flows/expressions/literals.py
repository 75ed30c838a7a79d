"""Literals: numbers, texts with escapes and interpolation, sigils, lists, tuples, maps."""

from __future__ import annotations

import math
import re
from typing import Any

from tree_sitter import Node

from .compiler import Code, Compiler, Names, children, disallowed, handles, source_of
from .fault import RESOURCES, SYNTAX, ExpressionError
from .numerals import MAX_DIGITS
from .quoted import quoted
from .run import Evaluation
from .splice import PLACEHOLDER, read_bare
from .values import Atom, Keywords, bounded, map_key

ATOMS = frozenset(
    {
        *("microsecond", "millisecond", "second", "seconds", "minute", "minutes", "hour", "hours"),
        *("day", "days", "week", "weeks", "month", "months", "year", "years"),
        *("lt", "gt", "eq", "asc", "desc", "ok", "error"),
        *("strftime", "all", "first", "all_but_first"),
    }
)
_CONSTANTS = {"true": True, "false": False, "nil": None}


def constant(value: Any) -> Code:
    return lambda _run, _names: value


@handles("boolean", "nil")
def compile_constant(compiler: Compiler, node: Node) -> Code:
    compiler.count()
    return constant(_CONSTANTS[source_of(node)])


@handles("integer")
def compile_integer(compiler: Compiler, node: Node) -> Code:
    """Compile an integer. Raises ExpressionError for one of more than 4,000 digits."""
    compiler.count()
    digits = source_of(node).replace("_", "")
    if len(digits) > MAX_DIGITS:
        raise ExpressionError(RESOURCES)
    base = {"0x": 16, "0b": 2, "0o": 8}.get(digits[:2], 10)
    return constant(bounded(int(digits, base)))


@handles("float")
def compile_float(compiler: Compiler, node: Node) -> Code:
    """Compile a float. Raises ExpressionError for one out of range."""
    compiler.count()
    number = float(source_of(node).replace("_", ""))
    if not math.isfinite(number):
        raise ExpressionError(SYNTAX)
    return constant(number)


@handles("char")
def compile_char(compiler: Compiler, node: Node) -> Code:
    """Compile `?a`, a character's code point. Raises ExpressionError for an escape."""
    compiler.count()
    text = source_of(node)[1:]
    if len(text) != 1:
        raise disallowed(node)
    return constant(ord(text))


@handles("atom")
def compile_atom(compiler: Compiler, node: Node) -> Code:
    compiler.count()
    return constant(read_atom(node))


def read_atom(node: Node) -> Any:
    """The value of `:name`. Raises ExpressionError for an atom outside the language."""
    name = source_of(node)[1:]
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    if name not in ATOMS:
        raise ExpressionError(f"bare atom :{name}")
    return Atom(name)


@handles("quoted_atom")
def refuse_quoted_atom(_compiler: Compiler, node: Node) -> Code:
    """Raise ExpressionError: quoted atoms are not supported."""
    raise ExpressionError(f"bare atom {source_of(node)[:60]}")


@handles("alias")
def refuse_module(_compiler: Compiler, node: Node) -> Code:
    """Raise ExpressionError: a module is not a value."""
    name = source_of(node)
    raise ExpressionError(f"module {name} used as a value; call it as {name}.function(...)")


@handles("identifier")
def compile_name(compiler: Compiler, node: Node) -> Code:
    """Compile a name: a local name, else a binding, else nil; a placeholder is a variable's value.

    Raises ExpressionError for `_` and names that begin with two underscores.
    """
    compiler.count()
    name = source_of(node)
    if name.startswith("__") or name == "_":
        raise disallowed(node)
    if "ƒ" in name and PLACEHOLDER.search(name):
        return _placeholders(name)

    def read(run: Evaluation, names: Names) -> Any:
        return names[name] if name in names else run.bindings.get(name)

    return read


def _placeholders(name: str) -> Code:
    """Compile placeholders: a single one is its value; with other characters they make a text."""
    whole = PLACEHOLDER.fullmatch(name)
    if whole:
        index = int(whole.group(1))
        return lambda run, _names: run.values[index].bare if index < len(run.values) else None
    pieces = PLACEHOLDER.split(name)

    def join(run: Evaluation, _names: Names) -> Any:
        texts = [run.shown(int(piece)) if odd % 2 else piece for odd, piece in enumerate(pieces)]
        return read_bare("".join(texts))

    return join


@handles("string")
def compile_string(compiler: Compiler, node: Node) -> Code:
    return quoted(compiler, node)


@handles("charlist")
def compile_charlist(compiler: Compiler, node: Node) -> Code:
    """Compile a text in single quotes, a list of numbers that counts like one written out."""
    compiler.count(sum(len(source_of(child)) for child in children(node)))
    text = quoted(compiler, node)

    def characters(run: Evaluation, names: Names) -> list[int]:
        value = text(run, names)
        run.charge(16 * len(value))
        return [ord(character) for character in value]

    return characters


@handles("list")
def compile_list(compiler: Compiler, node: Node) -> Code:
    """Compile a list. Raises ExpressionError for `[head | tail]`."""
    compiler.count()
    items = children(node)
    if any(_is_bar(item) for item in items):
        raise disallowed(node)
    tail = compile_keywords(compiler, items.pop()) if _ends_in_keywords(items) else None
    codes = [compiler.code(item) for item in items]
    if tail is not None and not codes:
        return tail

    def build(run: Evaluation, names: Names) -> list[Any]:
        built = [code(run, names) for code in codes]
        run.charge(16 * len(built))
        return built + list(tail(run, names)) if tail else built

    return build


def _is_bar(node: Node) -> bool:
    operator = node.child_by_field_name("operator")
    return node.type == "binary_operator" and operator is not None and operator.text == b"|"


def _ends_in_keywords(items: list[Node]) -> bool:
    return bool(items) and items[-1].type == "keywords"


def keyword_pairs(node: Node) -> list[tuple[str, Node]]:
    """The keys (without their colon) and value nodes of `a: 1, b: 2`."""
    pairs = []
    for pair in children(node):
        key, value = children(pair)
        pairs.append((re.sub(r":\s*$", "", source_of(key)).strip('"'), value))
    return pairs


def compile_keywords(compiler: Compiler, node: Node) -> Code:
    codes = []
    for key, value in keyword_pairs(node):
        compiler.count(2)
        codes.append((Atom(key), compiler.code(value)))

    def build(run: Evaluation, names: Names) -> Keywords:
        run.charge(32 * len(codes))
        return Keywords((key, code(run, names)) for key, code in codes)

    return build


@handles("tuple")
def compile_tuple(compiler: Compiler, node: Node) -> Code:
    """Compile a pair that begins with an atom. Raises ExpressionError for any other tuple."""
    compiler.count()
    items = children(node)
    if len(items) != 2 or items[0].type != "atom":
        raise disallowed(node)
    first, second = (compiler.code(item) for item in items)
    return lambda run, names: (first(run, names), second(run, names))


@handles("map")
def compile_map(compiler: Compiler, node: Node) -> Code:
    """Compile a map. Raises ExpressionError for a struct or an update."""
    compiler.count()
    pairs: list[tuple[Code, Code]] = []
    for content in children(node):
        if content.type != "map_content":
            raise disallowed(node)
        for item in children(content):
            pairs.extend(_map_pairs(compiler, item, node))

    def build(run: Evaluation, names: Names) -> dict[Any, Any]:
        run.charge(32 * len(pairs))
        return {map_key(key(run, names)): value(run, names) for key, value in pairs}

    return build


def _map_pairs(compiler: Compiler, item: Node, whole: Node) -> list[tuple[Code, Code]]:
    if item.type == "keywords":
        compiler.count(2 * len(item.named_children))
        return [(constant(Atom(key)), compiler.code(value)) for key, value in keyword_pairs(item)]
    operator = item.child_by_field_name("operator")
    if item.type != "binary_operator" or operator is None or operator.text != b"=>":
        raise disallowed(whole)
    compiler.count()
    left, right = item.named_children[0], item.named_children[-1]
    return [(compiler.code(left), compiler.code(right))]
