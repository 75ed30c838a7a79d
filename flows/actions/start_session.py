"""Start a flow for other contacts."""

from __future__ import annotations

import copy

from flows.model.action import Action, ActionOutcome, action, as_text
from flows.model.events import SessionTriggered
from flows.model.groups import group_id
from flows.model.sprint import Sprint


def words(action: Action) -> str:
    named = [*action.objects("contacts"), *action.objects("groups")]
    receivers = ", ".join(as_text(one.get("name")) or as_text(one.get("uuid")) for one in named)
    flow = as_text(action.map("flow").get("name"))
    return f"starts {flow} for {receivers}" if receivers else f"starts {flow} for nobody"


@action(
    "start_session",
    required=("contacts", "create_contact", "flow", "groups", "exclusions"),
    words=words,
)
def start_session(action: Action, sprint: Sprint) -> ActionOutcome:
    """Start a flow for the listed contacts and every member of the listed collections.

    They can read this flow's results as `@results.parent`. With the exclusion `in_a_flow`, contacts
    who are in a flow are skipped.
    """
    named = [
        group_id(as_text(one.get("uuid")), as_text(one.get("name")))
        for one in action.objects("groups")
    ]
    sprint.emit(
        SessionTriggered,
        target_flow=as_text(action.map("flow").get("uuid")),
        contacts=tuple(as_text(one.get("uuid")) for one in action.objects("contacts")),
        groups=tuple(one for one in named if one),
        results={"parent": copy.deepcopy(sprint.run.results)},
        skip_contacts_in_a_flow=action.map("exclusions").get("in_a_flow") is True,
    )
    return None
