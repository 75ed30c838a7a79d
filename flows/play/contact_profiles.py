"""The made-up contacts that authors play in the simulator, sealed in the organisation's store."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from flowhook.errors import Conflict
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key
from flowhook.timestamps import timestamp
from flows.model.contact import Contact

MAX_PROFILES = 20
PURPOSE = "simulated_contact"


@dataclass(frozen=True, slots=True)
class ContactProfile:
    """A made-up contact; `fields` are the texts of their contact fields by key."""

    name: str = "Asha"
    phone: str = "919800000000"
    language: str = "en"
    fields: Mapping[str, str] = field(default_factory=dict)

    def as_contact(self, now: Any) -> Contact:
        """The contact as they begin a conversation at this time."""
        contact = Contact(id="simulator", name=self.name, phone=self.phone, language=self.language)
        for key, value in self.fields.items():
            contact.set_field(key, key, value, timestamp(now, "milliseconds"))
        return contact


class ContactProfiles:
    """Keeps up to 20 of them for each organisation."""

    def __init__(self, redis: Any, cipher: Cipher) -> None:
        self.redis = redis
        self.cipher = cipher

    def all(self, org: str) -> dict[str, ContactProfile]:
        """By their ids, in order of their names."""
        found = {}
        for profile, sealed in self.redis.hgetall(_key(org)).items():
            try:
                plain = self.cipher.open(org, PURPOSE, sealed)
            except CannotDecrypt:  # its key was removed from ENCRYPTION_KEYS
                continue
            found[profile.decode()] = ContactProfile(**orjson.loads(plain))
        return dict(sorted(found.items(), key=lambda one: (one[1].name, one[0])))

    def add(self, org: str, profile: ContactProfile) -> str:
        """Keep one more and return its id. Raises Conflict if there are 20 already."""
        name = secrets.token_hex(8)
        sealed = self.cipher.seal(org, PURPOSE, orjson.dumps(asdict(profile)))
        _, *count = write(self.redis, ("HSET", _key(org), name, sealed), ("HLEN", _key(org)))
        if count and int(count[0]) > MAX_PROFILES:
            self.remove(org, name)
            raise Conflict(
                f"there are {MAX_PROFILES} contacts already", fix="Remove one of them first."
            )
        return name

    def remove(self, org: str, profile: str) -> None:
        self.redis.hdel(_key(org), profile)


def _key(org: str) -> str:
    return org_key(org, "simulated_contacts")
