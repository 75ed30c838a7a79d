"""Finds what the flow runtime and the webhook functions say to authors on the pages.

Issues of flows are sentences of `flows/lint`; actions word themselves for the picture. What stands
in a schema or a docstring is read from the registry of functions, as the pages show it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from flowhook.registry import load
from flows import actions, lint
from flows.model import action
from flows.model.action import actions as action_types
from flows.routers.cases import cases
from web.about_functions import spoken_paragraphs
from web.catalogues.lower_texts import pattern
from webhooks.http.catalogue import describe
from webhooks.registry import load_functions

load("flows.actions")
load("flows.routers.cases")
SENTENCE = re.compile(r"[a-z]{2,}:? [a-z%(]{2,}|%\(\w+\)s [a-z]{3,}|\(in ")
SILENT = frozenset({"Registry", "compile"})


def author_texts() -> Iterator[str]:
    yield from function_texts()
    for path in sorted(Path(str(lint.__file__)).parent.glob("*.py")):
        yield from sentences(ast.parse(path.read_text("utf-8")))
    modules = Path(str(actions.__file__)).parent.glob("*.py")
    for path in sorted((*modules, Path(str(action.__file__)))):
        yield from action_texts(path.read_text("utf-8"))
    for kind in action_types:
        yield kind.name.replace("_", " ")
    for case in cases:
        yield case.words


def function_texts() -> Iterator[str]:
    """What is told about each function, its fields with their types, and its results."""
    for function in load_functions():
        described = describe(function)
        yield described["summary"]
        yield from spoken_paragraphs(described["page"])
        for one in (*described["fields"], *described["results"]):
            yield from filter(None, (one["description"], one["type"]))


def action_texts(source: str) -> Iterator[str]:
    """
    >>> list(action_texts('@action("x", missing="has none here")\\ndef x(): "A page of it."'))
    ['has none here']
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith(("words", "evaluated")):
            yield from sentences(node)
        elif isinstance(node, ast.keyword) and node.arg == "missing":
            yield from sentences(node.value)


def sentences(node: ast.AST) -> Iterator[str]:
    """The texts of a tree that are for people; docstrings and refusals are not.

    >>> list(sentences(ast.parse('"A page."\\nmessage = f"Node {label} has {count} issues"')))
    ['Node %(label)s has %(count)s issues']
    """
    if isinstance(node, ast.Raise) or _is_silent(node):
        return
    if isinstance(node, ast.JoinedStr) and SENTENCE.search(pattern(node)):
        yield pattern(node)
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and SENTENCE.search(node.value):
            yield node.value
        return
    inner = node.values if isinstance(node, ast.JoinedStr) else ast.iter_child_nodes(node)
    for one in inner:
        is_piece = isinstance(node, ast.JoinedStr) and isinstance(one, ast.Constant)
        if not is_piece:
            yield from sentences(one)


def _is_silent(node: ast.AST) -> bool:
    """Whether a node is a docstring, or a call whose texts nobody reads."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in SILENT
