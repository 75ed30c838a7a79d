"""Change the contact's name."""

from __future__ import annotations

from flows.model.action import Action, ActionOutcome, action
from flows.model.events import ContactNameChanged
from flows.model.sprint import Sprint


def evaluated(action: Action) -> list[tuple[str, str]]:
    return [("Action name has", action.text("name"))]


def words(action: Action) -> str:
    return f"@contact.name = {action.text('name')}"


@action("set_contact_name", required=("name",), evaluated=evaluated, words=words)
def set_contact_name(action: Action, sprint: Sprint) -> ActionOutcome:
    """Set the contact's name; variables and `<%= %>` are evaluated."""
    sprint.contact.name = sprint.render(action.text("name"))
    sprint.contact_changed()
    sprint.emit(ContactNameChanged, name=sprint.contact.name)
    return None
