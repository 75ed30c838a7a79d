"""Add the contact to collections."""

from __future__ import annotations

from typing import Any

from flows.model.action import Action, ActionOutcome, action, as_text
from flows.model.events import ActionSkipped, ContactGroupsChanged
from flows.model.groups import group_id
from flows.model.sprint import Sprint


def groups(action: Action) -> list[dict[str, Any]]:
    return action.objects("groups")


def names_of(action: Action) -> str:
    return ", ".join(str(group.get("name", "")) for group in groups(action))


def words(action: Action) -> str:
    return f"add contact groups: {names_of(action)}"


@action("add_contact_groups", required=("groups",), groups=groups, words=words)
def add_contact_groups(action: Action, sprint: Sprint) -> ActionOutcome:
    """Add the contact to the listed collections; one without a number or a name is skipped."""
    added = []
    for listed in action.objects("groups"):
        group, name = as_text(listed.get("uuid")), as_text(listed.get("name"))
        known = group_id(group, name)
        if known is None:
            reason = f"Could not parse action groups: {name or group}"
            sprint.emit(ActionSkipped, action=action.type, reason=reason[:200])
        elif known not in sprint.contact.groups:
            sprint.contact.groups[known] = name
            added.append(known)
    if added:
        sprint.contact_changed()
        sprint.emit(ContactGroupsChanged, added=tuple(added))
    return None
