"""A contact's variables, its profiles, and its way through JSON."""

from __future__ import annotations

from typing import Any

import orjson

from flows.model.contact import LANGUAGES, Contact, Profile

HINDI = next(one for one in LANGUAGES if one.locale == "hi")
FIELD = {"value": "9", "label": "Age", "type": "string", "inserted_at": "now"}


def family() -> Contact:
    profiles = [
        Profile(3, "Mini"),
        Profile(2, "Gone", is_active=False),
        Profile(4, "Asha", is_default=True),
        Profile(1, "Ravi"),
    ]
    return Contact("7", "Asha", fields={"age": FIELD}, profiles=profiles, profile=3)


def test_the_languages_are_numbered_from_one() -> None:
    assert [one.id for one in LANGUAGES] == list(range(1, 21))
    assert HINDI.label == "Hindi"


def test_active_profiles_come_with_the_default_one_first() -> None:
    assert [one.name for one in family().active_profiles()] == ["Asha", "Ravi", "Mini"]


def test_a_contact_without_profiles_shows_its_own_fields() -> None:
    contact = Contact("7", "Asha", fields={"age": FIELD}, groups={"3": "Three"})
    shown = contact.bindings(HINDI)
    assert shown["fields"] == {
        "age": FIELD,
        "name": {"value": "Asha"},
        "language": {"label": "Hindi"},
    }
    assert shown["in_groups"] == ["3"]
    assert shown["optin_status"] is False
    assert "profiles" not in shown
    assert contact.fields == {"age": FIELD}


def test_a_field_called_name_wins_over_the_contacts_name() -> None:
    named = {"value": "Devi"}
    shown = Contact("7", "Asha", fields={"name": named}, optin_time="now").bindings(None)
    assert shown["fields"]["name"] == named
    assert shown["fields"]["language"] == {"label": "en"}
    assert shown["optin_status"] is True


def test_a_profile_shows_its_own_fields_and_the_others() -> None:
    shown = family().bindings(HINDI)
    assert "age" not in shown["fields"]
    assert shown["active_profile_name"] == "Mini"
    assert shown["list_profiles"] == " 1. Asha \n 2. Ravi \n 3. Mini "
    assert shown["profiles"]["count"] == 3
    assert shown["profiles"]["profile_2"] == {"id": 1, "name": "Ravi", "index": 2}
    assert shown["has_multiple_profile"] is True


def test_one_profile_is_not_several() -> None:
    contact = Contact("7", profiles=[Profile(1, "Asha")], profile=1)
    assert contact.bindings(None)["has_multiple_profile"] is False


def test_what_is_set_is_set_in_the_profile_in_use_too() -> None:
    contact = family()
    contact.set_field("city", "City", "Pune", "now")
    contact.set_language("hi")
    profile = contact.current_profile()
    assert profile is not None
    assert profile.fields["city"] == contact.fields["city"]
    assert profile.fields["city"] is not contact.fields["city"]
    assert (contact.language, profile.language) == ("hi", "hi")
    assert {one.language for one in contact.profiles if one is not profile} == {"en"}


def test_a_contact_survives_json() -> None:
    stored: Any = orjson.loads(orjson.dumps(family().as_dict()))
    assert Contact.from_dict(stored) == family()
