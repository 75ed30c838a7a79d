"""Send a message to other contacts, usually staff."""

from __future__ import annotations

from typing import Any

from flows.actions.send_msg import (
    ATTACHMENTS,
    TEXT,
    attachment,
    evaluated,
    localized_text,
    message_words,
    read_template,
)
from flows.model.action import Action, ActionOutcome, action, as_text
from flows.model.events import ActionSkipped, MsgCreated, MsgNotSent
from flows.model.sprint import Sprint


def contacts(action: Action) -> list[dict[str, Any]]:
    return action.objects("contacts")


def words(action: Action) -> str:
    names = (as_text(one.get("name")) or as_text(one.get("uuid")) for one in contacts(action))
    return f"to {', '.join(names)}: {message_words(action)}"


@action(
    "send_broadcast",
    required=("contacts", "text"),
    contacts=contacts,
    text_is_shown=True,
    edits={"text": TEXT, "attachments": ATTACHMENTS},
    evaluated=evaluated,
    words=words,
    shape="Message",
)
def send_broadcast(action: Action, sprint: Sprint) -> ActionOutcome:
    """Send a message to the listed contacts; collections are ignored.

    `@contact` is the contact in the flow, `@staff` the recipient; `@flow` has no values.
    """
    template = read_template(action, sprint)
    text = template["text"] if template else localized_text(action, sprint)
    kind, url = attachment(action, sprint)
    for listed in contacts(action):
        contact_id = as_text(listed.get("uuid"))
        recipient = sprint.services.find_contact(contact_id)
        if recipient is None:
            reason = f"contact {as_text(listed.get('name')) or contact_id} is not known here"
            sprint.emit(ActionSkipped, action=action.type, reason=reason[:200])
            continue
        body = text if template else sprint.substitute_for(text, recipient)
        if not body and not url:
            sprint.emit(MsgNotSent, reason="Could not send message with empty body")
            continue
        sprint.emit(
            MsgCreated,
            id=sprint.session.next_id(),
            contact=recipient.id,
            kind=kind or "text",
            text=body,
            url=url,
            delay_seconds=action.delay_seconds,
            template=template,
        )
    return None
