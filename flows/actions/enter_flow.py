"""Run another flow, then return."""

from __future__ import annotations

from typing import Any

from flows.model.action import Action, ActionOutcome, EnterFlow, action, as_text
from flows.model.sprint import Sprint


def entered(action: Action) -> list[dict[str, Any]]:
    return [action.map("flow")]


def evaluated(action: Action) -> list[tuple[str, str]]:
    return [("Enter flow expression has", as_text(action.map("flow").get("expression")))]


def words(action: Action) -> str:
    return f"→ {action.map('flow').get('name', '')}"


@action(
    "enter_flow",
    required=("flow",),
    enters=entered,
    evaluated=evaluated,
    words=words,
    shape="Flow",
)
def enter_flow(action: Action, sprint: Sprint) -> ActionOutcome:
    """Enter another flow; this one continues when it is completed.

    The sub-flow can read this flow's results as `@results.parent`; its own come back as
    `@results.child`. If the flow's name is `Expression`, its `expression` gives the UUID.
    """
    flow = action.map("flow")
    if flow.get("name") == "Expression":
        return EnterFlow(sprint.render(as_text(flow.get("expression"))))
    return EnterFlow(as_text(flow.get("uuid")))
