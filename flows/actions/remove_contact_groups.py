"""Remove the contact from collections."""

from __future__ import annotations

from flows.actions.add_contact_groups import groups, names_of
from flows.model.action import Action, ActionOutcome, action, as_text
from flows.model.events import ContactGroupsChanged
from flows.model.groups import group_id
from flows.model.sprint import Sprint


def words(action: Action) -> str:
    return f"remove contact groups: {names_of(action)}"


@action("remove_contact_groups", required=("groups",), groups=groups, words=words)
def remove_contact_groups(action: Action, sprint: Sprint) -> ActionOutcome:
    """Remove the contact from the listed collections, or from all with `all_groups`."""
    groups = sprint.contact.groups
    if action.source.get("all_groups"):
        named = list(groups)
    else:
        named = [
            group_id(as_text(one.get("uuid")), as_text(one.get("name"))) or ""
            for one in action.objects("groups")
        ]
    removed = tuple(group for group in named if groups.pop(group, None) is not None)
    if removed:
        sprint.contact_changed()
        sprint.emit(ContactGroupsChanged, removed=removed)
    return None
