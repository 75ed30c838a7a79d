"""Actions that need an account with another service: accepted, and reported as not done."""

from __future__ import annotations

from flows.model.action import FAILURE, Action, ActionOutcome, action, evaluated_value, result_name
from flows.model.events import ActionSkipped
from flows.model.sprint import Sprint


@action(
    "call_classifier",
    required=("input", "result_name"),
    replies=True,
    sets=result_name,
    missing="no Dialogflow is connected here, so this always takes Failure; let parse_via_chat_gpt "
    "name the intent and split on its answer",
)
def call_classifier(action: Action, sprint: Sprint) -> ActionOutcome:
    """Ask Dialogflow for the intent. No classifier is connected here, so it takes Failure."""
    return _report(action, sprint, "no classifier is connected to this service")


@action(
    "set_wa_group_field",
    required=("value", "field"),
    evaluated=evaluated_value,
    missing="conversations here are with contacts, not with WhatsApp groups, so this is skipped; "
    "save the value in a field of the contact",
)
def set_wa_group_field(action: Action, sprint: Sprint) -> ActionOutcome:
    """Save a value about a WhatsApp group; skipped, as the conversation is with one contact."""
    _report(action, sprint, "this conversation is with a contact, not with a WhatsApp group")
    return None


def _report(action: Action, sprint: Sprint, reason: str) -> ActionOutcome:
    sprint.emit(ActionSkipped, action=action.type, reason=reason)
    return FAILURE
