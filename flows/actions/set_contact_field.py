"""Save a field of the contact, or their consent."""

from __future__ import annotations

from flows.model.action import Action, ActionOutcome, action, as_text, evaluated_value
from flows.model.contact import GIVEN, WITHDRAWN
from flows.model.events import ContactConsentChanged, ContactFieldChanged, ContactPreferencesChanged
from flows.model.sprint import Sprint
from flows.model.text import clean


def words(action: Action) -> str:
    return f"@contact.fields.{action.map('field').get('key', '')} = {action.text('value')}"


@action("set_contact_field", required=("value", "field"), words=words, evaluated=evaluated_value)
def set_contact_field(action: Action, sprint: Sprint) -> ActionOutcome:
    """Save a value in one of the contact's fields.

    Variables and `<%= %>` are evaluated. The field `settings` is the contact's consent: optin and
    optout set it, and record whether what the contact writes may go to a provider, where the
    organisation has guardrails; reset or an empty value clears the preferences, any other word adds
    a preference.
    """
    field = action.map("field")
    key = as_text(field.get("key")).strip()
    label = as_text(field["name"]) if "name" in field else key
    value = sprint.render(action.text("value"))
    if key == "settings":
        _set_consent(value, sprint)
    elif key and label:
        sprint.contact.set_field(key, label, value, sprint.stamp())
        sprint.emit(ContactFieldChanged, key=key, value=value)
    sprint.contact_changed()
    return None


def _set_consent(value: str, sprint: Sprint) -> None:
    contact = sprint.contact
    wish = value.lower()
    if wish == "optout":
        contact.opt_out(sprint.stamp())
        _record(WITHDRAWN, sprint)
        sprint.emit(ContactConsentChanged, consent="optout")
    elif wish == "optin":
        contact.opt_in(sprint.stamp(), sprint.session.last_input)
        _record(GIVEN, sprint)
        sprint.emit(ContactConsentChanged, consent="optin")
    else:
        kept = contact.settings.get("preferences")
        kept = kept if isinstance(kept, dict) else {}
        wished = {} if wish in ("", "reset") else {**kept, clean(value): True}
        contact.settings["preferences"] = wished
        sprint.emit(ContactPreferencesChanged, preferences=dict(wished))


def _record(consent: str, sprint: Sprint) -> None:
    sprint.services.record_consent(sprint.contact.id, consent, sprint.run.flow)
