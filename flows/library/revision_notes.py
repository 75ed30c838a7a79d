"""Who made each revision of a flow, and what they noted of it: one hash for each flow, sealed.

Revisions of releases before this one have no note; their number still says when they were made.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.keys import org_key

MAX_NOTE = 200  # characters
Notes = dict[str, dict[str, str]]
"""`by` and `note` by the revision's number."""

logger = logging.getLogger(__name__)


class RevisionNotes:
    """The notes of each flow's revisions; every change is part of the caller's transaction."""

    def __init__(self, redis: Any, cipher: Cipher) -> None:
        self.redis = redis
        self.cipher = cipher

    def read(self, org: str, uuid: str, pipe: Any = None) -> Notes:
        """All notes of a flow; one that no key opens counts as missing."""
        found: Notes = {}
        stored = (self.redis if pipe is None else pipe).hgetall(notes_key(org, uuid))
        for revision, sealed in stored.items():
            try:
                opened = self.cipher.open(org, _purpose(uuid), sealed)
            except CannotDecrypt:
                logger.error("no key opens a revision's note", extra={"organization_id": org})
                continue
            found[revision.decode()] = orjson.loads(opened)
        return found

    def write(self, pipe: Any, org: str, uuid: str, notes: Mapping[str, Mapping[str, str]]) -> None:
        """Queue the writing of these notes."""
        for revision, note in notes.items():
            cut = {name: text[:MAX_NOTE] for name, text in note.items()}
            sealed = self.cipher.seal(org, _purpose(uuid), orjson.dumps(cut))
            pipe.hset(notes_key(org, uuid), revision, sealed)

    def drop(self, pipe: Any, org: str, uuid: str, revisions: Iterable[bytes]) -> None:
        """Queue the removal of the notes of revisions that go."""
        gone = list(revisions)
        if gone:
            pipe.hdel(notes_key(org, uuid), *gone)

    def drop_all(self, pipe: Any, org: str, uuid: str) -> None:
        pipe.delete(notes_key(org, uuid))


def notes_key(org: str, uuid: str) -> str:
    return org_key(org, "flow_notes", uuid)


def _purpose(uuid: str) -> str:
    return f"flow_note:{uuid}"
