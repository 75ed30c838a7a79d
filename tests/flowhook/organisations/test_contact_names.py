"""What stands for a contact, or for a word that is sought, in the names of keys."""

from __future__ import annotations

from flowhook.organisations.cipher import Cipher
from flowhook.organisations.contact_move import hide_contacts
from flowhook.organisations.contact_names import NAMES_KEY, ContactNames
from flowhook.redis.connect import Client
from tests.fixtures_app import FIRST_KEY

CIPHER = Cipher((FIRST_KEY,))


def test_a_word_has_a_digest_of_its_own_in_each_organisation_and_store(any_redis: Client) -> None:
    names = ContactNames(any_redis, CIPHER)
    digest = names.digest_of("acme", "asha")
    assert len(digest) == 16
    assert digest == ContactNames(any_redis, CIPHER).digest_of("acme", "asha")
    others = {names.digest_of("other", "asha"), names.digest_of("acme", "bina")}
    assert len(others - {digest}) == 2
    assert b"asha" not in (any_redis.get(NAMES_KEY) or b"")
    any_redis.delete(NAMES_KEY)
    assert ContactNames(any_redis, CIPHER).digest_of("acme", "asha") != digest


def test_words_stay_found_when_a_store_is_moved(any_redis: Client) -> None:
    """In a store of format 1 contacts' ids stand as they are, and words never do."""
    names = ContactNames(any_redis, CIPHER)
    digest = names.digest_of("acme", "asha")
    assert names.of("acme", "7") == "7"
    hide_contacts(any_redis, CIPHER, lambda seconds: None)
    moved = ContactNames(any_redis, CIPHER)
    assert moved.of("acme", "7") != "7"
    assert moved.digest_of("acme", "asha") == digest
