"""Label a contact's message, or join the labels of an outbound one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flows.model.action import Action, ActionOutcome, action, as_text
from flows.model.events import InputLabelled
from flows.model.sprint import Sprint

MAX_CHARACTERS = 2_000  # of one message's labels, as a loop with a timer adds without end


def label_text(labels: Iterable[dict[str, Any]], sprint: Sprint) -> str:
    """The names, or `name_match` texts, with variables replaced, as one comma-separated text."""
    return ", ".join(sprint.substitute(name) for name in label_names(labels))


def label_names(labels: Iterable[dict[str, Any]]) -> list[str]:
    """The labels as they are written."""
    names = (as_text(label.get("name") or label.get("name_match")) for label in labels)
    return [name for name in names if name]


def words(action: Action) -> str:
    return f"🏷 {', '.join(label_names(action.objects('labels')))}"


@action("add_input_labels", required=("labels",), words=words)
def add_input_labels(action: Action, sprint: Sprint) -> ActionOutcome:
    """Label the contact's last message.

    Labels of the same message add up; before the contact's first message nothing happens.
    """
    session = sprint.session
    added = label_text(action.objects("labels"), sprint)
    if session.last_input is None or not added or len(session.input_labels) > MAX_CHARACTERS:
        return None
    session.input_labels = f"{session.input_labels}, {added}" if session.input_labels else added
    sprint.emit(InputLabelled, labels=session.input_labels)
    return None
