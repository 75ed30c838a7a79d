"""One conversation of an exploration: its turns, and where it stands after them.

A session is turned into JSON and back between turns, so that one of them can be tried in several
ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flowhook.errors import FlowhookError
from flows.definition.definition import Flow
from flows.engine.engine import Engine
from flows.exploring.beginnings import changed
from flows.exploring.decisions import Decisions, Outside, Pretend
from flows.exploring.shapes import Shapes
from flows.model.contact import Contact
from flows.model.events import Event, MsgCreated
from flows.model.session import Message, Session
from flows.play.contact_profiles import ContactProfile
from flows.play.played_services import own_timer
from flows.play.standalone import StandaloneServices

MAX_TIMERS = 20
BEGUN = datetime(2026, 1, 2, 6, 30, tzinfo=UTC)  # a working day

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """A contact's message, None for silence; `preset` are the decisions outside the flow."""

    message: Message | None
    preset: tuple[int, ...] = ()
    category: str = ""
    is_free: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """A conversation: how it begins, what was decided at its start, and the turns."""

    beginning: Mapping[str, Any] = field(default_factory=dict)
    preset: tuple[int, ...] = ()
    turns: tuple[Turn, ...] = ()

    @property
    def is_usual(self) -> bool:
        """Whether nothing outside the flow was decided otherwise than usual."""
        return not any(map(any, (self.preset, *(turn.preset for turn in self.turns))))


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a path's last turn: its events, and the state afterwards."""

    path: Path
    before: str
    events: tuple[Event, ...]
    session: Json
    now: datetime
    decisions: Decisions
    failure: str = ""

    @property
    def texts(self) -> list[str]:
        """What the flow said."""
        return [one.text for one in self._sent]

    @property
    def titles(self) -> list[str]:
        """The options that the contact saw last."""
        shown = next((one.options for one in reversed(self._sent) if one.options), ())
        return [str(option["title"]) for option in shown]

    @property
    def _sent(self) -> list[MsgCreated]:
        return [one for one in self.events if isinstance(one, MsgCreated)]


class Walker:
    """Plays paths of a flow, with what is outside it pretended."""

    def __init__(
        self, flow: Flow, services: StandaloneServices, pretend: Pretend, shapes: Shapes
    ) -> None:
        self.flow = flow
        self.outside = Outside(pretend, shapes)
        self.now = BEGUN
        self.steps = 0
        services.functions = self.outside.call_function
        services.http = self.outside.send_request
        services.sheets = self.outside
        services.random = self.outside.random
        services.clock = lambda: self.now
        self.services = services
        self.engine = Engine(services)

    def play(self, path: Path) -> Played:
        """Play a path from its start; returns what came of its last turn."""
        *_, last = self.play_all(path)
        return last

    def play_all(self, path: Path) -> Iterator[Played]:
        """Play a path from its start, as far as the flow waits."""
        played = self._start(path)
        yield played
        for turn in path.turns:
            if not is_waiting(played.session):
                return
            played = self.go_on(played, turn)
            yield played

    def go_on(self, played: Played, turn: Turn) -> Played:
        """Play one more turn after others."""
        path = Path(played.path.beginning, played.path.preset, (*played.path.turns, turn))
        session = Session.from_dict(played.session)
        run = session.active_run()
        at = run.node if run else ""
        self.now = played.now + timedelta(seconds=1)
        decisions = Decisions(turn.preset)
        return self._do(path, at, session, decisions, self._steps(session, turn))

    def _start(self, path: Path) -> Played:
        self.now = BEGUN
        contact = changed(ContactProfile().as_contact(BEGUN), path.beginning)
        session = Session(Contact.from_dict(contact.as_dict()))
        bare = Path(path.beginning, path.preset)

        def steps() -> Iterator[list[Event]]:
            results = path.beginning.get("results")
            yield self.engine.start(session, self.flow.uuid, results=results)

        return self._do(bare, "", session, Decisions(path.preset), steps())

    def _steps(self, session: Session, turn: Turn) -> Iterator[list[Event]]:
        if turn.message is not None:
            yield self.engine.receive(session, turn.message)
            return
        due = session.next_wakeup()
        run = session.active_run()
        if due is not None:
            self.now = max(self.now, due)
            yield self.engine.wake(session)
        elif run is not None and run.waiting == "result":
            yield self.engine.resume(session, run.flow)

    def _do(
        self,
        path: Path,
        at: str,
        session: Session,
        decisions: Decisions,
        steps: Iterator[list[Event]],
    ) -> Played:
        """Do a step, and what the flow does by itself after it."""
        self.outside.decisions = decisions
        self.steps += 1
        events: list[Event] = []
        failure = ""
        try:
            for came in steps:
                events += came
            for _ in range(MAX_TIMERS):
                due = own_timer(session)
                if due is None:
                    break
                self.now = max(self.now, due)
                events += self.engine.wake(session)
        except FlowhookError as error:
            failure = error.message
        return Played(path, at, tuple(events), session.as_dict(), self.now, decisions, failure)


def is_waiting(session: Mapping[str, Any]) -> bool:
    return any(not run["in_background"] for run in session["runs"])
