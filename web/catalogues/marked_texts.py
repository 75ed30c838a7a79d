"""Finds the texts that templates and modules of the pages mark for translation."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment
from jinja2.ext import extract_from_ast

from web.catalogues.author_texts import author_texts

WEB = Path(__file__).parents[1]
PLURAL = "n_"
SINGULAR = frozenset({"_", "N_"})

Text = str | tuple[str, str]  # a text, or its forms for one and for many


def template_paths() -> list[Path]:
    return sorted(WEB.rglob("templates/**/*.html"))


def module_paths() -> list[Path]:
    return sorted(WEB.rglob("*.py"))


def environment() -> Environment:
    """What parses templates as the pages do."""
    env = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    env.policies["ext.i18n.trimmed"] = True
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    return env


def marked_texts() -> dict[Text, str]:
    """Every marked text, with the path of a file, from the folder of the pages, that holds it."""
    found: dict[Text, str] = {}
    for path in template_paths():
        for text in template_texts(path.read_text("utf-8")):
            found.setdefault(text, str(path.relative_to(WEB)))
    for path in module_paths():
        for text in module_texts(path.read_text("utf-8")):
            found.setdefault(text, str(path.relative_to(WEB)))
    for text in author_texts():
        found.setdefault(text, "author_texts")
    return found


def template_texts(source: str) -> Iterator[Text]:
    """
    >>> list(template_texts('{{ _("Sign in") }} {% trans n=2 %}a{% pluralize %}b{% endtrans %}'))
    ['Sign in', ('a', 'b')]
    >>> list(template_texts('{{ _("By %(name)s", name=who) }}'))
    ['By %(name)s']
    """
    for _line, _function, text in extract_from_ast(environment().parse(source)):
        if isinstance(text, str):
            yield text
        else:  # None stands for each value by name
            one, *many = [part for part in text or () if part is not None]
            yield (one, many[0]) if many else one


def module_texts(source: str) -> Iterator[Text]:
    """
    >>> list(module_texts('_("Sign in"); n_("%(num)s call", "%(num)s calls", 2)'))
    ['Sign in', ('%(num)s call', '%(num)s calls')]
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = [part.value for part in node.args if isinstance(part, ast.Constant)]
            if node.func.id in SINGULAR:
                yield str(texts[0])
            elif node.func.id == PLURAL:
                yield str(texts[0]), str(texts[1])
