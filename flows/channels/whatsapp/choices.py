"""Stores the options sent as a numbered text until the contact answers.

WhatsApp shows at most ten options with short titles; more or longer ones are sent as a numbered
text. An answer of "2", in the digits of any script, chooses the second option.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import orjson

from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.organisations.contact_names import ContactNames
from flowhook.redis.effects import Effect, write
from flowhook.redis.keys import org_key
from flows.channels.inbound import Inbound
from flows.model.session import Message

KEEP_SECONDS = 24 * 3600
MAX_DIGITS = 3


class Choices:
    """The last numbered options of each contact, encrypted."""

    def __init__(self, redis: Any, cipher: Cipher) -> None:
        self.redis = redis
        self.cipher = cipher
        self.names = ContactNames(redis, cipher)

    def remember(self, org: str, contact: str, kind: str, node: str, titles: Sequence[str]) -> None:
        """Store options; `kind` is quick_reply or list, `node` becomes the id of the reply."""
        stored = orjson.dumps({"kind": kind, "node": node, "titles": list(titles)})
        sealed = self.cipher.seal(org, self._purpose(contact), stored)
        write(self.redis, ("SET", self._key(org, contact), sealed, "EX", KEEP_SECONDS))

    def resolve(self, org: str, inbound: Inbound) -> Inbound:
        """Return the message as the choice that it makes, unchanged if it makes none.

        The options stay stored, because a delivery may be repeated until its message is in the
        inbox.
        """
        if inbound.type != "text" or not _number(inbound.text):
            return inbound
        stored = self.find(org, inbound.contact)
        return as_choice(inbound, stored) if stored else inbound

    def find(self, org: str, contact: str) -> dict[str, Any] | None:
        """The options that a contact was offered last as `{"kind", "node", "titles"}`; None where
        there are none, or no key opens them."""
        sealed = self.redis.get(self._key(org, contact))
        try:
            plain = self.cipher.open(org, self._purpose(contact), sealed) if sealed else b"null"
        except CannotDecrypt:
            return None
        found: dict[str, Any] | None = orjson.loads(plain)
        return found

    def forgetting(self, org: str, contact: str) -> Effect:
        """Return the effect that removes the options once the contact has answered."""
        return ("DEL", self._key(org, contact))

    def forget(self, org: str, contact: str) -> None:
        self.redis.delete(self._key(org, contact))

    def _key(self, org: str, contact: str) -> str:
        return org_key(org, "whatsapp", "choices", self.names.of(org, contact))

    def _purpose(self, contact: str) -> str:
        return f"choices:{contact}"


Said = TypeVar("Said", Inbound, Message)


def as_choice(said: Said, numbered: Mapping[str, Any]) -> Said:
    """A message as the choice that it makes among numbered options, `kind`, `node` and `titles`.

    Unchanged if it is no text of a number among them.
    """
    titles = numbered["titles"]
    number = _number(said.text) if said.type == "text" else 0
    if not 0 < number <= len(titles):
        return said
    title = titles[number - 1]
    interactive = {"id": numbered["node"] or str(number - 1), "title": title}
    return replace(said, type=numbered["kind"], text=title, interactive=interactive)


def _number(text: str) -> int:
    """Return the number that a text consists of; 0 if it is not a number.

    >>> _number(" 2. "), _number("२"), _number("2 children"), _number("²")
    (2, 2, 0, 0)
    """
    bare = text.strip().rstrip(".)")
    return int(bare) if bare.isdecimal() and len(bare) <= MAX_DIGITS else 0
