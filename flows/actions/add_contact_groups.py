"""Put the contact into collections."""

from __future__ import annotations

from flows.actions import Action, Outcome, action, as_text
from flows.events import ActionSkipped, ContactGroupsChanged
from flows.groups import group_id
from flows.sprint import Sprint


@action("add_contact_groups", required=("groups",))
def add_contact_groups(action: Action, sprint: Sprint) -> Outcome:
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
