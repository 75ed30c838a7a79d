"""The expression language of flow texts: `@variables` and `<%= expressions %>`.

`substitute` replaces variables; `render` evaluates a whole text at run time; `check` and
`variables` are used when a flow is published. The language is a small, safe subset of Elixir: a
grammar parses the source, an allow-list of node types compiles it, and it runs under limits of
size, time and memory.
"""

from __future__ import annotations

from . import control, operators, quoted
from .fault import ExpressionError
from .scope import Scope
from .template import INVALID, check, evaluate, render
from .variables import substitute, variables
from .vocabulary import load_functions

HANDLER_MODULES = (control, operators, quoted)
"""Imported so that their handlers are registered."""

load_functions()

__all__ = [
    "INVALID",
    "ExpressionError",
    "Scope",
    "check",
    "evaluate",
    "render",
    "substitute",
    "variables",
]
