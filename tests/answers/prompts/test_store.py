"""Saved prompts in Redis, on every kind of it."""

from __future__ import annotations

from typing import Any

import pytest
from redis.exceptions import OutOfMemoryError

from answers.prompts import prompt_checks
from answers.prompts import store as store_module
from answers.prompts.prompt import Prompt, PromptVersion
from answers.prompts.prompt_fields import prompt_field
from answers.prompts.prompt_versions import versions_key
from answers.prompts.store import PromptStore
from flowhook.errors import Changed, Conflict, InvalidInput, NotFound, TooLarge
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.retired_keys import RetiredKeys
from flowhook.organisations.store import SettingsStore
from flowhook.organisations.trash import KEPT_SECONDS, TrashItem, beside_key
from flowhook.redis.connect import Client
from flowhook.redis.keys import org_key, scan_organisation
from tests.fixtures_app import FIRST_KEY, SECOND_KEY
from tests.flowhook.organisations.everything import everything_in

ORG = "acme"
NAME = "farmer_help"
NOON = 1_767_355_200.0


def prompts_of(settings: SettingsStore) -> PromptStore:
    return PromptStore(
        settings.redis, settings.cipher, settings.changes, settings.trash, lambda: NOON
    )


@pytest.fixture
def settings(any_redis: Client) -> SettingsStore:
    found = SettingsStore(any_redis, Cipher([FIRST_KEY]))
    found.sections.put(ORG, "openai", {"is_active": True}, "me")
    return found


@pytest.fixture
def store(settings: SettingsStore) -> PromptStore:
    return prompts_of(settings)


def add(store: PromptStore, text: str = "You help farmers.", **more: Any) -> PromptVersion:
    return store.add(ORG, more.pop("name", NAME), {"text": text, **more}, "me")[0]


def loaded(settings: SettingsStore) -> Organisation:
    return settings.load(ORG)


def found(store: PromptStore, settings: SettingsStore, name: str = NAME) -> Prompt:
    return store.existing(settings.load(ORG), name)


def deleted(settings: SettingsStore) -> TrashItem:
    [item] = settings.trash.items(ORG)
    return item


def test_a_version_is_numbered_and_stays_as_it_was(store: PromptStore) -> None:
    first, is_new = store.add(ORG, NAME, {"text": "Help.", "model": "m", "note": "first"}, "Asha")
    assert is_new
    assert first == PromptVersion(
        1, "Help.", "m", note="first", by="Asha", at="2026-01-02T12:00:00.000Z"
    )
    second = add(store, "Help farmers.")
    assert second.number == 2
    assert store.versions(ORG, NAME) == [second, first]
    assert store.version(ORG, NAME, 1) == first
    assert [one.number for one in store.versions(ORG, NAME, before=2)] == [1]
    assert [one.number for one in store.versions(ORG, NAME, count=1)] == [2]


def test_what_says_the_same_as_the_newest_is_no_new_version(store: PromptStore) -> None:
    first = add(store, "Help.", temperature=0.5, note="one")
    assert store.add(ORG, NAME, {"text": "Help.", "temperature": 0.5, "note": "two"}, "you") == (
        first,
        False,
    )
    changed = {"temperature": 0.6, "model": "m", "max_tokens": 5, "response_format": {"type": "x"}}
    for number, (name, value) in enumerate(changed.items(), 2):
        assert add(store, "Help.", **{name: value}).number == number
    assert add(store, "Help.", temperature=0.5).number == 6  # the first, but not the newest


def test_until_a_version_is_live_none_answers(store: PromptStore, settings: SettingsStore) -> None:
    add(store)
    assert store.prompt(loaded(settings), "other") is None
    prompt = found(store, settings)
    assert (prompt.newest, prompt.live, prompt.version_for("c")) == (1, (), None)


