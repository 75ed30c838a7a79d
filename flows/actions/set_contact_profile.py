"""Let several people share one phone: create, switch or deactivate a profile."""

from __future__ import annotations

import copy

from flows.model.action import (
    FAILURE,
    SUCCESS,
    Action,
    ActionOutcome,
    action,
    as_text,
    evaluated_value,
)
from flows.model.contact import Contact, Profile
from flows.model.events import ContactProfileChanged
from flows.model.sprint import Sprint
from flows.model.text import whole_number


def words(action: Action) -> str:
    value = action.source.get("value")
    named = as_text(value.get("name")) if isinstance(value, dict) else as_text(value)
    return f"{action.text('profile_type')}: {named}".strip(": ")


@action(
    "set_contact_profile",
    required=("value", "profile_type"),
    replies=True,
    evaluated=evaluated_value,
    words=words,
)
def set_contact_profile(action: Action, sprint: Sprint) -> ActionOutcome:
    """Create, switch or deactivate a profile of this contact.

    Switch and deactivate need the number that `@contact.list_profiles` shows, create needs a name
    and a type. The first profile created also makes a default one of the contact itself, of the
    same type, which cannot be deactivated. Two profiles cannot have the same name and type: if the
    first one has the contact's own name, the node takes Failure, and the default one is there.
    """
    change = {
        "Switch Profile": _switch,
        "Create Profile": _create,
        "Deactivate Profile": _deactivate,
    }.get(action.text("profile_type"))
    if change is None or not change(action, sprint):
        return FAILURE
    sprint.contact_changed()
    return SUCCESS


def _chosen(action: Action, sprint: Sprint) -> Profile | None:
    number = whole_number(sprint.render(action.text("value")))
    active = sprint.contact.active_profiles()
    return active[number - 1] if number and number <= len(active) else None


def _use(contact: Contact, profile: Profile) -> None:
    contact.profile = profile.id
    contact.language = profile.language
    contact.fields = copy.deepcopy(profile.fields)


def _switch(action: Action, sprint: Sprint) -> bool:
    profile = _chosen(action, sprint)
    if profile is None:
        return False
    _use(sprint.contact, profile)
    sprint.emit(ContactProfileChanged, change="switched", profile=profile.name)
    return True


def _create(action: Action, sprint: Sprint) -> bool:
    contact = sprint.contact
    wanted = action.map("value")
    name = sprint.render(as_text(wanted.get("name")))
    kind = sprint.render(as_text(wanted.get("type")))
    if not contact.profiles:
        contact.profiles.append(_profile(sprint, contact.name, kind, is_default=True))
        sprint.contact_changed()
    if any(one.name == name and one.type == kind for one in contact.profiles):
        return False
    contact.profiles.append(_profile(sprint, name, kind, is_default=False))
    if contact.profile is None:
        _use(contact, contact.active_profiles()[0])
    sprint.emit(ContactProfileChanged, change="created", profile=name)
    return True


def _profile(sprint: Sprint, name: str, kind: str, *, is_default: bool) -> Profile:
    contact = sprint.contact
    fields = copy.deepcopy(contact.fields) if is_default else {}
    return Profile(
        id=sprint.session.next_id(),
        name=name,
        type=kind,
        language=contact.language,
        fields=fields,
        is_default=is_default,
    )


def _deactivate(action: Action, sprint: Sprint) -> bool:
    """Deactivate a profile; without any, number 1 is the contact itself, which stays."""
    profile = _chosen(action, sprint)
    if profile is None:
        is_contact = whole_number(sprint.render(action.text("value"))) == 1
        return is_contact and not sprint.contact.profiles
    if profile.is_default:
        return True
    profile.is_active = False
    contact = sprint.contact
    if contact.profile == profile.id:
        _use(contact, contact.active_profiles()[0])
    sprint.emit(ContactProfileChanged, change="deactivated", profile=profile.name)
    return True
