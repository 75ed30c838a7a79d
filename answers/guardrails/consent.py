"""What contacts said when they were asked whether what they write may leave for a provider.

One hash of an organisation holds all of them, by keyed digests of contacts' ids, so that a call
reads one field. Each is sealed: when, how and to whom consent was given or withdrawn, the last
changes with it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import orjson

from flowhook.errors import TooLarge
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.organisations.contact_names import MAX_CONTACT, ContactNames
from flowhook.redis.keys import org_key
from flowhook.redis.script import Script
from flowhook.timestamps import timestamp_of

GIVEN, WITHDRAWN, NEVER = "given", "withdrawn", "none"
BY_FUNCTION, BY_FLOW, BY_API = HOW = ("function", "flow", "api")
MAX_CONTACTS = 500_000
MAX_CHANGES = 10
MAX_PURPOSE = 500  # characters
MAX_BY = 128

STORE = Script(Path(__file__).with_name("consent.lua"))

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Consent:
    """What a contact said: `consent` is given or withdrawn, `at` epoch milliseconds.

    `how` it came, and `by` whom: a flow's id, or the name of whoever called the API.
    """

    consent: str
    at: int
    how: str
    by: str = ""
    purpose: str = ""

    @property
    def shown(self) -> Json:
        return {
            "consent": self.consent,
            "at": timestamp_of(self.at),
            "how": self.how,
            "by": self.by,
            "purpose": self.purpose,
        }


class ConsentStore:
    """Keeps consents of organisations' contacts; `clock` tells epoch seconds."""

    def __init__(self, redis: Any, cipher: Cipher, clock: Callable[[], float] = time.time) -> None:
        self.redis = redis
        self.cipher = cipher
        self.names = ContactNames(redis, cipher)
        self.clock = clock

    def is_given(self, org: str, contact: str) -> bool:
        """Whether the contact consented, and did not withdraw it since."""
        changes = self.changes(org, contact)
        return bool(changes) and changes[0].consent == GIVEN

    def changes(self, org: str, contact: str) -> list[Consent]:
        """What the contact said, the newest first; empty for one who was never asked."""
        return self._opened(org, contact, self.redis.hget(_key(org), self._field(org, contact)))

    def record(
        self, org: str, contact: str, consent: str, how: str, by: str = "", purpose: str = ""
    ) -> Consent:
        """Note what a contact said; the same again changes nothing.

        Raises TooLarge where so many contacts are known already, NotFound for a deleted
        organisation.
        """
        field = self._field(org, contact)
        new = Consent(
            consent, int(self.clock() * 1000), how, by[:MAX_BY], purpose.strip()[:MAX_PURPOSE]
        )
        while True:
            sealed = self.redis.hget(_key(org), field)
            known = self._opened(org, contact, sealed)
            if known and _says_the_same(known[0], new):
                return known[0]
            kept = orjson.dumps([astuple(one) for one in [new, *known][:MAX_CHANGES]])
            arguments = [
                field,
                sealed or b"",
                self.cipher.seal(org, _purpose(contact), kept),
                MAX_CONTACTS,
            ]
            stored = STORE.run(self.redis, [_key(org)], arguments)
            if stored < 0:
                raise TooLarge(
                    f"consents of {MAX_CONTACTS:,} contacts are kept",
                    fix="Erase contacts who are no longer served.",
                )
            if stored:
                return new

    def export(self, org: str, contact: str) -> Json | None:
        """All that is kept of a contact's consent; None where there is nothing."""
        changes = self.changes(org, contact)
        return shown(changes) if changes else None

    def erase(self, org: str, contact: str) -> int:
        """Remove what is kept of a contact's consent; returns how many records that were."""
        return int(self.redis.hdel(_key(org), self._field(org, contact)))

    def _field(self, org: str, contact: str) -> str:
        return self.names.digest_of(org, f"consent\0{contact[:MAX_CONTACT]}")

    def _opened(self, org: str, contact: str, sealed: bytes | None) -> list[Consent]:
        """What is stored; nothing where no key opens it, so that consent is asked for anew."""
        if not sealed:
            return []
        try:
            stored = orjson.loads(self.cipher.open(org, _purpose(contact), sealed))
        except CannotDecrypt:
            return []
        return [Consent(*one[: len(Consent.__match_args__)]) for one in stored]


def shown(changes: list[Consent]) -> Json:
    """A contact's consent as the API shows it."""
    now = changes[0].shown if changes else {"consent": NEVER}
    return {**now, "changes": [one.shown for one in changes]}


def _says_the_same(before: Consent, new: Consent) -> bool:
    return (before.consent, before.purpose) == (new.consent, new.purpose)


def _key(org: str) -> str:
    return org_key(org, "consent")


def _purpose(contact: str) -> str:
    return f"consent:{contact[:MAX_CONTACT]}"
