"""Options that were sent as a numbered text, until the contact answers.

WhatsApp shows at most ten options with short titles; more, or longer ones, go out as a text
with numbers. A contact who answers "2", in any script's digits, has chosen the second option.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson

from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.effects import Effect
from flowhook.redis.keys import org_key
from flows.channels.inbound import Inbound

KEEP_SECONDS = 24 * 3600
MAX_DIGITS = 3


class Choices:
    """The last numbered options of each contact, encrypted."""

    def __init__(self, redis: Any, cipher: Cipher) -> None:
        self.redis = redis
        self.cipher = cipher

    def remember(self, org: str, contact: str, kind: str, node: str, titles: Sequence[str]) -> None:
        """`kind` is quick_reply or list, `node` what the reply names as its id."""
        stored = orjson.dumps({"kind": kind, "node": node, "titles": list(titles)})
        sealed = self.cipher.seal(org, self._purpose(contact), stored)
        self.redis.set(self._key(org, contact), sealed, ex=KEEP_SECONDS)

    def resolve(self, org: str, inbound: Inbound) -> Inbound:
        """The message as the choice it is; itself where it is none. The options are still kept,
        for a delivery may be repeated until its message is in the inbox."""
        number = _number(inbound.text) if inbound.type == "text" else 0
        if not number:
            return inbound
        sealed = self.redis.get(self._key(org, inbound.contact))
        if sealed is None:
            return inbound
        try:
            stored = orjson.loads(self.cipher.open(org, self._purpose(inbound.contact), sealed))
        except CannotDecrypt:
            return inbound  # what was offered is not known any more
        titles = stored["titles"]
        if number > len(titles):
            return inbound
        title = titles[number - 1]
        interactive = {"id": stored["node"] or str(number - 1), "title": title}
        return replace(inbound, type=stored["kind"], text=title, interactive=interactive)

    def forgetting(self, org: str, contact: str) -> Effect:
        """What to do once the contact answered: a number in a later message is only a number."""
        return ("DEL", self._key(org, contact))

    def forget(self, org: str, contact: str) -> None:
        self.redis.delete(self._key(org, contact))

    def _key(self, org: str, contact: str) -> str:
        return org_key(org, "whatsapp", "choices", contact)

    def _purpose(self, contact: str) -> str:
        return f"choices:{contact}"


def _number(text: str) -> int:
    """
    >>> _number(" 2. "), _number("२"), _number("2 children"), _number("²")
    (2, 2, 0, 0)
    """
    bare = text.strip().rstrip(".)")
    return int(bare) if bare.isdecimal() and len(bare) <= MAX_DIGITS else 0
