"""What is kept of contacts' consent, on every kind of Redis."""

from __future__ import annotations

from typing import Any

import pytest

from answers.guardrails import consent as consents
from answers.guardrails.consent import BY_API, BY_FLOW, GIVEN, WITHDRAWN, ConsentStore, shown
from flowhook.errors import NotFound, TooLarge
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.contact_names import MAX_CONTACT
from flowhook.redis.connect import Client
from flowhook.redis.keys import gone_key, org_key
from tests.answers.inbox.items import ORG, Clock
from tests.fixtures_app import FIRST_KEY, SECOND_KEY

ASHA = "919812345678"


@pytest.fixture
def store(any_redis: Client) -> ConsentStore:
    return ConsentStore(any_redis, Cipher([FIRST_KEY]), Clock())


def test_it_holds_until_it_is_withdrawn(store: ConsentStore) -> None:
    assert not store.is_given(ORG, ASHA)
    assert shown(store.changes(ORG, ASHA)) == {"consent": "none", "changes": []}
    store.record(ORG, ASHA, GIVEN, BY_FLOW, "f1", " Answers ")
    assert store.is_given(ORG, ASHA)
    assert not store.is_given("other", ASHA)
    assert not store.is_given(ORG, ASHA + "9")
    store.record(ORG, ASHA, WITHDRAWN, BY_API, "Meera")
    assert not store.is_given(ORG, ASHA)
    exported = store.export(ORG, ASHA)
    assert exported is not None
    assert (exported["consent"], exported["by"]) == ("withdrawn", "Meera")
    at = "2026-01-02T12:00:00.000Z"
    told = {"consent": "given", "at": at, "how": "flow", "by": "f1", "purpose": "Answers"}
    assert exported["changes"][1] == told


def test_the_same_again_keeps_the_first(store: ConsentStore) -> None:
    clock: Any = store.clock
    first = store.record(ORG, ASHA, GIVEN, BY_FLOW, "f1")
    clock.now += 60
    assert store.record(ORG, ASHA, GIVEN, BY_API, "Meera") == first
    assert store.record(ORG, ASHA, GIVEN, BY_API, "Meera", "More") != first
    assert len(store.changes(ORG, ASHA)) == 2


def test_only_the_last_changes_are_kept(store: ConsentStore) -> None:
    for number in range(20):
        store.record(ORG, ASHA, (GIVEN, WITHDRAWN)[number % 2], BY_API, "M" * 500, "p" * 9_000)
    changes = store.changes(ORG, ASHA)
    assert len(changes) == 10
    assert (len(changes[0].by), len(changes[0].purpose)) == (128, 500)


def test_an_id_is_cut_as_calls_cut_it(store: ConsentStore) -> None:
    store.record(ORG, ASHA * 20, GIVEN, BY_FLOW, "f1")
    assert store.is_given(ORG, (ASHA * 20)[:MAX_CONTACT])


def test_the_contact_does_not_stand_in_clear(store: ConsentStore) -> None:
    store.record(ORG, ASHA, GIVEN, BY_FLOW, "a flow", "A purpose")
    key = org_key(ORG, "consent")
    held: Any = store.redis.hgetall(key)
    [(field, value)] = held.items()
    for word in (ASHA, "a flow", "A purpose", "given"):
        assert word.encode() not in field + value


def test_it_is_erased(store: ConsentStore) -> None:
    store.record(ORG, ASHA, GIVEN, BY_FLOW)
    assert store.erase(ORG, ASHA) == 1
    assert store.erase(ORG, ASHA) == 0
    assert store.export(ORG, ASHA) is None
    assert not store.redis.exists(org_key(ORG, "consent"))


def test_two_at_once_are_both_kept(store: ConsentStore) -> None:
    """One that was read before the other stored is read anew."""
    other = ConsentStore(store.redis, store.cipher, store.clock)
    plain = store.changes

    class SlowCipher(Cipher):
        """Lets the other store something while it seals for the first time."""

        waits = True

        def seal(self, organization_id: str, purpose: str, content: bytes) -> bytes:
            if self.waits:
                self.waits = False
                other.record(ORG, ASHA, GIVEN, BY_FLOW, "f1")
            return super().seal(organization_id, purpose, content)

    store.cipher = SlowCipher([FIRST_KEY])
    store.record(ORG, ASHA, WITHDRAWN, BY_API, "Meera")
    assert [one.consent for one in plain(ORG, ASHA)] == [WITHDRAWN, GIVEN]


def test_there_is_a_bound(store: ConsentStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consents, "MAX_CONTACTS", 2)
    for contact in "12":
        store.record(ORG, contact, GIVEN, BY_FLOW)
    with pytest.raises(TooLarge):
        store.record(ORG, "3", GIVEN, BY_FLOW)
    store.record(ORG, "1", WITHDRAWN, BY_FLOW)
    assert not store.is_given(ORG, "1")


def test_nothing_is_recorded_for_a_deleted_organisation(store: ConsentStore) -> None:
    store.redis.set(gone_key(ORG), b"1")
    with pytest.raises(NotFound):
        store.record(ORG, ASHA, GIVEN, BY_FLOW)


def test_what_no_key_opens_was_never_given(store: ConsentStore) -> None:
    store.record(ORG, ASHA, GIVEN, BY_FLOW)
    names = store.names
    store.cipher = Cipher([SECOND_KEY])
    assert names is store.names
    assert not store.is_given(ORG, ASHA)
    store.record(ORG, ASHA, GIVEN, BY_FLOW)
    assert store.is_given(ORG, ASHA)
