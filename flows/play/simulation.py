"""A simulation: the newest draft of a flow, played with a made-up contact for its author.

It has no effect outside but webhook calls and rows appended to Google sheets, and with `pretend`
not even those; rows are read from the true sheets. No contact is changed, nothing is counted,
messages to others and flows started for them are only shown. It is stored for a day, encrypted,
under the player's name.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from flowhook.errors import NotFound
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.organisations.guardrail_schemas import GUARDRAIL, POLICIES
from flowhook.organisations.organisation import Organisation
from flowhook.records.redact import redact
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key
from flows.channels.whatsapp.choices import as_choice
from flows.conversations.author_requests import AuthorHttpClient
from flows.conversations.live_services import CallFunction, in_time
from flows.conversations.transcript import status_of, transcript_of
from flows.engine.engine import Engine
from flows.library.publishing import with_subflows
from flows.library.store import FlowStore
from flows.model.contact import Contact
from flows.model.events import Event, MsgCreated, SessionTriggered, WebhookCalled
from flows.model.session import Message, Session
from flows.play.bubbles import bubbles_of
from flows.play.played_services import PlayedServices, own_timer
from flows.play.recording import (
    Answers,
    RecordedSheets,
    add_turn,
    change_language,
    new_recording,
    script_file,
    step_of,
)
from flows.play.timed_calls import TimedCalls, TimedRequests
from flows.sheets.access import OpenSheets, PretendedWrites

KEEP_SECONDS = 86_400
LATER = ("recording", "contact")
MAX_ITEMS, MAX_CALLS = 200, 50

Json = dict[str, Any]
Step = Callable[[Engine, Session], list[Event]]


@dataclass(slots=True)
class Simulation:
    """The stored state of a simulation.

    `chat` has messages and notes as in transcripts, `calls` the webhook calls with their
    milliseconds; `ahead_seconds` is the time by which its clock is ahead. `recording` is the
    conversation as a script, None where it is too long or was begun by an older release;
    `contact` the id of the profile that is played.
    """

    flow: str
    pretend: bool = True
    language: str = "en"
    session: Json | None = None
    chat: list[Json] = field(default_factory=list)
    calls: list[Json] = field(default_factory=list)
    ahead_seconds: float = 0.0
    recording: Json | None = None
    contact: str = ""

    @property
    def state(self) -> Json:
        """The flow's status, node and results; empty before the start."""
        return status_of(Session.from_dict(self.session)) if self.session else {}

    @property
    def waits_seconds(self) -> float | None:
        """Seconds until its next timer, or None."""
        due = Session.from_dict(self.session).next_wakeup() if self.session else None
        return None if due is None else max(0.0, (due - self.now()).total_seconds())

    @property
    def variables(self) -> Json:
        """What the flow knows of the contact."""
        contact = Session.from_dict(self.session).contact if self.session else Contact("")
        fields = {key: one.get("value") for key, one in contact.fields.items()}
        known = {"name": contact.name, "phone": contact.phone, "language": contact.language}
        return {**known, "fields": fields, "collections": sorted(contact.groups.values())}

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead_seconds)

    def next_second(self) -> datetime:
        """The time of a turn, in whole seconds, which a script can say."""
        return (self.now() + timedelta(microseconds=999_999)).replace(microsecond=0)

    def stored(self) -> Json:
        """The simulation as JSON; what release 96433da does not know stands in the session."""
        stored = asdict(self)
        later = {name: stored.pop(name) for name in LATER}
        return {**stored, "session": {**(self.session or {}), "simulation": later}}

    @classmethod
    def from_stored(cls, stored: Json) -> Simulation:
        return cls(**stored, **(stored["session"] or {}).get("simulation", {}))


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
            stored = orjson.loads(self.cipher.open(org, "simulation", encrypted))
        except CannotDecrypt:
            return None
        return Simulation.from_stored(stored)

    def start(
        self, organisation: Organisation, player: str, simulation: Simulation, contact: Contact
    ) -> Simulation:
        """Start a new simulation with this contact.

        Raises NotFound for an unknown flow, InvalidInput for one that cannot run.
        """
        flow = simulation.flow
        simulation.recording = new_recording(flow, contact, simulation.next_second())

        def step(engine: Engine, session: Session) -> list[Event]:
            return engine.start(session, flow, draft=True)

        starts = step_of(None, starts=True)
        return self._play(organisation, player, simulation, Session(contact), step, starts)

    def say(
        self, organisation: Organisation, player: str, simulation: Simulation, message: Message
    ) -> Simulation:
        """Send one message of the contact; a number chooses among options that were numbered."""
        numbered = last_numbered(simulation.chat)
        chosen = as_choice(message, numbered) if numbered else message

        def step(engine: Engine, session: Session) -> list[Event]:
            return engine.receive(session, chosen)

        session = Session.from_dict(simulation.session or {})
        return self._play(organisation, player, simulation, session, step, step_of(chosen), message)

    def wake(self, organisation: Organisation, player: str, simulation: Simulation) -> Simulation:
        """Let the next timer run out."""
        simulation.ahead_seconds += (simulation.waits_seconds or 0.0) + 0.001

        def step(engine: Engine, session: Session) -> list[Event]:
            return engine.wake(session)

        session = Session.from_dict(simulation.session or {})
        waited = step_of(None, is_silent=own_timer(session) is None)
        return self._play(organisation, player, simulation, session, step, waited)

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
        if simulation.recording and language != session.contact.language:
            change_language(simulation.recording, language)
        session.contact.set_language(language)
        simulation.language, simulation.pretend = language, pretend
        simulation.session = session.as_dict()
        self._save(organisation.id, player, simulation)
        return simulation

    def script(self, organisation: Organisation, simulation: Simulation) -> bytes:
        """The conversation as a file for `flowhook play --script`.

        Raises NotFound where it was not recorded from its start.
        """
        if simulation.recording is None:
            raise NotFound(
                "this conversation cannot be saved as a script",
                fix="Restart it. A script holds up to 200 messages of the contact.",
            )
        uuids = with_subflows(self.flows, organisation.id, simulation.flow)
        return script_file(
            simulation.recording,
            self.flows.export(organisation.id, uuids),
            organisation.section("globals").get("values") or {},
            organisation.id,
            organisation.timezone.key,
        )

    def _play(
        self,
        organisation: Organisation,
        player: str,
        simulation: Simulation,
        session: Session,
        step: Step,
        shown: Json,
        said: Message | None = None,
    ) -> Simulation:
        now, seed = simulation.next_second(), secrets.randbits(32)
        answers = Answers(simulation.recording)
        functions = self.pretended if simulation.pretend else in_time(self.functions)
        timed = TimedCalls(functions, self.outgoing, answers)
        outgoing = TimedRequests(timed, simulation.pretend)
        sheets = self.open_sheets(organisation)
        chances = random.Random(seed)
        untouched = chances.getstate()
        services = PlayedServices(
            organisation=organisation,
            store=self.flows,
            library=self.flows.library(organisation.id),
            functions=timed,
            outgoing=outgoing,
            sheets=RecordedSheets(
                PretendedWrites(sheets) if simulation.pretend else sheets, answers
            ),
            now=lambda: now,
            random=chances,
        )
        events = step(Engine(services), session)
        if simulation.recording:
            shown = shown if chances.getstate() == untouched else {**shown, "seed": seed}
            simulation.recording = add_turn(simulation.recording, shown, events, session, now)
        simulation.session = session.as_dict()
        names = {uuid: one.draft.name for uuid, one in services.library.entries.items()}
        simulation.chat += chat_of(session, events, said, simulation, names)
        simulation.chat = simulation.chat[-MAX_ITEMS:]
        calls = [{**one, **pretended_if(simulation)} for one in shown_calls(events, timed)]
        simulation.calls = [*simulation.calls, *calls][-MAX_CALLS:]
        self._save(organisation.id, player, simulation)
        return simulation

    def _save(self, org: str, player: str, simulation: Simulation) -> None:
        encrypted = self.cipher.seal(org, "simulation", orjson.dumps(simulation.stored()))
        write(
            self.redis, ("SET", _key(org, player, simulation.flow), encrypted, "EX", KEEP_SECONDS)
        )


