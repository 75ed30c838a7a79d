"""The services available to a webhook function, and the tools it may let a model call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import orjson

from answers.approved.approved import Approved
from answers.guardrails.consent import BY_FUNCTION
from answers.guardrails.guards import SECTION, Guards
from answers.guardrails.masking.masks import Masks
from answers.guardrails.rules.rules import Rules
from answers.inbox.intake import InboxIntake
from answers.knowledge.knowledge import Knowledge
from answers.prompts.prompt import PromptVersion
from answers.prompts.store import PromptStore
from flowhook.config import FETCH_SECONDS
from flowhook.errors import MissingApiKey
from flowhook.jobs.call import Call
from flowhook.limits.limiter import FREE, Reservation
from flowhook.media.public import PublicMedia
from flowhook.organisations.open_client import OpenClient
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import Outcome
from flowhook.providers.account import Account, Accounts
from flowhook.providers.google_maps import GoogleMapsClient
from flowhook.providers.guard import AddressGuard
from flowhook.providers.model_client import ModelClient
from flowhook.providers.requests_transport import RequestsTransport
from flowhook.redis.best_effort import best_effort
from webhooks.asker import names_of
from webhooks.threads import Thread, Threads

HeldTurn = tuple[Thread, str, str]
"""A turn of a conversation: its thread, what was asked, and the answer."""


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


@dataclass(frozen=True, slots=True)
class SavedPrompt:
    """A saved prompt's version that answers a call."""

    name: str
    version: PromptVersion = field(repr=False)

    @property
    def label(self) -> str:
        """The prompt and the number of the version, as `farmer_help@3`."""
        return f"{self.name}@{self.version.number}"


@dataclass(slots=True)
class AnsweredFrom:
    """What a call was answered from: its bases, whether they held the answer, and in how many
    places; `passages` are those that a judge compares the answer with."""

    bases: str
    found: bool = False
    sources: int = 0
    passages: tuple[str, ...] = field(default=(), repr=False)


class ContextFactory:
    """Holds the services that functions may use; `open` creates a call's Context."""

    def __init__(
        self,
        accounts: Accounts,
        open_client: OpenClient,
        guard: AddressGuard,
        media: PublicMedia,
        threads: Threads,
        google_maps_url: str,
        prompts: PromptStore,
        knowledge: Knowledge,
        intake: InboxIntake,
        approved: Approved,
        guards: Guards,
        rules: Rules,
    ) -> None:
        self.accounts = accounts
        self.open_client = open_client
        self.guard = guard
        self.media = media
        self.threads = threads
        self.google_maps_url = google_maps_url
        self.prompts = prompts
        self.knowledge = knowledge
        self.intake = intake
        self.approved = approved
        self.guards = guards
        self.rules = rules
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
        prompts: Mapping[str, int] | None = None,
    ) -> Context:
        """Create the Context of one call of `function`."""
        return Context(self, organisation, request_id, function, contact, flow, prompts)


@dataclass(slots=True)
class Context:
    """The context of one call: the organisation, the contact, and the provider.

    `contact` and `flow` are the builder's ids as text, empty where it sent none. `prompts` names
    the versions of saved prompts that answer in the place of the live ones, and `saved` is the one
    that answers this call. `answered_from` tells which documents it was answered from, if it named
    any. `depth` counts how many models called each other to get here, and `called_by` is the
    function whose model called this one. `call` is what was called, None where a model calls;
    `heard` are the words of the recording in it, at which `on_heard` looks, which may raise.
    `held_turns` are those that `holding_turns` adds to their threads later.
    `language` is the contact's, by name or code, empty where nobody knows or needs it. `place` is
    the reservation of the whole call under the limits. `asks_approved` tells whether approved
    answers come before the model where a body does not say, and `needs_consent` whether a contact
    must have consented.
    """

    service: ContextFactory = field(repr=False)
    organisation: Organisation
    request_id: str
    function: str
    contact: str = ""
    flow: str = ""
    prompts: Mapping[str, int] | None = None
    saved: SavedPrompt | None = None
    answered_from: AnsweredFrom | None = None
    account: str | None = None
    depth: int = 0
    called_by: str = ""
    asks_approved: bool = True
    needs_consent: bool = True
    call: Call | None = field(default=None, repr=False)
    heard: str = field(default="", repr=False)
    on_heard: Callable[[str], None] | None = field(default=None, repr=False)
    held_turns: list[HeldTurn] | None = field(default=None, repr=False)
    language: str = ""
    place: Reservation = field(default=FREE, repr=False)
    masks: Masks | None = field(default=None, repr=False)
    clients: list[ModelClient] = field(default_factory=list, repr=False)
    opened: dict[str, ModelClient] = field(default_factory=dict, repr=False)
    inner: list[Context] = field(default_factory=list, repr=False)

    def nested(self) -> Context:
        """Create the Context of a call made by a model in this call; its tokens count for both."""
        inner = replace(
            self,
            depth=self.depth + 1,
            called_by=self.function,
            saved=None,
            answered_from=None,
            call=None,
            heard="",
            on_heard=None,
            held_turns=None,
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
        if self.held_turns is not None:
            self.held_turns.append((thread, asked, text))
            return thread.id
        with best_effort("a turn of a conversation"):
            threads = self.service.threads
            threads.append(self.organisation.id, thread.id, asked, text, self.contact)
        return thread.id

    @contextmanager
    def holding_turns(self) -> Iterator[None]:
        """Add the turns of the block to their threads only where it ends without an exception."""
        held = self.held_turns = []
        try:
            yield
        finally:
            self.held_turns = None
        for turn in held:
            self.remember(*turn)

    def rate_answer(self, answer_id: str, thumb: str) -> None:
        """Count what a contact thinks of an approved answer. Raises NotFound."""
        self.service.approved.counts.rate(self.organisation.id, answer_id, thumb)

    def record_consent(self, consent: str, purpose: str) -> str:
        """Record what the contact said, and return it. Raises TooLarge."""
        consents, org = self.service.guards.consents, self.organisation.id
        return consents.record(org, self.contact, consent, BY_FUNCTION, self.flow, purpose).consent

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
        return self.service.media.keep(self.organisation.id, content, extension, self.contact)

    def _open(self, account: Account) -> ModelClient:
        client = self.service.open_client(account, self.organisation, self.open_masks())
        self.clients.append(client)
        return client

    def open_masks(self) -> Masks | None:
        """The masks of the whole call, None where the organisation masks nothing."""
        if self.masks is None and SECTION in self.organisation.sections:
            names = (*names_of(self.call.body), *self.call.names) if self.call else ()
            self.masks = self.service.guards.masks(self.organisation, self.contact, names)
        return self.masks

    def hear(self, words: str) -> None:
        """Take note of what a recording says. Raises what the guardrails of the call raise."""
        self.heard = words
        if self.on_heard is not None:
            self.on_heard(words)

    def check_budget(self) -> None:
        """Raise BudgetExceeded if the month's tokens were used up since the call began."""
        self.place.check()

    def tokens_used(self) -> int:
        """Return the input and output tokens of all clients so far, including nested calls."""
        own = sum(client.usage.input_tokens + client.usage.output_tokens for client in self.clients)
        return own + sum(inner.tokens_used() for inner in self.inner)
