"""Quoted text: plain text, escapes, interpolations, sigils."""

from __future__ import annotations

import re
from typing import Any

from tree_sitter import Node

from .compiler import Code, Compiler, Names, children, disallowed, handles, source_of
from .fault import TOO_LARGE, ExpressionError
from .isotime import read_date, read_naive, read_time
from .patterns import compile_pattern, escape_pattern
from .run import Evaluation
from .splice import PLACEHOLDER
from .values import to_text

_ESCAPES = {
    **{"n": "\n", "t": "\t", "r": "\r", "s": " ", "b": "\b", "a": "\a", "e": "\x1b"},
    **{"f": "\f", "v": "\v", "0": "\0", "d": "\x7f", "\n": ""},
}
_CODE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x\{?([0-9A-Fa-f]{1,6})\}?)")

MAX_LITERAL_BYTES = 10_000

Piece = str | int | Code
"""A text, the number of a placeholder, or an interpolated expression."""


def quoted(compiler: Compiler, node: Node) -> Code:
    """Compile the text of a string or charlist."""
    return _joined(_pieces(compiler, node, escapes=True))


def _pieces(compiler: Compiler, node: Node, escapes: bool) -> list[Piece]:
    """The parts of a text. Raises ExpressionError for a text too large to be shown."""
    compiler.count()
    if len(node.text or b"") > MAX_LITERAL_BYTES:
        raise ExpressionError(TOO_LARGE)
    indent = _heredoc_indent(node)
    pieces: list[Piece] = []
    for child in node.named_children:
        if child.type == "quoted_content":
            pieces.extend(_texts(source_of(child), indent))
        elif child.type == "escape_sequence":
            text = source_of(child)
            pieces.append(_unescape(text) if escapes else text)
        elif child.type == "interpolation":
            compiler.count(7)
            pieces.append(_interpolated(compiler, child))
    if indent is not None and pieces and isinstance(pieces[0], str):
        pieces[0] = pieces[0].removeprefix("\n" + indent).removeprefix("\n")
    return pieces


def _heredoc_indent(node: Node) -> str | None:
    """The indentation of every line of a heredoc; None for other quotes."""
    text = source_of(node)
    return re.split(r"\n", text)[-1][:-3] if text.startswith(('"""', "'''")) else None


def _texts(text: str, indent: str | None) -> list[Piece]:
    if indent:
        text = text.replace("\n" + indent, "\n")
    if "ƒ" not in text:
        return [text]
    parts = PLACEHOLDER.split(text)
    return [int(part) if odd % 2 else part for odd, part in enumerate(parts) if part]


def _unescape(sequence: str) -> str:
    match = _CODE.fullmatch(sequence)
    if match:
        code = int(next(group for group in match.groups() if group), 16)
        if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            raise ExpressionError(f"disallowed expression: {sequence}")
        return chr(code)
    return _ESCAPES.get(sequence[1:], sequence[1:])


def _interpolated(compiler: Compiler, node: Node) -> Code:
    code = compiler.statements(children(node))
    return lambda run, names: to_text(code(run, names))


def _joined(pieces: list[Piece]) -> Code:
    if all(isinstance(piece, str) for piece in pieces):
        text = "".join(str(piece) for piece in pieces)
        return lambda _run, _names: text

    def join(run: Evaluation, names: Names) -> str:
        texts = [_piece_text(piece, run, names) for piece in pieces]
        run.charge(sum(map(len, texts)))
        return "".join(texts)

    return join


def _piece_text(piece: Piece, run: Evaluation, names: Names) -> str:
    if isinstance(piece, str):
        return piece
    return run.shown(piece) if isinstance(piece, int) else str(piece(run, names))


@handles("sigil")
def compile_sigil(compiler: Compiler, node: Node) -> Code:
    """Compile `~s`, `~r` (without interpolation), `~D`, `~T` and `~N`.

    Raises ExpressionError for any other sigil.
    """
    compiler.count(3)
    parts = {child.type: source_of(child) for child in node.named_children}
    name, modifiers = parts.get("sigil_name", ""), parts.get("sigil_modifiers", "")
    if name == "r":
        return _regex(compiler, node, modifiers)
    if name == "s" and not modifiers:
        return quoted(compiler, node)
    reader = {"D": read_date, "T": read_time, "N": read_naive}.get(name)
    if reader is None or modifiers:
        raise disallowed(node)
    text = _joined(_pieces(compiler, node, escapes=False))
    return lambda run, names: reader(text(run, names))


def _regex(compiler: Compiler, node: Node, modifiers: str) -> Code:
    """Compile a regular expression; the value of a variable in it matches literally."""
    pieces = _pieces(compiler, node, escapes=False)
    if any(callable(piece) for piece in pieces):
        raise disallowed(node, "interpolation")
    closing = source_of(node)[len(source_of(node)) - len(modifiers) - 1]
    pieces = [
        closing if piece == "\\" + closing and closing in "/\"'" else piece for piece in pieces
    ]
    if all(isinstance(piece, str) for piece in pieces):
        regex = compile_pattern("".join(map(str, pieces)), modifiers)
        return lambda _run, _names: regex

    def build(run: Evaluation, _names: Names) -> Any:
        texts = [
            piece if isinstance(piece, str) else escape_pattern(run.shown(int(str(piece))))
            for piece in pieces
        ]
        return compile_pattern("".join(texts), modifiers)

    return build
