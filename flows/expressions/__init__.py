"""What flow authors write inside texts: `@variables` and `<%= expressions %>`.

`substitute` replaces variables; `render` is the whole road of a text at run time; `check` and
`variables` serve publishing. The language is a small, safe part of Elixir: the source is parsed
by a grammar, compiled by an allow-list walk and run under limits of size, time and memory.
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
