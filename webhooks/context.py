"""The services available to a webhook function, and the tools it may let a model call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import orjson

from flowhook.config import FETCH_SECONDS
from flowhook.errors import MissingApiKey
from flowhook.limits.limiter import FREE, Reservation
from flowhook.media.public import PublicMedia
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import Outcome
from flowhook.providers.account import Account, Accounts
from flowhook.providers.google_maps import GoogleMapsClient
from flowhook.providers.guard import AddressGuard
from flowhook.providers.model_client import ModelClient
from flowhook.providers.requests_transport import RequestsTransport
from flowhook.redis.best_effort import best_effort
from webhooks.threads import Thread, Threads


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that a model may call by name: a strict JSON schema of its arguments, and its `run`.

    `run` gets the model's arguments, which are untrusted input, and a nested Context. It never
    raises.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    run: Callable[[Mapping[str, Any], Context], Outcome]


class ToolSource(Protocol):
    """A source of tools that models may call: webhook functions or an organisation's flows."""

    def find(self, name: str, organisation: Organisation) -> Tool | None:
        """Return the tool of this name if the organisation may use it."""

    def names(self, organisation: Organisation) -> Sequence[str]:
        """Return every name that `find` knows, for error messages."""


class ContextFactory:
    """Holds the services that functions may use; `open` creates a call's Context."""

    def __init__(
        self,
        accounts: Accounts,
        open_client: Callable[[Account, Organisation], ModelClient],
        guard: AddressGuard,
        media: PublicMedia,
        threads: Threads,
        google_maps_url: str,
    ) -> None:
        self.accounts = accounts
        self.open_client = open_client
        self.guard = guard
        self.media = media
        self.threads = threads
        self.google_maps_url = google_maps_url
        self.maps = RequestsTransport()
        self.tool_sources: list[ToolSource] = []

    def add_tools(self, source: ToolSource) -> None:
        """Add a source of tools; on equal names, the source added first is used."""
        self.tool_sources.append(source)

    def open(
        self,
        organisation: Organisation,
        request_id: str,
        function: str,
        contact: str = "",
        flow: str = "",
    ) -> Context:
        """Create the Context of one call of `function`."""
        return Context(self, organisation, request_id, function, contact, flow)


@dataclass(slots=True)
class Context:
    """The context of one call: the organisation, the contact, and the provider.

    `contact` and `flow` are the builder's ids as text, empty where it sent none. `depth` counts
    how many models called each other to get here, and `called_by` is the function whose model
    called this one. `place` is the reservation of the whole call under the limits.
    """

    service: ContextFactory = field(repr=False)
    organisation: Organisation
    request_id: str
    function: str
    contact: str = ""
    flow: str = ""
    account: str | None = None
    depth: int = 0
    called_by: str = ""
    place: Reservation = field(default=FREE, repr=False)
    clients: list[ModelClient] = field(default_factory=list, repr=False)
    opened: dict[str, ModelClient] = field(default_factory=dict, repr=False)
    inner: list[Context] = field(default_factory=list, repr=False)

    def nested(self) -> Context:
        """Create the Context of a call made by a model in this call; its tokens count for both."""
        inner = replace(
            self,
            depth=self.depth + 1,
            called_by=self.function,
            clients=[],
            opened={},
            inner=[],
        )
        self.inner.append(inner)
        return inner

    def model_client(self) -> ModelClient:
        """Return a client for the organisation's account. Raises Inactive or MissingApiKey."""
        if "" not in self.opened:
            account = self.service.accounts.open(self.organisation.sections, self.account)
            self.opened[""] = self._open(account)
        return self.opened[""]

    def has_account(self, title: str) -> bool:
        """Tell whether the organisation has a further account of this title."""
        return f"openai/accounts/{title}" in self.organisation.sections

    def speech_client(self, provider: str | None) -> ModelClient:
        """Return the client that speaks and hears: the call's own, or that of `provider`.

        Raises Inactive, MissingApiKey, and InvalidInput for an unknown provider.
        """
        accounts, sections = self.service.accounts, self.organisation.sections
        if provider is None or accounts.is_at(provider, sections, self.account):
            return self.model_client()
        if provider not in self.opened:
            self.opened[provider] = self._open(accounts.open_speech(sections, provider))
        return self.opened[provider]

    def another_model_client(self) -> ModelClient:
        """Return a further client of the same account with its own time-out, for work of many
        requests that would exceed a single time-out."""
        return self._open(self.model_client().account)

    @property
    def system_prompt(self) -> str | None:
        """Return the system prompt of every chat with the call's account."""
        section = f"openai/accounts/{self.account}" if self.account else "openai"
        return self.organisation.section(section).get("system_prompt")

    @property
    def tool_sources(self) -> Sequence[ToolSource]:
        """Return the sources of a model's tools."""
        return self.service.tool_sources

    def open_thread(self, thread_id: str | None) -> Thread:
        """Open the conversation of this id or name, or start one if there is none."""
        return self.service.threads.open(self.organisation.id, thread_id, self.contact)

    def remember(self, thread: Thread, asked: str, answer: Any) -> str:
        """Add a turn to the thread and return its id. Failures are ignored: the answer is paid."""
        text = answer if isinstance(answer, str) else orjson.dumps(answer).decode()
        with best_effort("a turn of a conversation"):
            threads = self.service.threads
            threads.append(self.organisation.id, thread.id, asked, text, self.contact)
        return thread.id

    def google_maps(self) -> GoogleMapsClient:
        """Return a client with the organisation's key. Raises MissingApiKey if there is none."""
        api_key = self.organisation.section("google_maps").get("api_key")
        if not api_key:
            raise MissingApiKey(
                "the organisation has no Google Maps API key",
                fix="Save an api_key in the organisation's google_maps settings.",
            )
        return GoogleMapsClient(api_key, self.service.maps, self.service.google_maps_url)

    def fetch(self, url: str, field: str, max_bytes: int) -> bytes:
        """Fetch the caller's URL given in `field`. Raises InvalidInput or TooLarge."""
        guard = self.service.guard
        return guard.fetch(
            url, max_bytes=max_bytes, timeout_seconds=FETCH_SECONDS, field=field
        ).content

    def keep(self, content: bytes, extension: str) -> str:
        """Store generated content for a day and return its URL."""
        return self.service.media.keep(self.organisation.id, content, extension)

    def _open(self, account: Account) -> ModelClient:
        client = self.service.open_client(account, self.organisation)
        self.clients.append(client)
        return client

    def check_budget(self) -> None:
        """Raise BudgetExceeded if the month's tokens were used up since the call began."""
        self.place.check()

    def tokens_used(self) -> int:
        """Return the input and output tokens of all clients so far, including nested calls."""
        own = sum(client.usage.input_tokens + client.usage.output_tokens for client in self.clients)
        return own + sum(inner.tokens_used() for inner in self.inner)
