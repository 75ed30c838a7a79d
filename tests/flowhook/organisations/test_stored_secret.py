"""What release 96433da can read of settings that it does not know."""

from __future__ import annotations

import orjson
import pytest

from answers.prompts.prompt_fields import prompt_field
from answers.prompts.store import PromptStore
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.schemas import SECTIONS
from flowhook.organisations.section import sealed_fields
from flowhook.organisations.store import SettingsStore
from flowhook.redis.connect import Client
from flowhook.redis.keys import org_key
from tests.fixtures_app import FIRST_KEY, SECOND_KEY
from tests.flowhook.organisations.sections import WHOLE

SEALED_BY_THE_LAST_RELEASE = {
    "openai": {"api_key"},
    "signature": {"phrase"},
    "glific": {"password"},
    "whatsapp": {"access_token", "app_secret", "verify_token"},
    "google_maps": {"api_key"},
    "globals": {"values"},
}


@pytest.fixture
def store(any_redis: Client) -> SettingsStore:
    store = SettingsStore(any_redis, Cipher([FIRST_KEY]))
    for section, values in WHOLE.items():
        store.sections.put("acme", section, values, "me")
    return store


def test_the_last_release_can_load_an_organisation_with_every_section(
    store: SettingsStore,
) -> None:
    for field, stored in store.redis.hgetall(org_key("acme", "settings")).items():
        section, _, name = field.decode().rpartition(":")
        if name in SEALED_BY_THE_LAST_RELEASE.get(section, set()):
            assert store.cipher.open("acme", f"{section}:{name}", stored)
        else:
            orjson.loads(stored)


def test_the_last_release_does_not_read_saved_prompts(store: SettingsStore) -> None:
    """It takes a field whose name ends with the colon for a mark, and parses no value of it."""
    assert split_field(prompt_field("farmer_help")) == ("prompts/farmer_help", "")
    prompts = PromptStore(store.redis, store.cipher, store.changes, store.trash)
    prompts.add("acme", "farmer_help", {"text": "Help."}, "me")
    prompts.set_live("acme", "farmer_help", {1: 100}, "me")
    sections: dict[str, dict[str, object]] = {}
    for field, stored in store.redis.hgetall(org_key("acme", "settings")).items():
        section, name = split_field(field.decode())
        values = sections.setdefault(section, {})
        if name and name not in SEALED_BY_THE_LAST_RELEASE.get(section, set()):
            values[name] = orjson.loads(stored)
    assert sections["prompts/farmer_help"] == {}
    assert sections.keys() - {"prompts/farmer_help"} == WHOLE.keys()


def split_field(field: str) -> tuple[str, str]:
    """A field's section and name, as that release reads them."""
    section, _, name = field.rpartition(":")
    return section, name


def test_every_section_comes_back(store: SettingsStore) -> None:
    sections = store.load("acme").sections
    assert {section: sections[section] for section in WHOLE} == WHOLE


def test_secrets_of_newer_sections_are_rotated(store: SettingsStore) -> None:
    count = len(list(store.keys.secrets("acme")))
    both = SettingsStore(store.redis, Cipher([SECOND_KEY, FIRST_KEY]))
    assert both.keys.rotate("acme") == (count, 0)
    alone = SettingsStore(store.redis, Cipher([SECOND_KEY]))
    assert alone.load("acme").sections == WHOLE
    assert alone.keys.rotate("acme") == (0, 0)


def test_a_secret_that_stands_there_as_it_was_sealed_is_read(store: SettingsStore) -> None:
    sealed = store.cipher.seal("acme", "sarvam:api_key", orjson.dumps("sk_of_before"))
    store.redis.hset(org_key("acme", "settings"), "sarvam:api_key", sealed)
    assert store.load("acme").section("sarvam")["api_key"] == "sk_of_before"


@pytest.mark.parametrize(("section", "sealed"), SEALED_BY_THE_LAST_RELEASE.items())
def test_a_section_that_the_last_release_knows_has_no_further_secrets(
    section: str, sealed: set[str]
) -> None:
    """It would read them as JSON: a further secret needs `stored_secret` to tell fields apart."""
    assert sealed_fields(SECTIONS[section]) == sealed
