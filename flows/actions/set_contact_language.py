"""Change the contact's language."""

from __future__ import annotations

from flowhook.errors import InvalidInput
from flows.model.action import Action, ActionOutcome, action
from flows.model.events import ContactLanguageChanged
from flows.model.sprint import Sprint


def named(action: Action) -> list[str]:
    return [action.text("language")]


def words(action: Action) -> str:
    return f"@contact.language = {action.text('language')}"


@action("set_contact_language", required=("language",), languages=named, words=words)
def set_contact_language(action: Action, sprint: Sprint) -> ActionOutcome:
    """Set the language by the beginning of its name or locale, for example `hin` or `hi`.

    Later messages are sent in that language. An unknown language stops the flow (InvalidInput).
    """
    wanted = action.text("language").strip().lower()
    if not wanted:
        return None
    wanted = "en" if wanted == "en_us" else wanted
    for language in sprint.services.languages:
        if language.label.lower().startswith(wanted) or language.locale.startswith(wanted):
            sprint.contact.set_language(language.locale)
            sprint.contact_changed()
            sprint.emit(ContactLanguageChanged, language=language.locale)
            return None
    raise InvalidInput(f"language {wanted[:40]!r} is not one of this organisation's languages")
