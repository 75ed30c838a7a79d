"""A simulation: the newest draft of a flow, played with a made-up contact for its author.

It has no effect outside but webhook calls and rows appended to Google sheets, and with `pretend`
not even those; rows are read from the true sheets. No contact is changed, nothing is counted,
messages to others and flows started for them are only shown. It is stored for a day, encrypted,
under the player's name.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.records.redact import redact
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key
from flows.channels.outgoing_messages import messages_by_contact
from flows.channels.whatsapp.choices import as_choice
from flows.conversations.author_requests import AuthorHttpClient
from flows.conversations.live_services import CallFunction, LiveServices, in_time
from flows.conversations.transcript import status_of, transcript_of
from flows.engine.engine import Engine
from flows.library.store import FlowStore
from flows.model.contact import Contact
from flows.model.events import Event, MsgCreated, WebhookCalled
from flows.model.session import HttpAnswer, Message, Session, WebhookAnswer, WebhookPending
from flows.play.bubbles import seen_in_whatsapp
from flows.sheets.access import OpenSheets, PretendedWrites

KEEP_SECONDS = 86_400
MAX_ITEMS, MAX_CALLS = 200, 50

Json = dict[str, Any]
Step = Callable[[Engine, Session], list[Event]]


@dataclass(slots=True)
class Simulation:
    """The stored state of a simulation.

    `chat` has messages and notes as in transcripts, `calls` the webhook calls with their
    milliseconds; `ahead_seconds` is the time by which its clock is ahead.
    """

    flow: str
    pretend: bool = True
    language: str = "en"
    session: Json | None = None
    chat: list[Json] = field(default_factory=list)
    calls: list[Json] = field(default_factory=list)
    ahead_seconds: float = 0.0

    @property
    def state(self) -> Json:
        """The flow's status, node and results; empty before the start."""
        return status_of(Session.from_dict(self.session)) if self.session else {}

    @property
    def waits_seconds(self) -> float | None:
        """Seconds until its next timer, or None."""
        due = Session.from_dict(self.session).next_wakeup() if self.session else None
        return None if due is None else max(0.0, (due - self.now()).total_seconds())

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead_seconds)


class Simulations:
    """Starts and continues simulations; `pretended` answers instead of functions."""

    def __init__(
        self,
        redis: Any,
        cipher: Cipher,
        flows: FlowStore,
        functions: CallFunction,
        outgoing: AuthorHttpClient,
        pretended: CallFunction,
        open_sheets: OpenSheets,
    ) -> None:
        self.redis = redis
        self.cipher = cipher
        self.flows = flows
        self.functions = functions
        self.outgoing = outgoing
        self.pretended = pretended
        self.open_sheets = open_sheets

    def find(self, org: str, player: str, flow: str) -> Simulation | None:
        encrypted = self.redis.get(_key(org, player, flow))
        if encrypted is None:
            return None
        try:
            return Simulation(**orjson.loads(self.cipher.open(org, "simulation", encrypted)))
        except CannotDecrypt:
            return None

    def start(
        self, organisation: Organisation, player: str, flow: str, *, pretend: bool, language: str
    ) -> Simulation:
        """Start a new simulation.

        Raises NotFound for an unknown flow, InvalidInput for one that cannot run.
        """
        simulation = Simulation(flow, pretend, language)
        contact = Contact(id="simulator", name="Asha", phone="919800000000")
        contact.set_language(language)

        def step(engine: Engine, session: Session) -> list[Event]:
            return engine.start(session, flow, draft=True)

        return self._play(organisation, player, simulation, Session(contact), step)

    def say(
        self, organisation: Organisation, player: str, simulation: Simulation, message: Message
    ) -> Simulation:
        """Send one message of the contact; a number chooses among options that were numbered."""
        numbered = last_numbered(simulation.chat)
        chosen = as_choice(message, numbered) if numbered else message

        def step(engine: Engine, session: Session) -> list[Event]:
            return engine.receive(session, chosen)

        session = Session.from_dict(simulation.session or {})
        return self._play(organisation, player, simulation, session, step, message)

    def wake(self, organisation: Organisation, player: str, simulation: Simulation) -> Simulation:
        """Let the next timer run out."""
        simulation.ahead_seconds += (simulation.waits_seconds or 0.0) + 0.001

        def step(engine: Engine, session: Session) -> list[Event]:
            return engine.wake(session)

        session = Session.from_dict(simulation.session or {})
        return self._play(organisation, player, simulation, session, step)

    def configure(
        self,
        organisation: Organisation,
        player: str,
        simulation: Simulation,
        language: str,
        pretend: bool,
    ) -> Simulation:
        """Change the contact's language, or whether webhook calls are pretended."""
        session = Session.from_dict(simulation.session or {})
        session.contact.set_language(language)
        simulation.language, simulation.pretend = language, pretend
        simulation.session = session.as_dict()
        self._save(organisation.id, player, simulation)
        return simulation

    def _play(
        self,
        organisation: Organisation,
        player: str,
        simulation: Simulation,
        session: Session,
        step: Step,
        said: Message | None = None,
    ) -> Simulation:
        functions = self.pretended if simulation.pretend else in_time(self.functions)
        timed = TimedCalls(functions, self.outgoing)
        outgoing = TimedRequests(timed, simulation.pretend)
        sheets = self.open_sheets(organisation)
        services = LiveServices(
            organisation=organisation,
            store=self.flows,
            library=self.flows.library(organisation.id),
            functions=timed,
            outgoing=outgoing,
            sheets=PretendedWrites(sheets) if simulation.pretend else sheets,
            working=nullcontext,
            look_up=lambda _: None,
            now=simulation.now,
        )
        events = step(Engine(services), session)
        simulation.session = session.as_dict()
        simulation.chat += chat_of(session, events, said, simulation)
        simulation.chat = simulation.chat[-MAX_ITEMS:]
        calls = [{**one, **pretended_if(simulation)} for one in shown_calls(events, timed)]
        simulation.calls = [*simulation.calls, *calls][-MAX_CALLS:]
        self._save(organisation.id, player, simulation)
        return simulation

    def _save(self, org: str, player: str, simulation: Simulation) -> None:
        encrypted = self.cipher.seal(org, "simulation", orjson.dumps(asdict(simulation)))
        write(
            self.redis, ("SET", _key(org, player, simulation.flow), encrypted, "EX", KEEP_SECONDS)
        )


