"""Record the contact's consent to what they write going to a provider."""

from __future__ import annotations

from flows.model.action import Action, ActionOutcome, action
from flows.model.contact import GIVEN, WITHDRAWN
from flows.model.events import ActionSkipped, ContactConsentChanged
from flows.model.sprint import Sprint
from flows.model.text import clean

YES = frozenset({GIVEN, "yes", "true", "1", "optin"})
NO = frozenset({WITHDRAWN, "no", "false", "0", "optout"})


def evaluated(action: Action) -> list[tuple[str, str]]:
    return [("Action consent has", action.text("consent"))]


def words(action: Action) -> str:
    return f"@contact consent = {action.text('consent')}"


@action("set_contact_settings", required=("consent",), evaluated=evaluated, words=words)
def set_contact_settings(action: Action, sprint: Sprint) -> ActionOutcome:
    """Record the contact's consent, with the `purpose` that they were asked for.

    `consent` is given or withdrawn; yes and no, true and false, optin and optout mean the same.
    Variables and `<%= %>` are evaluated in both. Anything else records nothing. Whether the contact
    may be written to is not changed: that is the field `settings` of set_contact_field. An action
    of this service only; Glific has none of this name.
    """
    wish = clean(sprint.render(action.text("consent")))
    if wish not in YES | NO:
        reason = "consent is neither given nor withdrawn"
        sprint.emit(ActionSkipped, action=action.type, reason=reason)
        return None
    consent = GIVEN if wish in YES else WITHDRAWN
    purpose = sprint.render(action.text("purpose"))
    sprint.services.record_consent(sprint.contact.id, consent, sprint.run.flow, purpose)
    sprint.emit(ContactConsentChanged, consent=consent)
    return None
