"""Names and sealed values of documents in Redis.

The hash `fh:{<org>}:knowledge:<base>` holds the heads of a base's documents by their ids, where
`<base>` is the base's id. What a document consists of lies behind that under its own id: hashes of
its passages, their embeddings (32-bit floats) and its pages, each by number, and as long as it was
not read, a list of its file's pieces. A value that no key opens counts as missing.
"""

from __future__ import annotations

import logging
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from answers.knowledge.document import Passage
from answers.knowledge.stored_document import StoredDocument
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.keys import org_key

PASSAGES, EMBEDDINGS, PAGES, FILE = "passages", "embeddings", "pages", "file"
PARTS = (PASSAGES, EMBEDDINGS, PAGES, FILE)
"""What a document consists of, beside its head."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DocumentPlace:
    """Where a document lies: its organisation, its base's id, and its own."""

    org: str
    base: str
    doc: str

    def key(self, part: str) -> str:
        """The key of a part of it."""
        return org_key(self.org, "knowledge", self.base, self.doc, part)

    def made(self, part: str, token: str) -> str:
        """Where somebody gathers a part of it until it is whole, under a token of theirs."""
        return org_key(self.org, "knowledge", self.base, self.doc, "made", token, part)

    @property
    def lease(self) -> str:
        """The key of who reads it."""
        return self.key("lease")

    @property
    def keys(self) -> list[str]:
        """The keys of all its parts."""
        return [self.key(part) for part in PARTS]


class DocumentSealing:
    """Seals and opens heads, passages, embeddings, pages and the pieces of a file."""

    def __init__(self, cipher: Cipher) -> None:
        self.cipher = cipher

    def head(self, org: str, base: str, sealed: bytes | None) -> StoredDocument | None:
        opened = self._open(org, f"knowledge:{base}", sealed)
        return StoredDocument.from_dict(orjson.loads(opened)) if opened else None

    def sealed_head(self, org: str, base: str, document: StoredDocument) -> bytes:
        return self.cipher.seal(org, f"knowledge:{base}", orjson.dumps(document.as_dict()))

    def passage(self, place: DocumentPlace, number: int, sealed: bytes | None) -> Passage | None:
        opened = self.open(place, PASSAGES, number, sealed)
        return Passage(*orjson.loads(opened)) if opened else None

    def sealed_passage(self, place: DocumentPlace, number: int, passage: Passage) -> bytes:
        told = orjson.dumps([passage.text, passage.page, passage.heading])
        return self.seal(place, PASSAGES, number, told)

    def embedding(
        self, place: DocumentPlace, number: int, sealed: bytes | None
    ) -> array[float] | None:
        opened = self.open(place, EMBEDDINGS, number, sealed)
        return array("f", opened) if opened else None

    def sealed_embedding(self, place: DocumentPlace, number: int, vector: Sequence[float]) -> bytes:
        return self.seal(place, EMBEDDINGS, number, array("f", vector).tobytes())

    def seal(self, place: DocumentPlace, part: str, number: int, plain: bytes) -> bytes:
        """Seal a numbered value of a document's part."""
        return self.cipher.seal(place.org, _purpose(place, part, number), plain)

    def open(
        self, place: DocumentPlace, part: str, number: int, sealed: bytes | None
    ) -> bytes | None:
        return self._open(place.org, _purpose(place, part, number), sealed)

    def _open(self, org: str, purpose: str, sealed: bytes | None) -> bytes | None:
        if sealed is None:
            return None
        try:
            return self.cipher.open(org, purpose, sealed)
        except CannotDecrypt:
            logger.error("no key opens a part of a document", extra={"organization_id": org})
            return None


def heads_key(org: str, base: str) -> str:
    """The hash with the head of each document of a base."""
    return org_key(org, "knowledge", base)


def bytes_key(org: str) -> str:
    """The hash of the bytes that each base takes, by its id."""
    return org_key(org, "knowledge_bytes")


def _purpose(place: DocumentPlace, part: str, number: int) -> str:
    return f"knowledge:{place.base}:{place.doc}:{part}:{number}"
