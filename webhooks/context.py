"""What a webhook function may use of the service, and the tools it may let a model call."""

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
from flowhook.providers.transport import RequestsTransport
from flowhook.redis.best_effort import best_effort
from webhooks.threads import Thread, Threads


@dataclass(frozen=True, slots=True)
class Tool:
    """Something a model may call by name: its arguments as a strict JSON schema, and how to run it.

    `run` gets the model's arguments, which are data from outside, and a nested Context. It never
    raises.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    run: Callable[[Mapping[str, Any], Context], Outcome]


class ToolSource(Protocol):
    """A kind of thing models may call: webhook functions, an organisation's flows."""

    def find(self, name: str, organisation: Organisation) -> Tool | None:
        """The tool of this name, if this organisation may use one."""

    def names(self, organisation: Organisation) -> Sequence[str]:
        """Every name that `find` knows, for an error that helps."""


class ContextFactory:
    """What functions may use of the service; `open` gives a call its Context."""

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
        """Let models call these too, where no source added before has a tool of the name."""
        self.tool_sources.append(source)

    def open(
        self,
        organisation: Organisation,
        request_id: str,
        function: str,
        contact: str = "",
        flow: str = "",
    ) -> Context:
        """The Context of one call of `function`."""
        return Context(self, organisation, request_id, function, contact, flow)


@dataclass(slots=True)
class Context:
    """What a function may use in one call: the organisation, who is talking, and its provider.

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
    inner: list[Context] = field(default_factory=list, repr=False)

    def nested(self) -> Context:
        """The Context of what a model calls inside this call; its tokens count for both."""
        inner = replace(self, depth=self.depth + 1, called_by=self.function, clients=[], inner=[])
        self.inner.append(inner)
        return inner

    def model_client(self) -> ModelClient:
        """A client for the organisation's account; raises Inactive or MissingApiKey."""
        if not self.clients:
            account = self.service.accounts.open(self.organisation.sections, self.account)
            self.clients.append(self.service.open_client(account, self.organisation))
        return self.clients[0]

    def another_model_client(self) -> ModelClient:
        """One more client of the same account, with a time-out of its own: for one of many
        requests that no single time-out could hold."""
        client = self.service.open_client(self.model_client().account, self.organisation)
        self.clients.append(client)
        return client

    @property
    def system_prompt(self) -> str | None:
        """What every chat with the call's account is told first."""
        section = f"openai/accounts/{self.account}" if self.account else "openai"
        return self.organisation.section(section).get("system_prompt")

    @property
    def tool_sources(self) -> Sequence[ToolSource]:
        """Where a model's tools are found."""
        return self.service.tool_sources

    def open_thread(self, thread_id: str | None) -> Thread:
        """Open the conversation of this id or name, or begin one if there is none."""
        return self.service.threads.open(self.organisation.id, thread_id, self.contact)

    def remember(self, thread: Thread, asked: str, answer: Any) -> str:
        """Add a turn to the thread; returns its id. A failure is ignored: the answer is paid."""
        text = answer if isinstance(answer, str) else orjson.dumps(answer).decode()
        with best_effort("a turn of a conversation"):
            threads = self.service.threads
            threads.append(self.organisation.id, thread.id, asked, text, self.contact)
        return thread.id

    def google_maps(self) -> GoogleMapsClient:
        """A client with the organisation's key; raises MissingApiKey."""
        api_key = self.organisation.section("google_maps").get("api_key")
        if not api_key:
            raise MissingApiKey(
                "the organisation has no Google Maps API key",
                fix="Save an api_key in the organisation's google_maps settings.",
            )
        return GoogleMapsClient(api_key, self.service.maps, self.service.google_maps_url)

    def fetch(self, url: str, field: str, max_bytes: int) -> bytes:
        """What a caller's URL, given in `field`, answers; raises InvalidInput or TooLarge."""
        guard = self.service.guard
        return guard.fetch(
            url, max_bytes=max_bytes, timeout_seconds=FETCH_SECONDS, field=field
        ).content

    def keep(self, content: bytes, extension: str) -> str:
        """The URL under which content made for this organisation is served for a day."""
        return self.service.media.keep(self.organisation.id, content, extension)

    def check_budget(self) -> None:
        """Raise BudgetExceeded where the month's tokens were used up since the call began."""
        self.place.check()

    def tokens_used(self) -> int:
        """In and out, by all the clients so far, those of nested calls too."""
        own = sum(client.usage.input_tokens + client.usage.output_tokens for client in self.clients)
        return own + sum(inner.tokens_used() for inner in self.inner)
