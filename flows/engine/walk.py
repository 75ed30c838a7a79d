"""Walk a run from node to node until it waits or ends, and then the runs it leads to.

There is no recursion: sub-flows and the parents they return to are frames on a stack, so that no
definition can exhaust Python's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

from flowhook.errors import InvalidInput
from flows.definition.definition import Flow, Node, Router
from flows.engine.lifecycle import (
    FlowServices,
    begin,
    check_startable,
    complete,
    fail,
    interrupt,
    reset,
)
from flows.model.action import (
    Action,
    ActionOutcome,
    BrokenAction,
    EnterFlow,
    Loop,
    Parked,
    WebhookReply,
)
from flows.model.events import ExitTaken, FlowCompleted, MsgIgnored, NodeEntered, RouteTaken
from flows.model.session import Message, Run
from flows.model.sprint import Sprint
from flows.model.text import clean, whole_number
from flows.routers.results import result_of
from flows.routers.switch import RESERVED, choose, operand_message

MAX_VISITS = 6
MAX_STEPS = 2_000  # actions, and nodes without any, between two messages of the contact
REPLIES = ("completed", "expired", "success", "failure")
REPEATED = "Repeated loop, hence finished the flow"
REPUBLISHED = "A new flow was published, resetting flows for this contact."
EXIT_LOOP = Message(text="Exit Loop")
COMPLETED = Message(text="completed")


@dataclass(slots=True)
class Frame:
    """A run to walk with its messages; `leaves` means that it first leaves its node."""

    run: Run
    messages: list[Message] = field(default_factory=list)
    leaves: bool = False


class Stopped(Exception):
    """The current run waits, has ended or has failed."""


class Walk:
    """One walk through the runs of a sprint."""

    def __init__(self, sprint: Sprint, services: FlowServices) -> None:
        self.sprint = sprint
        self.services = services
        self._frames: list[Frame] = []
        self._unattended: set[int] = set()
        self._steps = 0
        self._flow: Flow

    def go(self, run: Run, messages: list[Message]) -> None:
        """Walk a run and all runs that it leads to.

        A run that meets InvalidInput stays on its node as failed.
        """
        self._frames.append(Frame(run, messages))
        while self._frames:
            frame = self._frames.pop()
            try:
                self._walk(frame)
            except Stopped:
                continue
            except InvalidInput as error:
                fail(self.sprint, frame.run, error.message)

    def return_to_choice(self, run: Run, message: Message) -> None:
        """Move a run behind the message with buttons whose option the contact tapped, however long
        ago that was sent, if it is one of the run's flow; `message` answers it then."""
        if message.type not in ("quick_reply", "list"):
            return
        flow = self._flow_of(run)
        asked = flow.nodes.get(str((message.interactive or {}).get("id"))) if flow else None
        if flow is None or asked is None or not asked.is_choice or not asked.exits:
            return
        destination = asked.exits[0].destination
        if destination is not None and destination != run.node:
            self.move(run, destination)

    def move(self, run: Run, node: str) -> bool:
        """Put a run before a node of its flow; returns whether there is such a node."""
        flow = self._flow_of(run)
        if flow is None or node not in flow.nodes:
            return False
        run.node, run.waiting, run.wakeup_at, run.call = node, "", None, None
        return True

    def _walk(self, frame: Frame) -> None:
        run, messages = frame.run, frame.messages
        self._load(run)
        if frame.leaves:
            messages = self._leave(run, self._flow.nodes[run.node], messages)
        while True:
            messages = self._visit(run, messages)

    def _load(self, run: Run) -> None:
        """Make this run the current one, in the revision that it began with."""
        sprint = self.sprint
        sprint.run, sprint.node = run, run.node
        flow = self._flow_of(run)
        if flow is None or run.node not in flow.nodes:
            reset(sprint, run, REPUBLISHED)
            raise Stopped
        self._flow = flow
        sprint.flow_name, sprint.localization = flow.name, flow.localization
        sprint.flow_in_background = flow.is_background
        sprint.entered_run()
        run.failure = ""

    def _flow_of(self, run: Run) -> Flow | None:
        find = self.services.find_flow
        flow = find(run.flow, revision=run.revision, draft=run.is_draft)
        return flow or find(run.flow, draft=run.is_draft)

    def _visit(self, run: Run, messages: list[Message]) -> list[Message]:
        """Execute a node; returns the messages with which to continue at `run.node`."""
        sprint = self.sprint
        node = self._flow.nodes[run.node]
        self._guard(run, node)
        sprint.node = node.uuid
        sprint.emit(NodeEntered)
        if node.actions and (node.router is None or node.actions[0].kind.pauses):
            return self._run_actions(run, node, messages)
        if node.actions and node.router:
            return self._run_action_then_router(run, node, node.router, messages)
        if node.router:
            return self._route(run, node, node.router, messages)
        raise InvalidInput("Unsupported node type")

    def _guard(self, run: Run, node: Node) -> None:
        visits = self.sprint.visits
        key = (run.id, node.uuid)
        visits[key] = visits.get(key, 0) + 1
        self._steps += max(1, len(node.actions))
        if visits[key] > MAX_VISITS or self._steps > MAX_STEPS:
            reason = f"Infinite loop detected, body: {node.uuid}. Resetting flows"
            reset(self.sprint, run, reason)
            self._frames.clear()
            raise Stopped

    # --- actions ------------------------------------------------------------------------

    def _run_actions(self, run: Run, node: Node, messages: list[Message]) -> list[Message]:
        pause = node.actions[0].kind.pauses
        if pause and messages and run.waiting in ("time", "result"):
            if messages[0].text != "No Response" or not messages[0].is_internal:
                self._ignore("unexpected message received while waiting for time")
            run.waiting = ""
            return self._leave(run, node, [])
        for action in node.actions:
            outcome = self._act(action)
            if isinstance(outcome, WebhookReply):
                messages = [outcome.message]
            elif isinstance(outcome, Parked):
                raise Stopped
            elif isinstance(outcome, EnterFlow):
                self._enter(run, node, outcome.flow, is_attended=False)
            else:
                messages = self._after(run, outcome, messages)
        return self._leave(run, node, messages)

    def _run_action_then_router(
        self, run: Run, node: Node, router: Router, messages: list[Message]
    ) -> list[Message]:
        if messages and messages[0].is_internal and clean(messages[0].text) in REPLIES:
            return self._route(run, node, router, messages)
        if messages and run.waiting == "webhook":
            self._ignore("message received while waiting for a webhook's answer")
        if messages and run.waiting == "message":
            return self._route(run, node, router, messages)
        outcome = self._act(node.actions[0])
        if isinstance(outcome, WebhookReply):
            return self._route(run, node, router, [outcome.message])
        if isinstance(outcome, Parked):
            raise Stopped
        if isinstance(outcome, EnterFlow):
            self._enter(run, node, outcome.flow, is_attended=True)
        return self._route(run, node, router, self._after(run, outcome, messages))

    def _ignore(self, reason: str) -> NoReturn:
        self.sprint.emit(MsgIgnored, reason=reason)
        raise Stopped

    def _act(self, action: Action) -> ActionOutcome:
        return action.kind.execute(action, self.sprint)

    def _after(self, run: Run, outcome: ActionOutcome, messages: list[Message]) -> list[Message]:
        if isinstance(outcome, BrokenAction):
            reset(self.sprint, run, outcome.reason)
        return [EXIT_LOOP, *messages] if isinstance(outcome, Loop) else messages

    # --- routers and exits --------------------------------------------------------------

    def _route(
        self, run: Run, node: Node, router: Router, messages: list[Message]
    ) -> list[Message]:
        sprint = self.sprint
        if router.wait and not messages:
            if not run.ended:
                sprint.park("message", self._timeout_seconds(router))
            raise Stopped
        message = messages[0] if messages else operand_message(router, sprint)
        choice = choose(router, message, sprint)
        if choice is None:
            reset(sprint, run, f"Could not find category for: {message.text[:100]}")
            raise Stopped
        if not message.is_internal and message.text not in RESERVED:
            run.wakeup_at, run.in_background = None, False
        run.waiting = ""
        category = choice.category
        sprint.emit(RouteTaken, operand=message.text, category=category.name)
        if router.result_name:
            name = sprint.localized(category.uuid, "name") or category.name
            value = result_of(message, name, sprint.stamp(), keeps_words=choice.keeps_words)
            sprint.set_result(router.result_name, value)
        return self._follow(run, node.destination(category.exit), messages[1:])

    def _timeout_seconds(self, router: Router) -> int:
        wait = router.wait
        if wait is None or not wait.timeout_expression:
            return wait.timeout_seconds if wait else 0
        seconds = whole_number(self.sprint.render(wait.timeout_expression))
        if seconds is None:
            raise InvalidInput("the wait's time-out expression gave no whole number of seconds")
        return seconds

    def _leave(self, run: Run, node: Node, messages: list[Message]) -> list[Message]:
        self.sprint.emit(ExitTaken)
        return self._follow(run, node.exits[0].destination if node.exits else None, messages)

    def _follow(self, run: Run, destination: str | None, messages: list[Message]) -> list[Message]:
        if destination is None:
            parent = complete(self.sprint, run)
            if parent is not None and run.id not in self._unattended:
                self._frames.append(Frame(parent, [COMPLETED]))
            raise Stopped
        if destination not in self._flow.nodes:
            raise InvalidInput(f"the exit leads to node {destination[-4:]}, which does not exist")
        run.node = destination
        return messages

    # --- sub-flows ----------------------------------------------------------------------

    def _enter(self, run: Run, node: Node, uuid: str, *, is_attended: bool) -> None:
        """Enter a sub-flow; if `is_attended`, the node waits for its end."""
        sprint = self.sprint
        if uuid in run.entered:
            raise InvalidInput(REPEATED)
        flow = self.services.find_flow(uuid, draft=run.is_draft)
        if flow is None:
            raise InvalidInput(f"Could not find Sub Flow: {uuid[:80]}")
        check_startable(flow)
        results = {key: one for key, one in run.results.items() if key not in ("parent", "child")}
        parent: Run | None = run
        if any(one.flow == uuid and not one.ended for one in sprint.session.runs):
            if run.parent is not None:
                interrupt(sprint, REPEATED)
            run.ended = run.ended or "interrupted"
        elif node.is_terminal and not run.ended:
            run.ended = "completed"
            sprint.emit(FlowCompleted, results=dict(run.results))
            parent = sprint.session.find_run(run.parent) if run.parent else None
        child = begin(
            sprint, flow, {"parent": results}, parent=parent, like=run, is_draft=run.is_draft
        )
        if not is_attended and not run.ended:
            self._unattended.add(child.id)
            self._frames.append(Frame(run, leaves=True))
        elif not run.ended:
            run.waiting = "flow"
        self._frames.append(Frame(child))
        raise Stopped
