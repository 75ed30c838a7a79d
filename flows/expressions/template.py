"""Evaluation of a text at run time: variables first, then the `<%= %>` tags."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from .compiler import compile_source
from .fault import FAILED, RESOURCES, TOO_LARGE, ExpressionError
from .run import Evaluation, current
from .scope import Scope
from .splice import Spliced, name_placeholders, outline, splice
from .values import to_text, whole
from .variables import substitute

INVALID = "Invalid Code"
MAX_OUTPUT_BYTES = 10_000
MAX_SECONDS = 0.5
"""The limit for all expressions of one text; a single expression has 100 ms."""

_TAG = re.compile(r"<%=(.*?)%>", re.DOTALL)

_PYTHON_FAULTS = (TypeError, ValueError, KeyError, IndexError, AttributeError, ArithmeticError)


def render(text: str, scope: Scope, on_error: Callable[[str], None] | None = None) -> str:
    """The trimmed text with its variables and expressions replaced by their values.

    If an expression fails, the whole text becomes `Invalid Code`, and `on_error` gets the reason.
    """
    try:
        return _render(text, scope)
    except ExpressionError as error:
        if on_error is not None:
            on_error(error.reason)
        return INVALID


def _render(text: str, scope: Scope) -> str:
    parts = _TAG.split(text)
    until = time.perf_counter() + MAX_SECONDS if len(parts) > 1 else 0.0
    rendered = [
        _expression(part, scope, until) if odd % 2 else substitute(part, scope)
        for odd, part in enumerate(parts)
    ]
    whole = "".join(rendered).strip()
    if len(whole) * 4 > MAX_OUTPUT_BYTES and _size(whole) > MAX_OUTPUT_BYTES:
        raise ExpressionError(TOO_LARGE)
    return whole


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _expression(source: str, scope: Scope, until: float) -> str:
    source, values = splice(source.strip(), scope)
    try:
        run = Evaluation({}, values, scope.now, scope.templates, until)
        text = _guarded(source, run, shown_text)
    except ExpressionError as error:
        raise ExpressionError(name_placeholders(error.reason, values)) from error
    if len(text) > MAX_OUTPUT_BYTES:
        raise ExpressionError(TOO_LARGE)
    return str(text)


def shown_text(value: Any) -> str:
    """The text of an expression's value; half a letter that a pattern cut becomes a `\ufffd`."""
    text = whole(to_text(value))
    return (
        text if text.isascii() else text.encode("utf-8", "surrogateescape").decode(errors="replace")
    )


def evaluate(
    source: str,
    bindings: Mapping[str, Any] | None = None,
    *,
    values: Sequence[Spliced] = (),
    now: datetime | None = None,
) -> Any:
    """The value of one expression; `bindings` are its names, `now` its clock.

    Raises ExpressionError.
    """
    return _guarded(source, Evaluation(bindings or {}, values, now))


def _guarded(
    source: str, run: Evaluation, finish: Callable[[Any], Any] = lambda value: value
) -> Any:
    """Run an expression; an exception of Python's becomes ExpressionError `expression failed`."""
    code = compile_source(source)
    outer = current.set(run)
    try:
        return finish(code(run, {}))
    except (RecursionError, MemoryError) as error:
        raise ExpressionError(RESOURCES) from error
    except _PYTHON_FAULTS as error:
        raise ExpressionError(FAILED) from error
    finally:
        current.reset(outer)


def check(text: str) -> str | None:
    """The reason why an expression in the text is unsupported, or None. Evaluates nothing."""
    for source in _TAG.findall(text):
        outlined, values = outline(source.strip())
        try:
            compile_source(outlined)
        except ExpressionError as error:
            return name_placeholders(error.reason, values)
    return None