class TimedCalls:
    """A CallFunction that records the milliseconds of each call, by name or address."""

    def __init__(self, functions: CallFunction, outgoing: AuthorHttpClient) -> None:
        self.functions = functions
        self.outgoing = outgoing
        self.noted: list[tuple[str, float]] = []

    def __call__(
        self, organisation: Organisation, name: str, body: Mapping[str, Any]
    ) -> WebhookAnswer | WebhookPending:
        with self.timed(name):
            return self.functions(organisation, name, body)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.noted.append((name, (time.perf_counter() - began) * 1000))

    def take(self, name: str) -> float:
        """Remove and return the milliseconds of the first call with this name, or 0."""
        for place, (noted, milliseconds) in enumerate(self.noted):
            if noted == name:
                del self.noted[place]
                return milliseconds
        return 0.0


class TimedRequests(AuthorHttpClient):
    """Timed requests to the author's own server; pretended ones succeed."""

    def __init__(self, calls: TimedCalls, pretend: bool) -> None:
        super().__init__(calls.outgoing.guard, calls.outgoing.clock)
        self.calls = calls
        self.pretend = pretend

    def send(
        self,
        organisation: Organisation,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any],
    ) -> HttpAnswer:
        with self.calls.timed(url):
            if self.pretend:
                return HttpAnswer(200, '{"success": true}')
            return self.calls.outgoing.send(organisation, method, url, headers, body)


def chat_of(
    session: Session, events: list[Event], said: Message | None, simulation: Simulation
) -> list[Json]:
    """A turn as transcripts have it, its messages with the `bubbles` that WhatsApp would show."""
    now = simulation.now()
    items = transcript_of(session, (), said, now)
    for event in events:
        entries = transcript_of(session, (event,), None, now)
        if isinstance(event, WebhookCalled):
            entries = [entry | pretended_if(simulation) for entry in entries]
        elif isinstance(event, MsgCreated) and entries:
            [(message, _)] = messages_by_contact((event,))[event.contact]
            bubbles, numbered = seen_in_whatsapp(message)
            entries[0] |= {"bubbles": bubbles} | ({"numbered": numbered} if numbered else {})
        items += entries
    return items


def pretended_if(simulation: Simulation) -> Json:
    """The mark of what is only pretended."""
    return {"pretended": True} if simulation.pretend else {}


def last_numbered(chat: list[Json]) -> Json | None:
    """The options that were numbered last and that the contact has not answered yet."""
    for item in reversed(chat):
        if item["direction"] == "in":
            return None
        if item.get("numbered"):
            numbered: Json = item["numbered"]
            return numbered
    return None


def shown_calls(events: list[Event], calls: TimedCalls) -> list[Json]:
    """The webhook calls of a turn, with secrets redacted."""
    return [
        {
            "name": redact(event.url),
            "method": event.method,
            "status": event.status,
            "error": event.error,
            "milliseconds": round(calls.take(event.url), 1),
            "request": redact(event.request),
            "response": redact(event.response),
            "node": event.node,
        }
        for event in events
        if isinstance(event, WebhookCalled)
    ]


def _key(org: str, player: str, flow: str) -> str:
    return org_key(org, "simulation", player, flow)