def test_the_live_versions_come_with_the_settings(
    store: PromptStore, settings: SettingsStore
) -> None:
    first, second = add(store, "One"), add(store, "Two")
    store.set_live(ORG, NAME, {2: 20, 1: 80}, "me")
    organisation = loaded(settings)
    prompt = PromptStore(None, settings.cipher, settings.changes, settings.trash).prompt(
        organisation, NAME
    )
    assert prompt is not None
    assert prompt.live == ((first, 80), (second, 20))
    met = {prompt.version_for(f"c{number}") for number in range(100)}
    assert met == {first, second}
    assert organisation.sections.keys() == {"openai"}
    store.set_live(ORG, NAME, {1: 100}, "me")  # the way back
    assert found(store, settings).split == {1: 100}
    assert found(store, settings).was_live == (1, 2)


def test_what_is_read_again_is_the_same_object(store: PromptStore, settings: SettingsStore) -> None:
    add(store)
    first = found(store, settings)
    assert found(store, settings) is first
    add(store, "Another")
    assert found(store, settings) is not first


def test_what_is_held_in_memory_is_bounded(
    store: PromptStore, settings: SettingsStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("answers.prompts.prompt_fields.HELD_BYTES", 500)
    for number in range(5):
        add(store, name=f"p{number}")
    assert len(store.prompts(loaded(settings))) == 5
    assert len(store.fields._held) < 5
    assert store.fields._bytes == sum(len(sealed) for sealed, _ in store.fields._held.values())


def test_a_version_that_a_call_names_is_read_once(
    store: PromptStore, settings: SettingsStore
) -> None:
    first, second = add(store, "One"), add(store, "Two")
    store.set_live(ORG, NAME, {2: 100}, "me")
    organisation = loaded(settings)
    assert store.named(organisation, NAME, 1) == first
    store.redis = store.all_versions = None  # type: ignore[assignment]
    assert store.named(organisation, NAME, 1) == first
    assert store.named(organisation, NAME, 2) == second
    with pytest.raises(NotFound, match="no prompt other"):
        store.named(organisation, "other", 1)


def test_versions_that_calls_name_are_held_in_bounds(
    store: PromptStore, settings: SettingsStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "HELD_VERSIONS", 2)
    first, second, third = add(store, "One"), add(store, "Two"), add(store, "Three")
    organisation = loaded(settings)
    for number in (1, 2, 3):
        store.named(organisation, NAME, number)
    store.redis.delete(versions_key(ORG, NAME))
    assert [store.named(organisation, NAME, number) for number in (2, 3)] == [second, third]
    with pytest.raises(NotFound, match=f"no version {first.number}"):
        store.named(organisation, NAME, 1)


@pytest.mark.parametrize(
    ("split", "told"),
    [
        ({}, "Together they are 0 percent"),
        ({1: 99}, "Together they are 99 percent"),
        ({1: 101}, "1 to 100 percent"),
        ({1: 100, 2: 0}, "leave out one that takes none"),
        ({1: 150, 2: -50}, "1 to 100 percent"),
        ({number: 5 if number > 1 else 50 for number in range(1, 12)}, "At most 10 versions"),
    ],
)
def test_a_split_is_whole_percent_together_100(
    store: PromptStore, settings: SettingsStore, split: dict[int, int], told: str
) -> None:
    add(store, "One"), add(store, "Two")
    with pytest.raises(InvalidInput, match=told):
        store.set_live(ORG, NAME, split, "me")
    assert found(store, settings).live == ()


def test_ten_versions_may_be_live_at_once(store: PromptStore, settings: SettingsStore) -> None:
    split = {add(store, f"Text {number}").number: 10 for number in range(10)}
    store.set_live(ORG, NAME, split, "me")
    assert found(store, settings).split == split


def test_a_version_that_there_is_not_cannot_be_live(store: PromptStore) -> None:
    add(store)
    with pytest.raises(NotFound, match="has no version 2"):
        store.set_live(ORG, NAME, {1: 50, 2: 50}, "me")
    with pytest.raises(NotFound, match="no prompt other"):
        store.set_live(ORG, "other", {1: 100}, "me")
    with pytest.raises(NotFound, match="has no version 7"):
        store.version(ORG, NAME, 7)
    with pytest.raises(NotFound, match="no prompt other"):
        store.versions(ORG, "other")


def test_the_gate_stays_while_versions_come_and_go_live(
    store: PromptStore, settings: SettingsStore
) -> None:
    add(store)
    assert found(store, settings).gate is None
    store.set_gate(ORG, NAME, {"question_set": "faq"}, "me")
    add(store, "Two")
    store.set_live(ORG, NAME, {2: 100}, "me")
    assert found(store, settings).gate == {"question_set": "faq"}
    store.set_gate(ORG, NAME, None, "me")
    assert found(store, settings).gate is None
    with pytest.raises(NotFound):
        store.set_gate(ORG, "other", None, "me")


def test_bounds_are_refused(
    store: PromptStore, settings: SettingsStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MAX_VERSIONS", "MAX_PROMPTS"):
        monkeypatch.setattr(prompt_checks, name, 2)
    add(store, "One"), add(store, "Two"), add(store, name="second")
    with pytest.raises(Conflict, match="has 2 versions, and takes no more"):
        add(store, "Three")
    with pytest.raises(TooLarge, match="may have 2 prompts"):
        add(store, name="third")
    monkeypatch.setattr(prompt_checks, "MAX_BYTES", 1000)
    with pytest.raises(TooLarge, match="with all their versions"):
        add(store, "x" * 600, name="second")
    monkeypatch.setattr(prompt_checks, "MAX_LIVE_BYTES", 300)
    with pytest.raises(TooLarge, match="live versions of all prompts take more"):
        store.set_live(ORG, NAME, {1: 100}, "me")
    assert found(store, settings).live == ()
    assert found(store, settings).newest == 2


def test_whoever_read_an_older_state_changes_nothing(
    store: PromptStore, settings: SettingsStore
) -> None:
    add(store)
    tags = [found(store, settings).tag]
    for change in (
        lambda tag: store.add(ORG, NAME, {"text": "Two"}, "me", tag),
        lambda tag: store.set_live(ORG, NAME, {1: 100}, "me", tag),
        lambda tag: store.set_gate(ORG, NAME, {"question_set": "faq"}, "me", tag),
    ):
        change(tags[-1])
        tags.append(found(store, settings).tag)
        assert len(set(tags)) == len(tags)
        for old in tags[:-1]:
            with pytest.raises(Changed):
                change(old)
            with pytest.raises(Changed):
                store.delete(ORG, NAME, "me", old)
    with pytest.raises(Changed):
        store.add(ORG, "new", {"text": "x"}, "me", tags[-1])
    store.delete(ORG, NAME, "me", tags[-1])
    assert store.prompts(loaded(settings)) == []


def test_two_who_save_at_once_both_get_a_version(
    store: PromptStore, settings: SettingsStore
) -> None:
    other = prompts_of(settings)
    add(store)
    seal = store.all_versions.seal
    seen: list[int] = []

    def sealing(org: str, name: str, version: PromptVersion) -> bytes:
        if not seen:
            seen.append(add(other, "The other's").number)
        return seal(org, name, version)

    store.all_versions.seal = sealing  # type: ignore[method-assign]
    assert add(store, "Mine").number == 3
    assert [one.text for one in store.versions(ORG, NAME)] == [
        "Mine",
        "The other's",
        "You help farmers.",
    ]


def test_texts_lie_sealed_in_redis(store: PromptStore) -> None:
    add(store, "A secret recipe")
    store.set_live(ORG, NAME, {1: 100}, "me")
    store.delete(ORG, NAME, "me")
    add(store, "A secret recipe")
    store.set_live(ORG, NAME, {1: 100}, "me")
    assert b"secret recipe" not in everything_in(store.redis)


def test_a_deleted_prompt_comes_back_with_all_versions(
    store: PromptStore, settings: SettingsStore
) -> None:
    add(store, "One"), add(store, "Two"), add(store, "Three")
    store.set_live(ORG, NAME, {1: 30, 3: 70}, "me")
    store.set_gate(ORG, NAME, {"question_set": "faq"}, "me")
    before = found(store, settings), store.versions(ORG, NAME)
    assert store.delete(ORG, NAME, "Asha")
    assert store.prompts(loaded(settings)) == []
    with pytest.raises(NotFound):
        store.version(ORG, NAME, 1)
    with pytest.raises(NotFound):
        store.delete(ORG, NAME, "me")
    item = deleted(settings)
    assert (item.kind, item.name, item.by) == ("prompt", NAME, "Asha")
    assert 0 < store.redis.ttl(beside_key(ORG, item)) <= KEPT_SECONDS
    settings.trash.restore(ORG, item, "me")
    assert (found(store, settings), store.versions(ORG, NAME)) == before
    assert settings.trash.items(ORG) == []
    assert store.redis.ttl(versions_key(ORG, NAME)) == -1
    assert add(store, "Four").number == 4


def test_a_deleted_prompt_does_not_come_back_over_a_new_one(
    store: PromptStore, settings: SettingsStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, "Old")
    store.set_live(ORG, NAME, {1: 100}, "me")
    old = found(store, settings)
    store.delete(ORG, NAME, "me")
    add(store, "New")
    new = found(store, settings)
    assert (new.id != old.id, new.newest, new.live) == (True, 1, ())
    item = deleted(settings)
    with pytest.raises(Conflict, match="there is a new prompt"):
        store.deleted.bring_back(ORG, item, "me")
    store.delete(ORG, NAME, "me")
    for name, told in (
        ("MAX_PROMPTS", "may have 0"),
        ("MAX_BYTES", "with all their"),
        ("MAX_LIVE_BYTES", "live versions"),
    ):
        with monkeypatch.context() as small, pytest.raises(TooLarge, match=told):
            small.setattr(prompt_checks, name, 0)
            store.deleted.bring_back(ORG, item, "me")
    store.deleted.bring_back(ORG, item, "me")
    assert found(store, settings).live == old.live


def test_what_lies_in_the_trash_is_bounded(
    store: PromptStore, settings: SettingsStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowhook.organisations.trash.MAX_ITEMS", 1)
    for name in ("first", "second"):
        add(store, name=name)
        store.delete(ORG, name, "me")
    kinds = [key.decode().split(":")[2] for key in scan_organisation(store.redis, ORG)]
    assert kinds.count("trash") == 2  # the list, and the versions of the second


def test_what_the_trash_has_lost_does_not_come_back(
    store: PromptStore, settings: SettingsStore
) -> None:
    add(store)
    store.delete(ORG, NAME, "me")
    item = deleted(settings)
    store.redis.unlink(beside_key(ORG, item))
    with pytest.raises(NotFound, match="versions are gone"):
        store.deleted.bring_back(ORG, item, "me")
    assert store.prompts(loaded(settings)) == []


def test_a_full_store_refuses_a_version_and_lets_a_prompt_go(
    store: PromptStore, settings: SettingsStore
) -> None:
    add(store)
    refusing = RefusingStore(store.redis)
    full = PromptStore(refusing, settings.cipher, settings.changes, settings.trash)
    with pytest.raises(OutOfMemoryError):
        full.add(ORG, NAME, {"text": "Two"}, "me")
    assert [one.number for one in store.versions(ORG, NAME)] == [1]
    assert not full.delete(ORG, NAME, "me")
    assert store.prompts(loaded(settings)) == []
    assert not store.redis.exists(versions_key(ORG, NAME))


def test_a_deleted_organisation_takes_no_prompt(
    store: PromptStore, settings: SettingsStore
) -> None:
    add(store)
    store.delete(ORG, NAME, "me")
    add(store)
    settings.delete_organisation(ORG, "operator")
    keys = {key.decode() for key in scan_organisation(store.redis, ORG)}
    assert keys == {org_key(ORG, "gone")}
    with pytest.raises(NotFound, match="was deleted"):
        add(store)
    assert {key.decode() for key in scan_organisation(store.redis, ORG)} == keys


def test_an_organisation_that_has_only_a_prompt_stays(any_redis: Client) -> None:
    settings = SettingsStore(any_redis, Cipher([FIRST_KEY]))
    store = prompts_of(settings)
    add(store)
    assert loaded(settings).exists
    store.delete(ORG, NAME, "me")
    assert loaded(settings).exists


def test_keys_that_change_lose_no_prompt(store: PromptStore, settings: SettingsStore) -> None:
    add(store, "One"), add(store, "Two")
    store.set_live(ORG, NAME, {1: 100}, "me")
    both = Cipher([SECOND_KEY, FIRST_KEY])
    rotating = SettingsStore(store.redis, both)
    assert rotating.keys.rotate(ORG) == (1, 0)
    assert RetiredKeys(store.redis, both).keep(ORG) == 0
    cipher = RetiredKeys(store.redis, Cipher([SECOND_KEY])).cipher
    later = SettingsStore(store.redis, cipher)
    kept = prompts_of(later)
    assert [one.text for one in kept.versions(ORG, NAME)] == ["Two", "One"]
    assert found(kept, later).live[0][0].text == "One"
    stored = store.redis.hget(org_key(ORG, "settings"), prompt_field(NAME))
    assert not both.is_stale(stored)


def test_a_prompt_that_no_key_opens_can_be_saved_anew(
    store: PromptStore, settings: SettingsStore, caplog: pytest.LogCaptureFixture
) -> None:
    add(store, "One"), add(store, "Two")
    lost = SettingsStore(store.redis, Cipher([SECOND_KEY]))
    other = prompts_of(lost)
    assert other.prompts(lost.load(ORG)) == []
    assert "no key of ENCRYPTION_KEYS opens a saved prompt" in caplog.text
    assert lost.keys.rotate(ORG) == (0, 1)
    with pytest.raises(NotFound):
        other.version(ORG, NAME, 1)
    assert "no key of ENCRYPTION_KEYS opens a prompt's version" in caplog.text
    assert add(other, "New").number == 1
    assert store.redis.hkeys(versions_key(ORG, NAME)) == [b"1"]
    assert [one.text for one in other.versions(ORG, NAME)] == ["New"]
    with pytest.raises(NotFound):
        other.version(ORG, NAME, 2)
    add(store, name="second")
    other.delete(ORG, "second", "me")
    assert not store.redis.exists(versions_key(ORG, "second"))


def test_what_moved_to_another_organisation_does_not_open(
    store: PromptStore, settings: SettingsStore
) -> None:
    add(store)
    raw = store.redis.hget(org_key(ORG, "settings"), prompt_field(NAME))
    settings.sections.put("thief", "openai", {"is_active": True}, "me")
    store.redis.hset(org_key("thief", "settings"), prompt_field(NAME), raw)
    store.redis.hset(org_key(ORG, "settings"), prompt_field("another"), raw)
    assert store.prompts(settings.load("thief")) == []
    assert [one.name for one in store.prompts(loaded(settings))] == [NAME]


def test_the_audit_names_who_changed_what(store: PromptStore, settings: SettingsStore) -> None:
    add(store, "One"), add(store, "One"), add(store, "Two")
    store.set_live(ORG, NAME, {2: 100}, "Asha")
    store.set_live(ORG, NAME, {2: 100}, "Asha")
    store.delete(ORG, NAME, "me")
    store.deleted.bring_back(ORG, deleted(settings), "me")
    told = [
        (one["actor"], one["action"], one["what"], one["fields"])
        for one in settings.audit.read(ORG, "", 5)
    ]
    assert told == [
        ("me", "bring back", "prompts/farmer_help", []),
        ("me", "delete", "prompts/farmer_help", []),
        ("Asha", "change", "prompts/farmer_help", ["live"]),
        ("me", "change", "prompts/farmer_help", ["text"]),
        ("me", "create", "prompts/farmer_help", ["text"]),
    ]


class RefusingStore:
    """A Redis out of memory: it refuses a transaction that writes a hash field, as the real one
    does, and takes those that only remove."""

    def __init__(self, store: Any) -> None:
        self.store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def pipeline(self, transaction: bool) -> Any:
        pipe = self.store.pipeline(transaction=transaction)

        def refuse(*_: Any, **__: Any) -> None:
            raise OutOfMemoryError("command not allowed when used memory > 'maxmemory'.")

        pipe.hset = refuse
        return pipe
