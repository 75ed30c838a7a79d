"""The registry of webhook functions.

A function is one module in webhooks/functions: an input schema, a result schema and a plain
function from validated data and Context to a dict, under `@webhook`. Its docstring is its page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from marshmallow import Schema

from flowhook.registry import Registry, load
from webhooks.context import Context
from webhooks.fields import Json
from webhooks.leaving import Leaving

Result = dict[str, Any]


class AsGiven(dict[str, Any]):
    """A caller's document in a result, whose nulls and empty texts are kept."""


Function = Callable[[dict[str, Any], Context], Result]
Page = Callable[[Mapping[str, Any], Mapping[str, Any]], str]
"""From a body and its result to an HTML page, for whoever calls with a browser."""


@dataclass(frozen=True)
class WebhookFunction:
    """A registered function: its name on the wire, schemas, main result key and example.

    `show` renders its result as a page. `spends_tokens` is false if it asks no model: a used-up
    budget does not stop it. `question` is the field that holds what a contact asked, if approved
    answers may answer it (approved_first.py); `begins_thread` tells whether the result has a
    thread_id where the body has none. `leaves` is what it sends to somebody outside, the provider
    of models or Google Maps. With `asks_person` its result has the `status` pending until a person
    answers. `words` are the fields that hold what contacts said, at which guardrails look
    (guarded.py), as at the answer; None where they look at neither.
    """

    name: str
    call: Function
    fields: Schema
    result: Schema
    main: str
    example: Mapping[str, Any]
    show: Page | None = None
    spends_tokens: bool = True
    question: str = ""
    begins_thread: bool = False
    asks_person: bool = False
    leaves: Sequence[Leaving] = ()
    words: Sequence[str] | None = None

    @property
    def page(self) -> str:
        return self.call.__doc__ or ""

    @cached_property
    def main_field(self) -> str:
        """The field that a body in plain text is: `input`, or the first that is required."""
        fields = self.fields.fields
        required = [name for name, field in fields.items() if field.required]
        return "input" if "input" in fields else next(iter([*required, *fields]), "")

    @cached_property
    def takes_query(self) -> bool:
        """Whether its fields fit into a query: none that is required is more than a short text."""
        return not any(
            field.required and isinstance(field, Json) for field in self.fields.fields.values()
        )


WEBHOOKS: Registry[WebhookFunction] = Registry("webhook function")


def webhook(
    *,
    fields: type[Schema],
    result: type[Schema],
    main: str,
    example: Mapping[str, Any],
    leaves: Sequence[Leaving],
    name: str | None = None,
    page: Page | None = None,
    spends_tokens: bool = True,
    question: str = "",
    begins_thread: bool = False,
    asks_person: bool = False,
    words: Sequence[str] | None = None,
) -> Callable[[Function], Function]:
    """Register a function under its own name (or `name`, if that is not a Python name).

    `main` is the result key that also holds the message of a failure; `example` is a body that
    works unchanged. `leaves` is what the function sends to somebody outside, nothing for one that
    asks nobody. `page` shows a result to a browser, which may then call by GET. `question`,
    `begins_thread` and `words` are as WebhookFunction tells.
    """

    def register(function: Function) -> Function:
        wire_name = name or function.__name__
        unit = WebhookFunction(
            wire_name,
            function,
            fields(),
            result(),
            main,
            example,
            page,
            spends_tokens,
            question,
            begins_thread,
            asks_person,
            leaves,
            words,
        )
        WEBHOOKS.add(wire_name, unit, function)
        return function

    return register


def load_functions() -> Registry[WebhookFunction]:
    """Import webhooks/functions whole."""
    load("webhooks.functions")
    return WEBHOOKS
