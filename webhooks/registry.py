"""The registry of webhook functions, and the Context each is called with.

A function is one module in webhooks/functions: an input schema, a result schema and a plain
function from validated data and Context to a dict, under `@webhook`. Its docstring is its page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from marshmallow import Schema

from flowhook.errors import MissingApiKey
from flowhook.organisations.organisation import Organisation
from flowhook.providers.account import Account
from flowhook.providers.google_maps import GoogleMapsClient
from flowhook.providers.model_client import ModelClient
from flowhook.registry import Registry, load
from webhooks.threads import Threads

Result = dict[str, Any]


class AsGiven(dict[str, Any]):
    """A document of the caller's in a result: its nulls and empty texts are its own and stay."""


@dataclass(frozen=True, slots=True)
class Tool:
    """Something a model may call by name: its arguments as a strict JSON schema, and how to run it.

    `run` gets the model's arguments, which are data from outside, and a Context; it raises a
    FlowhookError for arguments that are wrong.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    run: Callable[[Mapping[str, Any], Context], Result]


class ToolSource(Protocol):
    """A kind of thing models may call: webhook functions, an organisation's flows."""

    def find(self, name: str, organisation: Organisation) -> Tool | None:
        """The tool of this name, if this organisation may use one."""

    def names(self, organisation: Organisation) -> Sequence[str]:
        """Every name that `find` knows, for an error that helps."""


@dataclass(slots=True)
class Context:
    """What a function may use: the organisation, who is talking, and its provider.

    `contact` and `flow` are the builder's ids as text, empty where it sent none. `fetch` reads
    a caller's URL, given its field and most bytes, through the guard. `tool_sources` offer a
    model what it may call; `depth` counts how many models called each other to get here, and
    `check_budget` raises BudgetExceeded where they used up the month's tokens.
    """

    organisation: Organisation
    request_id: str
    open_account: Callable[[Organisation, str | None], Account] = field(repr=False)
    open_client: Callable[[Account, Organisation], ModelClient] = field(repr=False)
    threads: Threads = field(repr=False)
    fetch: Callable[[str, str, int], bytes] = field(repr=False)
    keep_media: Callable[[str, bytes, str], str] = field(repr=False)
    open_maps: Callable[[str], GoogleMapsClient] = field(repr=False)
    tool_sources: Sequence[ToolSource] = field(default=(), repr=False)
    check_budget: Callable[[], None] = field(default=lambda: None, repr=False)
    account: str | None = None
    contact: str = ""
    flow: str = ""
    depth: int = 0
    clients: list[ModelClient] = field(default_factory=list, repr=False)

    def model_client(self) -> ModelClient:
        """A client for the organisation's account; raises Inactive or MissingApiKey."""
        if not self.clients:
            account = self.open_account(self.organisation, self.account)
            self.clients.append(self.open_client(account, self.organisation))
        return self.clients[0]

    def another_model_client(self) -> ModelClient:
        """One more client of the same account, with a time-out of its own: for one of many
        requests that no single time-out could hold."""
        client = self.open_client(self.model_client().account, self.organisation)
        self.clients.append(client)
        return client

    @property
    def system_prompt(self) -> str | None:
        """What every chat with the call's account is told first."""
        section = f"openai/accounts/{self.account}" if self.account else "openai"
        return self.organisation.section(section).get("system_prompt")

    def google_maps(self) -> GoogleMapsClient:
        """A client with the organisation's key; raises MissingApiKey."""
        api_key = self.organisation.section("google_maps").get("api_key")
        if not api_key:
            raise MissingApiKey(
                "the organisation has no Google Maps API key",
                fix="Save an api_key in the organisation's google_maps settings.",
            )
        return self.open_maps(api_key)

    def keep(self, content: bytes, extension: str) -> str:
        """The URL under which content made for this organisation is served for a day."""
        return self.keep_media(self.organisation.id, content, extension)

    def tokens_used(self) -> int:
        """In and out, by all the clients so far."""
        return sum(
            client.usage.input_tokens + client.usage.output_tokens for client in self.clients
        )


Function = Callable[[dict[str, Any], Context], Result]
Page = Callable[[Mapping[str, Any], Mapping[str, Any]], str]
"""From a body and its result to an HTML page, for whoever calls with a browser."""


@dataclass(frozen=True, slots=True)
class WebhookFunction:
    """A registered function: its name on the wire, schemas, main result key and example.

    `show` makes a page of its result. `spends_tokens` is false where it asks no model: a used-up
    budget does not stop it.
    """

    name: str
    call: Function
    fields: Schema
    result: Schema
    main: str
    example: Mapping[str, Any]
    show: Page | None = None
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
    page: Page | None = None,
    spends_tokens: bool = True,
) -> Callable[[Function], Function]:
    """Register a function under its own name (or `name`, where that is no Python name).

    `main` is the result key that also holds the message of a failure; `example` is a body that
    works as it stands. `page` shows a result to a browser, which may then call by GET.
    """

    def register(function: Function) -> Function:
        wire_name = name or function.__name__
        unit = WebhookFunction(
            wire_name, function, fields(), result(), main, example, page, spends_tokens
        )
        WEBHOOKS.add(wire_name, unit, function)
        return function

    return register


def load_functions() -> Registry[WebhookFunction]:
    """Import webhooks/functions whole."""
    load("webhooks.functions")
    return WEBHOOKS
