"""A contact's variables, its profiles, and its way through JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from flows.model.contact import LANGUAGES, Contact, Profile, binding_keys

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


NOW = datetime(2026, 11, 28, 19, 5, 29, 123456, tzinfo=UTC)


def test_times_are_written_as_in_glific() -> None:
    written = "2026-11-28T19:05:29.123456Z"
    contact = Contact("7", last_message_at=written, last_communication_at=written)
    contact.inserted_at = written
    shown = contact.bindings(HINDI, NOW)
    assert shown["last_message_at"] == "2026-11-28 19:05:29Z"
    assert shown["last_communication_at"] == "2026-11-28 19:05:29Z"
    assert shown["inserted_at"] == "2026-11-28 19:05:29.123456Z"
    assert (shown["optin_time"], shown["language_id"]) == (None, 2)


@pytest.mark.parametrize(
    ("hours", "consent", "status"),
    [
        (1, "", "session"),
        (25, "", "none"),
        (None, "", "none"),
        (1, "in", "session_and_hsm"),
        (25, "in", "hsm"),
        (1, "out", "none"),
    ],
)
def test_what_whatsapp_lets_through(hours: int | None, consent: str, status: str) -> None:
    contact = Contact("7")
    if hours is not None:
        contact.last_message_at = (NOW - timedelta(hours=hours)).isoformat()
    if consent == "in":
        contact.opt_in(NOW.isoformat(), 5)
    if consent == "out":
        contact.opt_out(NOW.isoformat())
    assert contact.bindings(None, NOW)["bsp_status"] == status


def test_consent_comes_with_its_way() -> None:
    contact = Contact("7")
    contact.opt_in("2026-11-28T19:05:29Z", 5)
    shown = contact.bindings(None, NOW)
    assert shown["optin_time"] == "2026-11-28 19:05:29Z"
    assert (shown["optin_method"], shown["optin_message_id"]) == ("WA", "5")
    assert (shown["optin_status"], shown["status"]) == (True, "valid")
    contact.opt_out("2026-11-29T19:05:29Z")
    shown = contact.bindings(None, NOW)
    assert shown["optout_time"] == "2026-11-29 19:05:29Z"
    assert shown["optout_method"] == "Glific Flows"
    assert (shown["optin_status"], shown["status"]) == (False, "invalid")
    assert [shown[f"optin_{key}"] for key in ("time", "method", "message_id")] == [None] * 3


def test_what_an_older_or_a_newer_release_stored_is_read() -> None:
    stored = family().as_dict()
    assert "optin_method" not in stored
    for key in ("last_message_number", "last_communication_at", "inserted_at"):
        del stored[key]
    assert Contact.from_dict({**stored, "of_a_newer_release": 1}) == family()


def test_the_keys_are_those_of_any_contact() -> None:
    assert {"name", "bsp_status", "groups", "in_groups", "list_profiles"} <= binding_keys()
    assert "nmae" not in binding_keys()
