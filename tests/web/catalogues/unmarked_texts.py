"""Finds words in templates and modules of the pages that nobody marked for translation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from jinja2 import nodes

from web.catalogues.marked_texts import PLURAL, SINGULAR, environment

# Attributes that people read or hear.
SPOKEN = frozenset({"aria-label", "title", "placeholder", "alt", "data-busy", "data-confirm"})
WRITTEN = frozenset({"code", "script", "style"})  # elements whose words are code
CODE = re.compile(r"[A-Z_]{3,}|GET|POST|\S*[/_.@=]\S*")
LETTERS = re.compile(r"[A-Za-z]{2}")
# A text for people: a capital at its beginning, or two words beside each other.
SENTENCE = re.compile(r"\s*[A-Z][a-z]+\b|.*\b[a-z]{2,}:? [a-z]{2,}\b", re.DOTALL)
MARKERS = SINGULAR | {PLURAL, "gettext", "ngettext"}
# Calls whose texts people do not see, and those whose texts are found otherwise.
SILENT = frozenset({"getLogger", "compile", "TypeVar", "cast", "NewType", "Blueprint", "url_for"})


def in_template(source: str) -> list[str]:
    """
    >>> in_template('<p title="{{ _("a") }}">{{ _("Sign in") }}, or not</p><code>now</code>')
    [', or not']
    >>> in_template('<b title="Sign in">{{ "Nothing yet" if x else _("b") }}</b>')
    ['Sign in', 'Nothing yet']
    """
    tree = environment().parse(source)
    return [*_between(source), *_in_expressions(tree)]


def _between(source: str) -> list[str]:
    """The words of the markup itself: texts and attributes."""
    reader = _Markup()
    inside_trans = False
    for _line, kind, token in environment().lex(source):
        if kind == "name" and token in ("trans", "endtrans"):
            inside_trans = token == "trans"
        elif kind == "data" and not inside_trans:
            reader.feed(token)
        elif kind == "variable_begin":
            reader.feed(" \x00 ")
    reader.close()
    return reader.found


class _Markup(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.within = [*self.within, tag] if tag in WRITTEN else self.within
        for name, value in attrs:
            if name in SPOKEN:
                self._note(value or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.within:
            self.within.remove(tag)

    def handle_data(self, data: str) -> None:
        if not self.within:
            self._note(data)

    def _note(self, words: str) -> None:
        bare = " ".join(words.replace("\x00", " ").split())
        if LETTERS.search(CODE.sub("", bare)):
            self.found.append(bare)


def _in_expressions(tree: nodes.Template) -> Iterator[str]:
    """The texts in `{{ }}` and `{% %}`."""
    marked = {
        id(const)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in MARKERS
        for const in call.find_all(nodes.Const)
    }
    for const in tree.find_all(nodes.Const):
        if isinstance(const.value, str) and id(const) not in marked and _is_sentence(const.value):
            yield const.value


def in_module(source: str) -> list[str]:
    """
    >>> in_module('x = f"{n} new calls"; y = _("Sign in"); raise Inactive("it is off", fix="On")')
    ['{} new calls']
    """
    return list(_unmarked(ast.parse(source)))


def _unmarked(node: ast.AST) -> Iterator[str]:
    text = _text(node)
    if text is not None:
        if _is_sentence(text):
            yield text
        return
    if isinstance(node, ast.Raise) or _is_marked(node):
        return
    for inner in ast.iter_child_nodes(node):
        if not isinstance(node, ast.Expr) or _text(inner) is None:  # docstrings
            yield from _unmarked(inner)


def _is_marked(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in MARKERS | SILENT


def _text(node: ast.AST) -> str | None:
    """A constant text, or an f-string with `{}` in the place of its values."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    return None


def _is_sentence(text: str) -> bool:
    return bool(SENTENCE.match(CODE.sub("", text))) and "<" not in text
