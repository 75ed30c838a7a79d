"""What the templates of the pages say with `|`: words, times and numbers as people read them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any

import orjson
from babel.dates import format_date, format_datetime
from jinja2 import Environment, pass_context
from markupsafe import Markup, escape

from flowhook.organisations.token_end import end_of
from flowhook.timestamps import timestamp_of
from web.duration_words import duration
from web.explanations import fixer, status_words
from web.field_labels import choice_label
from web.language import language, translated
from web.page_words import in_page_words, sentence
from web.person import person

MOMENT, DAY = "d MMM yyyy, HH:mm:ss", "d MMMM yyyy"
CODE = re.compile(r"`([^`]+)`")


def moment(text: str) -> str:
    """An ISO time as people read it; UTC."""
    if not text:
        return ""
    return f"{format_datetime(datetime.fromisoformat(text), MOMENT, locale=language())} UTC"


def iso(seconds: float) -> str:
    """Epoch seconds as an ISO time; empty for 0, never."""
    return timestamp_of(int(seconds * 1000)) if seconds else ""


def ending(text: str) -> str:
    """A token's end, which is a day or a moment, as people read it; UTC."""
    if len(text) == len("2026-11-28"):
        return day(date.fromisoformat(text))
    return moment(datetime.fromtimestamp(end_of(text), UTC).isoformat())


def day(date: date) -> str:
    """A date as people read it."""
    return format_date(date, DAY, locale=language())


def wire(value: Any) -> str:
    """A value as it stands in a body: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def prose(text: str) -> Markup:
    """A text of ours with `code` in it."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704


def number(value: Any) -> str:
    """1,234,567, or 0.0123 for money; nothing for nothing."""
    if value is None:
        return ""
    return f"{value:,.4f}" if isinstance(value, float) else f"{value:,}"


FILTERS = (
    translated,
    moment,
    iso,
    ending,
    day,
    number,
    duration,
    wire,
    prose,
    in_page_words,
    person,
    choice_label,
    status_words,
    fixer,
    sentence,
)


def add_filters(env: Environment) -> None:
    """Give templates these filters."""
    env.filters |= {words.__name__: _at_each_page(words) for words in FILTERS}


def _at_each_page(words: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that is never called as a template is compiled.

    Jinja would call it then for a constant, and keep what it said: in the language of that moment,
    and by the code of that release.
    """

    @pass_context
    @wraps(words)
    def said(_context: object, *given: Any, **named: Any) -> Any:
        return words(*given, **named)

    return said
