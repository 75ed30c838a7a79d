"""Save a value for the rest of this flow."""

from __future__ import annotations

from flows.model.action import Action, ActionOutcome, action, evaluated_value
from flows.model.sprint import Sprint


def name(action: Action) -> list[str]:
    return [action.text("name")]


def words(action: Action) -> str:
    return f"@results.{action.text('name')} = {action.text('value')}"


@action(
    "set_run_result",
    required=("name", "category", "value"),
    sets=name,
    words=words,
    evaluated=evaluated_value,
)
def set_run_result(action: Action, sprint: Sprint) -> ActionOutcome:
    """Save a value as a result of this flow.

    Variables and `<%= %>` of the value are evaluated; of the category only variables. The name is
    used as written.
    """
    value = sprint.render(action.text("value"))
    sprint.set_result(
        action.text("name"),
        {
            "input": value,
            "value": value,
            "category": sprint.substitute(action.text("category")),
            "inserted_at": sprint.stamp(),
        },
    )
    return None
