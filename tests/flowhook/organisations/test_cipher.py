"""Encryption at rest: bound to its place, several keys, nothing readable."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from flowhook.organisations.cipher import CannotDecrypt, Cipher
from tests.fixtures_app import FIRST_KEY, SECOND_KEY

PLAIN = b"sk-0123456789abcdef"


def test_what_is_sealed_opens() -> None:
    cipher = Cipher([FIRST_KEY])
    for plain in (b"", PLAIN, bytes(range(256)) * 1000):
        sealed = cipher.seal("acme", "openai:api_key", plain)
        assert cipher.open("acme", "openai:api_key", sealed) == plain


def test_a_sealed_value_shows_nothing_and_never_repeats() -> None:
    cipher = Cipher([FIRST_KEY])
    made = {cipher.seal("acme", "p", PLAIN) for _ in range(50)}
    assert len(made) == 50
    assert not any(PLAIN in sealed for sealed in made)


@pytest.mark.parametrize(("org", "purpose"), [("other", "p"), ("acme", "q"), ("acme\0p", "")])
def test_moved_elsewhere_it_does_not_open(org: str, purpose: str) -> None:
    sealed = Cipher([FIRST_KEY]).seal("acme", "p", PLAIN)
    with pytest.raises(CannotDecrypt):
        Cipher([FIRST_KEY]).open(org, purpose, sealed)


def test_any_changed_byte_is_noticed() -> None:
    cipher = Cipher([FIRST_KEY])
    sealed = cipher.seal("acme", "p", PLAIN)
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(CannotDecrypt):
            cipher.open("acme", "p", changed)
    for length in range(len(sealed)):
        with pytest.raises(CannotDecrypt):
            cipher.open("acme", "p", sealed[:length])


def test_the_first_key_seals_and_all_open() -> None:
    old, both, new = Cipher([FIRST_KEY]), Cipher([SECOND_KEY, FIRST_KEY]), Cipher([SECOND_KEY])
    before = old.seal("acme", "p", PLAIN)
    assert both.open("acme", "p", before) == PLAIN
    assert both.is_stale(before)
    after = both.seal("acme", "p", PLAIN)
    assert not both.is_stale(after)
    assert new.open("acme", "p", after) == PLAIN
    with pytest.raises(CannotDecrypt):
        new.open("acme", "p", before)


def test_what_it_seems_to_hold_is_guessed_without_its_purpose() -> None:
    cipher = Cipher([FIRST_KEY])
    for plain in (b"", PLAIN, bytes(range(256)) * 1000):
        assert cipher.guess("acme", cipher.seal("acme", "of 919800000017", plain)) == plain
    sealed = cipher.seal("acme", "p", PLAIN)
    assert cipher.guess("other", sealed) != PLAIN
    assert cipher.guess("acme", sealed[:-17] + bytes([sealed[-17] ^ 1]) + sealed[-16:]) != PLAIN
    for wrong in (b"", b"\x01short", b"\x02" + sealed[1:]):
        with pytest.raises(CannotDecrypt):
            cipher.guess("acme", wrong)
    with pytest.raises(CannotDecrypt):
        Cipher([SECOND_KEY]).guess("acme", sealed)


def test_another_installations_key_does_not_open() -> None:
    sealed = Cipher([FIRST_KEY]).seal("acme", "p", PLAIN)
    with pytest.raises(CannotDecrypt) as caught:
        Cipher([Fernet.generate_key().decode()]).open("acme", "p", sealed)
    assert "sk-" not in str(caught.value)


def test_without_a_key_there_is_no_cipher() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Cipher([])
