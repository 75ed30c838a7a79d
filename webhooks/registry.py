"""The registry of webhook functions, and the Context each is called with.

A function is one module in webhooks/functions: an input schema, a result schema and a plain
function from validated data and Context to a dict, under `@webhook`. Its docstring is its page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema

from providers.account import Account
from providers.openai import OpenAIClient
from registry import Registry, load
from settings.organisation import Organisation

Result = dict[str, Any]


@dataclass(slots=True)
class Context:
    """What a function may use: the organisation, who is talking, and its provider.

    `contact` and `flow` are the builder's ids as text, empty where it sent none.
    """

    organisation: Organisation
    request_id: str
    open_account: Callable[[Organisation, str | None], Account] = field(repr=False)
    open_client: Callable[[Account, Organisation], OpenAIClient] = field(repr=False)
    account: str | None = None
    contact: str = ""
    flow: str = ""
    clients: list[OpenAIClient] = field(default_factory=list, repr=False)

    def openai(self) -> OpenAIClient:
        """A client for the organisation's account; raises Inactive or MissingApiKey."""
        if not self.clients:
            account = self.open_account(self.organisation, self.account)
            self.clients.append(self.open_client(account, self.organisation))
        return self.clients[0]

    def tokens_used(self) -> int:
        """In and out, by all the clients so far."""
        return sum(
            client.usage.input_tokens + client.usage.output_tokens for client in self.clients
        )


Function = Callable[[dict[str, Any], Context], Result]


@dataclass(frozen=True, slots=True)
class WebhookFunction:
    """A registered function: its name on the wire, schemas, main result key and example.

    `spends_tokens` is false where it asks no model: a used-up budget does not stop it.
    """

    name: str
    call: Function
    fields: Schema
    result: Schema
    main: str
    example: Mapping[str, Any]
    spends_tokens: bool = True

    @property
    def page(self) -> str:
        return self.call.__doc__ or ""


WEBHOOKS: Registry[WebhookFunction] = Registry("webhook function")


def webhook(
    *,
    fields: type[Schema],
    result: type[Schema],
    main: str,
    example: Mapping[str, Any],
    name: str | None = None,
    spends_tokens: bool = True,
) -> Callable[[Function], Function]:
    """Register a function under its own name (or `name`, where that is no Python name).

    `main` is the result key that also holds the message of a failure; `example` is a body that
    works as it stands.
    """

    def register(function: Function) -> Function:
        wire_name = name or function.__name__
        unit = WebhookFunction(
            wire_name, function, fields(), result(), main, example, spends_tokens
        )
        WEBHOOKS.add(wire_name, unit, function)
        return function

    return register


def load_functions() -> Registry[WebhookFunction]:
    """Import webhooks/functions whole."""
    load("webhooks.functions")
    return WEBHOOKS
