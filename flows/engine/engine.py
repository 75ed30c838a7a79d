"""The flow engine: start a flow, give it a message, wake it. Each returns the events.

It is pure: it changes the session in place and reaches everything else through `FlowServices`.
The caller stores the session and only then delivers the events. Two sprints must not use one
session at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from flowhook.errors import Conflict, InvalidInput, NotFound
from flows.definition.definition import Flow
from flows.engine.lifecycle import NEW_CONTACT, NO_FLOW, FlowServices, begin, interrupt, tidy
from flows.engine.walk import Walk
from flows.model.action import WebhookReply
from flows.model.bounds import check_bounds
from flows.model.events import Event, FlowFailed, MsgReceived
from flows.model.session import Message, Run, Session, WebhookAnswer
from flows.model.sprint import Sprint, stamp
from flows.model.text import clean

OPTIN = "optin"
TIMED_OUT = "Timeout: taking long to process response"
NO_RESPONSE = Message(text="No Response")
NOT_THERE = "the settings name a flow that is not there, not published or not active"


class Engine:
    """Starts and continues the flows of a session."""

    def __init__(self, services: FlowServices) -> None:
        self.services = services

    def start(
        self,
        session: Session,
        flow_uuid: str,
        *,
        results: Mapping[str, Any] | None = None,
        draft: bool = False,
        delay_seconds: float = 0,
    ) -> list[Event]:
        """Start a flow; `results` are set from the beginning.

        Raises NotFound for an unknown flow, InvalidInput for one that is inactive or empty, and
        InvalidInput or TooLarge for results that cannot be stored.
        """
        flow = self.services.find_flow(flow_uuid, draft=draft)
        if flow is None:
            raise NotFound("this flow does not exist", fix="GET /flows/<org> lists the flows.")
        if not flow.is_active:
            raise InvalidInput("this flow is not active")
        check_bounds(dict(results or {}), max_values=20_000, what="results")
        sprint = Sprint(session, self.services)
        self._start(sprint, flow, results or {}, draft=draft, delay_seconds=delay_seconds)
        return self._finish(sprint)

    def receive(self, session: Session, message: Message) -> list[Event]:
        """Process one message: a keyword starts its flow, any other goes to the current flow, or
        starts the organisation's flow for new contacts or for those in no flow.

        Raises InvalidInput or TooLarge for a message that cannot be stored; the session is then
        unchanged.
        """
        check_bounds(asdict(replace(message, groups=None)), what="the message")
        sprint = Sprint(session, self.services)
        is_new = session.is_new
        message = self._accept(sprint, message)
        uuid, draft = self._flow_to_start(sprint, message, is_new) or ("", False)
        flow = self.services.find_flow(uuid, draft=draft) if uuid else None
        run = session.active_run()
        if flow is not None:
            self._start_by_word(sprint, flow, message, draft=draft)
        elif run is not None:
            walk = Walk(sprint, self.services)
            walk.return_to_choice(run, message)
            walk.go(run, [message])
        elif uuid:
            self._tell_not_there(sprint, uuid)
        return self._finish(sprint)

    def hear(self, session: Session, message: Message) -> list[Event]:
        """Record a message for which no flow runs. Raises InvalidInput or TooLarge for one that
        cannot be stored."""
        check_bounds(asdict(replace(message, groups=None)), what="the message")
        sprint = Sprint(session, self.services)
        self._accept(sprint, message)
        return self._finish(sprint)

    def move(self, session: Session, node: str) -> list[Event]:
        """Go on at another node of the flow that the contact is in.

        Raises Conflict if the contact is in no flow, NotFound if it has no such node.
        """
        run = session.active_run()
        if run is None:
            raise Conflict("the contact is in no flow", fix="Start one for them.")
        sprint = Sprint(session, self.services)
        walk = Walk(sprint, self.services)
        if not walk.move(run, node):
            raise NotFound("the contact's flow has no such node")
        walk.go(run, [])
        return self._finish(sprint)

    def wake(self, session: Session) -> list[Event]:
        """Continue every run whose timer is due."""
        sprint = Sprint(session, self.services)
        now = self.services.now()
        due = [run for run in session.runs if run.wakeup_at and run.wakeup_at <= now]
        for run in sorted(due, key=lambda run: (run.wakeup_at, run.id)):
            if not run.ended:
                self._time_out(sprint, run)
        return self._finish(sprint)

    def resume(
        self, session: Session, flow_uuid: str, result: Mapping[str, Any] | None = None
    ) -> list[Event]:
        """Continue a flow parked at wait_for_result; the result's keys become results.

        Raises Conflict if the contact is not in this flow, or the flow waits for something else.
        """
        run = next(
            (
                one
                for one in reversed(session.runs)
                if one.flow == flow_uuid and one.waiting in ("result", "webhook")
            ),
            None,
        )
        if run is None:
            raise Conflict(
                "the contact does not have any active flows awaiting results.",
                fix="Start the flow and resume it once it has reached its wait_for_result node.",
            )
        check_bounds(dict(result or {}), max_values=20_000, what="result")
        sprint = Sprint(session, self.services)
        run.results.update(result or {})
        self._time_out(sprint, run)
        return self._finish(sprint)

    def finish_webhook(self, session: Session, call_id: int, answer: WebhookAnswer) -> list[Event]:
        """Give a parked webhook node its answer; ignored if no run waits for this call."""
        run = next((one for one in session.runs if one.call == call_id), None)
        if run is None or run.waiting != "webhook":
            return []
        sprint = Sprint(session, self.services)
        self._answer(sprint, run, answer)
        return self._finish(sprint)

    # --- starting -----------------------------------------------------------------------

    def _start(
        self,
        sprint: Sprint,
        flow: Flow,
        results: Mapping[str, Any],
        *,
        draft: bool,
        delay_seconds: float = 0,
    ) -> None:
        run = begin(sprint, flow, results, is_draft=draft)
        run.delay_seconds = delay_seconds
        Walk(sprint, self.services).go(run, [])

    def _start_by_word(self, sprint: Sprint, flow: Flow, message: Message, *, draft: bool) -> None:
        """Start a flow by a contact's keyword. If it cannot run, an event tells its author."""
        keyword = {
            "input": clean(message.text),
            "category": message.text,
            "inserted_at": sprint.stamp(),
        }
        try:
            self._start(sprint, flow, {"flow_keyword": keyword}, draft=draft)
        except InvalidInput as error:
            failed = FlowFailed(flow=flow.uuid, node="", reason=error.message, reset=False)
            sprint.events.append(failed)

    def _accept(self, sprint: Sprint, message: Message) -> Message:
        """Record the contact's message; flows see it with an id and a trimmed text."""
        session = sprint.session
        message = replace(
            message,
            id=message.id if message.id is not None else session.next_id(),
            text=message.text.strip(),
            intent=None,
            confidence=None,
            groups=None,
        )
        session.last_input, session.input_labels = message.id, ""
        session.contact.last_message_at = stamp(sprint.started_at)
        session.contact.count_message(session.contact.last_message_at)
        run = session.active_run()
        sprint.events.append(
            MsgReceived(
                flow=run.flow if run else "",
                node=run.node if run else "",
                id=message.id,
                kind=message.type,
                text=message.text,
            )
        )
        return message

    def _flow_to_start(
        self, sprint: Sprint, message: Message, is_new: bool
    ) -> tuple[str, bool] | None:
        """The flow that a message starts instead of continuing, and whether as a draft."""
        session, services = sprint.session, self.services
        keyword = clean(message.text)
        active = session.active_run()
        current = (
            services.find_flow(active.flow, revision=active.revision, draft=active.is_draft)
            if active
            else None
        )
        if session.contact.optout_time and not _is_optin(current):
            optin = services.find_keyword(OPTIN)
            if optin:
                return optin, False
        if current is not None and current.ignore_keywords:
            return None
        if message.text.startswith("template:"):
            template = services.find_template_flow(message.text.removeprefix("template:"))
            if template:
                return template, False
        welcome = self._welcome(sprint) if is_new else None
        if welcome:
            return welcome, False
        return self._flow_by_word(keyword) or self._flow_in_rest(session, active)

    def _welcome(self, sprint: Sprint) -> str | None:
        """The flow for new contacts. One that is not there must not cost the contact the answer to
        a keyword, for the first message is new only once."""
        welcome = self.services.find_occasion(NEW_CONTACT)
        if welcome and self.services.find_flow(welcome) is None:
            self._tell_not_there(sprint, welcome)
            return None
        return welcome

    def _tell_not_there(self, sprint: Sprint, flow: str) -> None:
        sprint.events.append(FlowFailed(flow=flow, node="", reason=NOT_THERE, reset=False))

    def _flow_by_word(self, keyword: str) -> tuple[str, bool] | None:
        """The flow that a keyword starts, as a draft after the word draft."""
        find = self.services.find_keyword
        started = find(keyword) if keyword else None
        if started:
            return started, False
        is_draft = keyword.startswith("draft")
        drafted = find(keyword.removeprefix("draft"), draft=True) if is_draft else None
        return (drafted, True) if drafted else None

    def _flow_in_rest(self, session: Session, active: Run | None) -> tuple[str, bool] | None:
        """The organisation's flow for a contact who is in none, and has not opted out."""
        if active is not None or session.contact.optout_time:
            return None
        resting = self.services.find_occasion(NO_FLOW)
        return (resting, False) if resting else None

    # --- waking -------------------------------------------------------------------------

    def _time_out(self, sprint: Sprint, run: Run) -> None:
        if run.waiting == "webhook":
            self._answer(sprint, run, WebhookAnswer(408, error=TIMED_OUT))
            return
        self._wake(sprint, run)
        Walk(sprint, self.services).go(run, [NO_RESPONSE])

    def _wake(self, sprint: Sprint, run: Run) -> None:
        """Take a run out of its wait, and end conversations begun after it."""
        run.wakeup_at, run.in_background = None, False
        sprint.run, sprint.node = run, run.node
        interrupt(sprint, "an earlier flow of this contact woke up", after=run.id)

    def _answer(self, sprint: Sprint, run: Run, answer: WebhookAnswer) -> None:
        call_id, run.call, run.waiting = run.call, None, ""
        self._wake(sprint, run)
        flow = self.services.find_flow(run.flow, revision=run.revision, draft=run.is_draft)
        node = flow.nodes.get(run.node) if flow else None
        action = node.actions[0] if node and node.actions else None
        message = Message(text="Failure")
        if action is not None and action.kind.resume is not None:
            outcome = action.kind.resume(action, call_id or 0, answer, sprint)
            message = outcome.message if isinstance(outcome, WebhookReply) else message
        Walk(sprint, self.services).go(run, [message])

    def _finish(self, sprint: Sprint) -> list[Event]:
        tidy(sprint)
        return sprint.events


def _is_optin(flow: Flow | None) -> bool:
    return flow is not None and any(clean(keyword) == OPTIN for keyword in flow.keywords)
