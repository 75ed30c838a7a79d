"""Begin and end runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from flowhook.errors import InvalidInput
from flows.definition.definition import Flow
from flows.model.events import FlowCompleted, FlowFailed, FlowInterrupted, FlowStarted
from flows.model.session import Ending, EngineServices, Run
from flows.model.sprint import Sprint

MAX_RUNS = 50
REPLACED = "Last Active flow is killed as new flow has started"
NEW_CONTACT, NO_FLOW = "new_contact", "no_flow"
"""Occasions on which a flow starts without a keyword: a contact's first message, and one from a
contact who is in no flow."""


class FlowServices(EngineServices, Protocol):
    """EngineServices, and access to the organisation's flows."""

    def find_flow(
        self, uuid: str, *, revision: int | str | None = None, draft: bool = False
    ) -> Flow | None:
        """Find a flow at a revision; without one, the published revision or the newest draft."""
        ...

    def find_keyword(self, keyword: str, *, draft: bool = False) -> str | None:
        """Find the UUID of the active flow that a cleaned keyword starts."""
        ...

    def find_template_flow(self, name: str) -> str | None:
        """Find the UUID of the template flow with exactly this name."""
        ...

    def find_occasion(self, occasion: str) -> str | None:
        """Find the flow that the organisation starts on NEW_CONTACT or NO_FLOW: its UUID, or what
        the settings call it if there is no such flow; None if they name none."""
        ...


def begin(
    sprint: Sprint,
    flow: Flow,
    results: Mapping[str, Any],
    *,
    parent: Run | None = None,
    like: Run | None = None,
    is_draft: bool = False,
) -> Run:
    """Begin a run on the flow's start node.

    `like` passes on its delay and the sub-flows entered. Raises InvalidInput for a flow that cannot
    start.
    """
    check_startable(flow)
    session = sprint.session
    if parent is None and not flow.is_background:
        interrupt(sprint, REPLACED)
    run = Run(
        id=session.next_id(),
        flow=flow.uuid,
        revision=flow.revision,
        node=flow.start,
        parent=parent.id if parent else None,
        is_draft=is_draft,
        results=dict(results),
    )
    if like is not None:
        run.delay_seconds = like.delay_seconds
        run.entered = like.entered | {flow.uuid}
    session.runs.append(run)
    _limit_runs(sprint)
    sprint.events.append(
        FlowStarted(
            flow=flow.uuid,
            node=flow.start,
            name=flow.name,
            revision=flow.revision,
            parent_flow=parent.flow if parent else "",
        )
    )
    return run


def check_startable(flow: Flow) -> None:
    """Raise InvalidInput for a flow without nodes or without a start node."""
    if not flow.nodes:
        raise InvalidInput("Cannot start an empty flow")
    if not flow.start:
        raise InvalidInput("the flow's start node cannot be found in its drawing")


def complete(sprint: Sprint, run: Run) -> Run | None:
    """End a run regularly; returns the parent run if it is to continue."""
    if run.ended:
        return None
    run.ended = "completed"
    sprint.emit(FlowCompleted, results=dict(run.results))
    parent = sprint.session.find_run(run.parent) if run.parent else None
    if parent is None or parent.in_background:
        sprint.session.ending = Ending("completed", run.flow, run.node, dict(run.results))
        return None
    parent.delay_seconds = max(run.delay_seconds + 2, 2)
    kept = {name: value for name, value in run.results.items() if name != "parent"}
    if kept:
        parent.results["child"] = kept
    return parent


def interrupt(sprint: Sprint, reason: str, *, after: int = 0) -> None:
    """End the contact's other conversations, except runs parked in the background."""
    for run in sprint.session.runs:
        if not run.ended and not run.in_background and run.id > after:
            run.ended = "interrupted"
            sprint.events.append(FlowInterrupted(flow=run.flow, node=run.node, reason=reason))


def reset(sprint: Sprint, run: Run, reason: str) -> None:
    """End a run that cannot continue; if it is a sub-flow, end all of the contact's runs."""
    if run.ended:
        return
    if run.parent is not None:
        for other in sprint.session.runs:
            if not other.in_background:
                other.ended = other.ended or "failed"
    run.ended = "failed"
    sprint.session.ending = Ending("failed", run.flow, run.node, dict(run.results))
    sprint.emit(FlowFailed, reason=reason, reset=True)


def fail(sprint: Sprint, run: Run, reason: str) -> None:
    """Leave a run on its node after an error; the contact's next message tries again."""
    run.failure = reason
    sprint.emit(FlowFailed, reason=reason, reset=False)


def tidy(sprint: Sprint) -> None:
    """Remove ended runs and state that exists only while a message is processed."""
    session = sprint.session
    session.runs = [run for run in session.runs if not run.ended]
    for run in session.runs:
        run.delay_seconds = 0
        run.entered = frozenset()


def _limit_runs(sprint: Sprint) -> None:
    live = [run for run in sprint.session.runs if not run.ended]
    for run in live[:-MAX_RUNS]:
        run.ended = "interrupted"
        reason = f"a contact cannot be in more than {MAX_RUNS} flows at once"
        sprint.events.append(FlowInterrupted(flow=run.flow, node=run.node, reason=reason))