def chat_of(
    session: Session,
    events: list[Event],
    said: Message | None,
    simulation: Simulation,
    names: Mapping[str, str],
) -> list[Json]:
    """A turn as transcripts have it, its messages with the `bubbles` that WhatsApp would show.

    `names` are those of flows by their UUIDs.
    """
    now = simulation.now()
    items = transcript_of(session, (), said, now)
    for event in events:
        entries = transcript_of(session, (event,), None, now)
        if isinstance(event, WebhookCalled):
            entries = [entry | pretended_if(simulation) for entry in entries]
        elif isinstance(event, SessionTriggered):
            named = {"target_flow": names.get(event.target_flow, event.target_flow)}
            entries = [entry | named for entry in entries]
        elif isinstance(event, MsgCreated) and entries:
            bubbles, numbered = bubbles_of(event)
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
            "guardrail": _guardrail_of(event.response),
            "node": event.node,
        }
        for event in events
        if isinstance(event, WebhookCalled)
    ]


def _guardrail_of(response: Any) -> str:
    """The rule of the organisation's guardrails that spoke on a call; empty where none did."""
    found = response.get(GUARDRAIL) if isinstance(response, Mapping) else None
    return found if found in POLICIES else ""


def _key(org: str, player: str, flow: str) -> str:
    return org_key(org, "simulation", player, flow)
