"""Lists contacts whose state was written by a release that knows nothing of the roster.

A key's name tells no contact, and what it holds is sealed with the contact's id; so the id is read
from the ciphertext without proof, and then proves itself by opening it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from flowhook.errors import FlowhookError
from flowhook.organisations.cipher import CannotDecrypt
from flowhook.redis.effects import APPLY, effect_arguments, effect_keys
from flowhook.redis.keys import org_key
from flowhook.redis.script import Script
from flows.conversations.roster import Place, Row, is_paused, moving, place_of, row_of
from flows.conversations.store import ConversationStore, bytes_key
from flows.model.session import Session

LIST = Script(Path(__file__).parent / "lua" / "list.lua", APPLY, gone="0")
LAST_TURNS = 5  # looked at for what a contact wrote last

Listed = tuple[Place, Row]


def state_key(org: str, member: str) -> str:
    """The key of a contact's state; `member` is the contact's part of keys' names."""
    return org_key(org, "contact", member, "state")


class RosterRepair:
    """Makes places and rows from states."""

    def __init__(self, store: ConversationStore) -> None:
        self.store = store
        self.redis = store.redis

    def list_anew(self, org: str, member: str) -> Listed | None:
        """List a contact where the state says; None for one that cannot be read."""
        fields = ("state", "version", "place")
        sealed, version, stored = self.redis.hmget(state_key(org, member), *fields)
        try:
            contact = self._contact(org, sealed)
            if sealed is None or self.store.names.of(org, contact) != member:
                return None
            state = self.store.open_state(org, contact, sealed) or {}
            session = Session.from_dict(state["session"])
        except (CannotDecrypt, FlowhookError, ValueError, KeyError, TypeError):
            return None
        before = Place.read(stored)
        place = place_of(
            self.store.names,
            org,
            session,
            int(version),
            before,
            _last_time(session),
            is_paused=is_paused(stored),
        )
        row = row_of(session.contact, self._last_message(org, contact))
        effects = moving(org, member, before, place, is_whole=True)
        keys = [*self.store.keys(org, contact, "lock", "state"), bytes_key(org)]
        arguments = [version, stored or b"", place.as_bytes(), row.sealed(self.store.cipher, org)]
        LIST.run(
            self.redis,
            [*keys, *effect_keys(effects)],
            [*arguments, *effect_arguments(effects)],
        )
        return place, row

    def _contact(self, org: str, sealed: bytes | None) -> str:
        """The id that stands in a sealed state."""
        guessed = orjson.loads(self.store.cipher.guess(org, sealed or b""))
        return str(guessed["session"]["contact"]["id"])

    def _last_message(self, org: str, contact: str) -> str:
        key = self.store.key(org, contact, "transcript")
        said = ""
        for _, fields in self.redis.xrevrange(key, count=LAST_TURNS):
            for item in reversed(
                self.store.open(org, contact, "transcript", fields[b"entry"]) or []
            ):
                text = item.get("text") or item.get("type", "")
                if item.get("direction") == "in":
                    return str(text)
                if item.get("direction") == "out":
                    said = said or str(text)
        return said


def _last_time(session: Session) -> datetime:
    """When the contact's last turn was, as far as the contact tells."""
    contact: Any = session.contact
    stamp = contact.last_communication_at or contact.last_message_at or contact.inserted_at
    try:
        moment = datetime.fromisoformat(stamp or "")
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
