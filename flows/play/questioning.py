"""Plays a flow for a question set: a made-up contact sends the turns of a case.

Nothing of it is stored, counted or sent to anybody. Waits of the flow end at once, as its clock is
put ahead; a wait for the contact's answer ends by itself only where the case says so. Bounded: the
timers that run out, the bytes of what is said, and the time.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from answers.question_sets.target import OK, Answered
from flowhook.errors import FlowhookError, InvalidInput, ProviderTimeout, TooLarge
from flowhook.organisations.organisation import Organisation
from flows.channels.whatsapp.choices import as_choice
from flows.conversations.author_requests import AuthorHttpClient
from flows.conversations.live_services import CallFunction, in_time
from flows.conversations.transcript import status_of
from flows.engine.engine import Engine
from flows.library.store import FlowStore
from flows.model.contact import Contact
from flows.model.events import Event, FlowFailed, MsgCreated, NodeEntered, RouteTaken
from flows.model.session import HttpAnswer, Message, Session, WebhookAnswer, WebhookPending
from flows.model.text import clean
from flows.play.bubbles import bubbles_of, words_of
from flows.play.played_services import PlayedServices, own_timer
from flows.play.timed_calls import PRETENDED
from flows.sheets.access import OpenSheets, PretendedWrites

MAX_SECONDS = 120.0
MAX_TIMERS = 50
MAX_BYTES = 256 * 1024

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FlowQuestion:
    """What is played: a flow at a `revision` (None: the published one, else the newest draft).

    `turns` are the contact's messages; with None the contact is silent, and the timer of the
    flow's wait runs out. `seed` decides what the flow leaves to chance. With `pretend` no sheet is
    written and no server of the author is asked; which functions are asked, `functions` decides.
    """

    flow: str
    turns: Sequence[Message | None]
    contact: Contact
    functions: CallFunction
    revision: int | None = None
    results: Mapping[str, Any] = field(default_factory=dict)
    pretend: bool = False
    seed: int | str = 0


class FlowQuestions:
    """Plays flows of an organisation; `clock` is in seconds."""

    def __init__(
        self,
        flows: FlowStore,
        outgoing: AuthorHttpClient,
        open_sheets: OpenSheets,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.flows = flows
        self.outgoing = outgoing
        self.open_sheets = open_sheets
        self.clock = clock

    def ask(self, organisation: Organisation, question: FlowQuestion) -> Answered:
        """Play all turns. Never raises for what the flow, its functions or the case did."""
        return FlowAsked(self, organisation, question).answered()


class FlowAsked:
    """One case as it is played."""

    def __init__(
        self, questions: FlowQuestions, organisation: Organisation, question: FlowQuestion
    ) -> None:
        self.question = question
        self.clock = questions.clock
        self.began = questions.clock()
        self.ahead = timedelta()
        self.session = Session(Contact.from_dict(question.contact.as_dict()))
        self.said: list[str] = []
        self.bytes_said = 0
        self.numbered: Json | None = None
        self.reached: dict[str, None] = {}
        self.timers = 0
        sheets = questions.open_sheets(organisation)
        self.services = PlayedServices(
            organisation=organisation,
            store=questions.flows,
            library=questions.flows.library(organisation.id),
            functions=self._in_time(in_time(question.functions)),
            outgoing=BoundedRequests(questions.outgoing, question.pretend, self.check_time),
            sheets=PretendedWrites(sheets) if question.pretend else sheets,
            now=lambda: datetime.now(UTC) + self.ahead,
            random=random.Random(question.seed),
            pinned={} if question.revision is None else {question.flow: question.revision},
            falls_back=True,
        )
        self.engine = Engine(self.services)

    def answered(self) -> Answered:
        status, error = OK, ""
        try:
            self._play()
        except FlowhookError as failure:
            status, error = failure.type, f"{failure.message} {failure.fix}".strip()
        return Answered(
            answer="\n".join(self.said),
            messages=tuple(self.said),
            status=status,
            error=error,
            results=status_of(self.session).get("results", {}),
            reached=frozenset(self.reached),
            milliseconds=(self.clock() - self.began) * 1000,
        )

    def check_time(self) -> None:
        """Raises ProviderTimeout when the case has taken too long."""
        if self.clock() - self.began > MAX_SECONDS:
            raise ProviderTimeout(
                f"the conversation took longer than {MAX_SECONDS:.0f} seconds",
                fix="Make the case shorter, or call fewer functions.",
            )

    def _play(self) -> None:
        turns = list(self.question.turns)
        word = self._keyword(turns[0]) if turns else None
        results = {**self.question.results, **({"flow_keyword": word} if word else {})}
        flow = self.question.flow
        self._do(lambda: self.engine.start(self.session, flow, results=results))
        for turn in turns[1:] if word else turns:
            if turn is None:
                self._be_silent()
            else:
                self._receive(turn)

    def _receive(self, message: Message) -> None:
        chosen = as_choice(message, self.numbered) if self.numbered else message
        self._do(lambda: self.engine.receive(self.session, chosen))

    def _keyword(self, turn: Message | None) -> Json | None:
        """What a flow knows of the keyword that started it, where the first turn is its keyword."""
        flow = self.services.find_flow(self.question.flow)
        words = {clean(word) for word in flow.keywords} if flow else set()
        if turn is None or turn.type != "text" or clean(turn.text) not in words:
            return None
        return {"input": clean(turn.text), "category": turn.text}

    def _be_silent(self) -> None:
        """Let the timer of the flow's wait run out. Raises InvalidInput where there is none."""
        due = self.session.next_wakeup()
        if due is None:
            raise InvalidInput(
                "the case lets the contact be silent where the flow has no time-out",
                fix="Give the wait a time-out, or take the turn out of the case.",
            )
        self._do(lambda: self._wake(due))

    def _wake(self, due: datetime) -> list[Event]:
        self.ahead += max(due - self.services.now(), timedelta()) + timedelta(milliseconds=1)
        return self.engine.wake(self.session)

    def _do(self, step: Callable[[], list[Event]]) -> None:
        """Play a step, and what the flow does by itself after it."""
        self.check_time()
        self._note(step())
        while (due := own_timer(self.session)) is not None:
            self.check_time()
            self.timers += 1
            if self.timers > MAX_TIMERS:
                raise InvalidInput(
                    f"the flow went on by itself more than {MAX_TIMERS} times",
                    fix="Look for a loop of waits in the flow.",
                )
            self._note(self._wake(due))

    def _note(self, events: list[Event]) -> None:
        """Keep what was said and reached. Raises InvalidInput where the flow failed."""
        self.numbered = None
        for event in events:
            if isinstance(event, MsgCreated) and event.contact == self.session.contact.id:
                self._hear(event)
            elif isinstance(event, NodeEntered):
                self.reached[event.node] = None
            elif isinstance(event, RouteTaken):
                self.reached[event.category] = None
        failed = next((one for one in events if isinstance(one, FlowFailed)), None)
        if failed is not None:
            raise InvalidInput(f"the flow failed: {failed.reason}", fix="Correct its node.")

    def _hear(self, event: MsgCreated) -> None:
        bubbles, self.numbered = bubbles_of(event)
        texts = [text for text in map(words_of, bubbles) if text]
        self.bytes_said += sum(len(text.encode()) for text in texts)
        if self.bytes_said > MAX_BYTES:
            raise TooLarge(
                f"the flow said more than {MAX_BYTES // 1024} KiB", fix="Look for a loop in it."
            )
        self.said += texts

    def _in_time(self, functions: CallFunction) -> CallFunction:
        def call(
            organisation: Organisation, name: str, body: Mapping[str, Any]
        ) -> WebhookAnswer | WebhookPending:
            self.check_time()
            return functions(organisation, name, body)

        return call


class BoundedRequests(AuthorHttpClient):
    """Requests to the author's own server while there is time; pretended ones succeed."""

    def __init__(
        self, requests: AuthorHttpClient, pretend: bool, check_time: Callable[[], None]
    ) -> None:
        super().__init__(requests.guard, requests.clock, requests.public_url)
        self.pretend = pretend
        self.check_time = check_time

    def send(
        self,
        organisation: Organisation,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any],
    ) -> HttpAnswer:
        self.check_time()
        return PRETENDED if self.pretend else super().send(organisation, method, url, headers, body)
