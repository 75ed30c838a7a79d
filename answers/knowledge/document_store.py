"""The documents of an organisation's bases in Redis: taken in, listed and deleted.

What a document consists of is gathered under a key that ends by itself, and becomes the document's
in the transaction that changes its head: a process may die anywhere.
"""

from __future__ import annotations

import hashlib
import secrets
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from redis.exceptions import ResponseError

from answers.knowledge.base import KnowledgeBase
from answers.knowledge.base_fields import audited, base_field
from answers.knowledge.bounds import (
    check_bytes,
    check_documents,
    check_file,
    no_document,
)
from answers.knowledge.document import Passage
from answers.knowledge.due import DueDocuments
from answers.knowledge.sealing import (
    EMBEDDINGS,
    FILE,
    PAGES,
    PASSAGES,
    DocumentPlace,
    DocumentSealing,
    bytes_key,
    heads_key,
)
from answers.knowledge.store import BaseStore, existing
from answers.knowledge.stored_document import FAILED, QUEUED, READY, NewDocument, StoredDocument
from flowhook.batches import batches
from flowhook.errors import NotFound, StoreAway
from flowhook.frames import drop_frames
from flowhook.organisations.settings_change import Decision, change_settings, settings_key
from flowhook.organisations.settings_fields import Stored
from flowhook.redis.effects import Effect, write
from flowhook.redis.fullness import MEBIBYTE, refuses_writes
from flowhook.turns import give_way, in_turns

GATHERED_SECONDS = 3600  # what nobody made a document of ends by itself
TAKEN_IN_SECONDS = 60.0  # after which a document is looked for whose taker may have been killed
MOST_BYTES = 100 * MEBIBYTE  # of all documents of an organisation
READ_AT_ONCE = 200  # passages or embeddings
PIECE_BYTES = MEBIBYTE  # of a file, as it lies in Redis

Value = TypeVar("Value")
Heads = Mapping[str, StoredDocument]


class DocumentStore:
    """Takes documents in, lists and deletes them; `most_bytes` of all of an organisation's."""

    def __init__(
        self,
        bases: BaseStore,
        due: DueDocuments,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self.redis = bases.redis
        self.bases = bases
        self.due = due
        self.most_bytes = most_bytes
        self.sealing = DocumentSealing(bases.fields.cipher)

    # --- reading ------------------------------------------------------------------------

    def heads(
        self, org: str, base_id: str, redis: Any = None, at: str = ""
    ) -> dict[str, StoredDocument]:
        """The documents of a base by their ids; `redis` is a watching pipeline, perhaps, and `at`
        the key where they lie in the trash."""
        stored = (redis or self.redis).hgetall(at or heads_key(org, base_id))
        opened = (
            (raw.decode(), self.sealing.head(org, base_id, sealed))
            for raw, sealed in in_turns(stored.items())
        )
        return {doc: head for doc, head in opened if head is not None}

    def ids(self, org: str, base_id: str) -> frozenset[str]:
        """The ids of a base's documents."""
        return frozenset(raw.decode() for raw in self.redis.hkeys(heads_key(org, base_id)))

    def documents(self, org: str, name: str) -> list[StoredDocument]:
        """The documents of a base, newest first. Raises NotFound where there is no such base."""
        found = self.heads(org, self.bases.existing_now(org, name).id).values()
        return sorted(found, key=lambda one: (one.at, one.id), reverse=True)

    def document(self, org: str, name: str, doc: str) -> StoredDocument:
        """Raises NotFound."""
        base = self.bases.existing_now(org, name)
        found = self.sealing.head(org, base.id, self.redis.hget(heads_key(org, base.id), doc))
        if found is None:
            raise no_document()
        return found

    def find(self, place: DocumentPlace) -> StoredDocument | None:
        """A document by where it lies; None where it is not there."""
        heads = heads_key(place.org, place.base)
        return self.sealing.head(place.org, place.base, self.redis.hget(heads, place.doc))

    def passages(self, place: DocumentPlace, count: int) -> list[Passage]:
        """The `count` passages of a document that is ready, in order."""
        opened = self._part(place, PASSAGES, count, self.sealing.passage)
        return [passage for passage in opened if passage is not None]

    def embeddings(self, place: DocumentPlace, count: int) -> list[array[float]]:
        """The embeddings of its `count` passages, in their order."""
        opened = self._part(place, EMBEDDINGS, count, self.sealing.embedding)
        return [vector for vector in opened if vector is not None]

    def page(self, place: DocumentPlace, number: int) -> str | None:
        """The text of a page; None where there is none."""
        sealed = self.redis.hget(place.key(PAGES), str(number))
        opened = self.sealing.open(place, PAGES, number, sealed)
        return None if opened is None else opened.decode()

    def totals(self, org: str, bases: Sequence[KnowledgeBase]) -> dict[str, tuple[int, int]]:
        """How many documents each base has, and the bytes that they take, by its id."""
        pipe = self.redis.pipeline(transaction=False)
        for base in bases:
            pipe.hlen(heads_key(org, base.id))
            pipe.hget(bytes_key(org), base.id)
        found = pipe.execute() if bases else []
        return {
            base.id: (count, int(size or 0))
            for base, count, size in zip(bases, found[::2], found[1::2], strict=True)
        }

    def taken_bytes(self, org: str, redis: Any = None) -> int:
        """The bytes that all documents of an organisation take."""
        return sum(map(int, (redis or self.redis).hvals(bytes_key(org))))

    # --- changing -----------------------------------------------------------------------

    def add(
        self, org: str, name: str, new: NewDocument, by: str
    ) -> tuple[StoredDocument, DocumentPlace | None]:
        """Take a document in, to be read; returns it and its place, None where it is there already.

        The same content again is the document that is there; one that failed is read again. Raises
        NotFound, and TooLarge for a document too many or too large.
        """
        check_file(len(new.content))
        digest = hashlib.sha256(new.content).hexdigest()
        base = self.bases.existing_now(org, name)
        known = self.heads(org, base.id)
        same = _same(known, digest)
        if same is not None and same.status != FAILED:
            return same, None
        document = self._fresh(new, digest, by) if same is None else _again(same, new)
        self._check_room(org, known, document)
        place = DocumentPlace(org, base.id, document.id)
        self.due.add(place, TAKEN_IN_SECONDS)  # first: what is not due would never be read
        gathered = self._gather(place, new.content)

        def decide(stored: Stored, pipe: Any) -> Decision[StoredDocument]:
            if existing(name, self.bases.fields.find(org, name, stored)).id != base.id:
                raise NotFound(f"the base {name} was deleted meanwhile")
            pipe.watch(heads_key(org, base.id), bytes_key(org))
            known = self.heads(org, base.id, pipe)
            there = _same(known, digest)
            if there is not None and (there.status != FAILED or there.id != document.id):
                return there, None
            self._check_room(org, known, document, pipe)
            check_gathered(pipe, gathered)
            more = document.size - (there.size if there else 0)

            def write(pipe: Any) -> None:
                pipe.execute_command("RENAME", gathered, place.key(FILE))
                pipe.persist(place.key(FILE))
                self.put_head(pipe, org, base.id, document)
                pipe.hincrby(bytes_key(org), base.id, more)

            return document, write

        found, is_new = change_settings(self.redis, org, decide)
        if not is_new:
            self.redis.unlink(gathered)
            return found, None
        self.due.add(place)
        return found, place

    def delete(self, org: str, name: str, doc: str, by: str) -> None:
        """Delete a document for good. Raises NotFound."""
        try:
            self._delete(org, name, doc)
        except ResponseError as failure:
            if not refuses_writes(failure):
                raise
            drop_frames(failure)  # what is deleted makes room
            self._delete_from_full(org, name, doc)
        self.bases.changes.removed(org, by, f"{audited(name)}/{doc}")

    def _delete(self, org: str, name: str, doc: str) -> None:
        def decide(stored: Stored, pipe: Any) -> Decision[None]:
            base = existing(name, self.bases.fields.find(org, name, stored))
            pipe.watch(heads_key(org, base.id))
            sealed = pipe.hget(heads_key(org, base.id), doc)
            if sealed is None:
                raise no_document()
            head = self.sealing.head(org, base.id, sealed)

            def write(pipe: Any) -> None:
                pipe.hdel(heads_key(org, base.id), doc)
                pipe.unlink(*DocumentPlace(org, base.id, doc).keys)
                if head is not None:
                    pipe.hincrby(bytes_key(org), base.id, -head.size)
                if head is None or head.status == READY:
                    self.bases.write(pipe, org, self.bases.renewed(base))

            return None, write

        change_settings(self.redis, org, decide)

    def _delete_from_full(self, org: str, name: str, doc: str) -> None:
        """Delete a document by one script, which may write since it has deleted something."""
        base = self.bases.existing_now(org, name)
        head = self.document(org, name, doc)
        renewed = self.bases.fields.seal(org, self.bases.renewed(base))
        effects: list[Effect] = [("HDEL", heads_key(org, base.id), doc)]
        effects += [("UNLINK", key) for key in DocumentPlace(org, base.id, doc).keys]
        effects += [
            ("HINCRBY", bytes_key(org), base.id, -head.size),
            ("HSET", settings_key(org), base_field(name), renewed),
        ]
        write(self.redis, *effects)

    # --- inside -------------------------------------------------------------------------

    def _fresh(self, new: NewDocument, digest: str, by: str) -> StoredDocument:
        return StoredDocument(
            id=secrets.token_hex(8),
            title=new.title,
            name=new.name,
            kind=new.kind or "",
            bytes=len(new.content),
            size=len(new.content),
            digest=digest,
            at=self.bases.now(),
            by=by,
        )

    def _part(
        self,
        place: DocumentPlace,
        part: str,
        count: int,
        opened: Callable[[DocumentPlace, int, bytes | None], Value | None],
    ) -> Iterator[Value | None]:
        """The numbered values of a part, in order; other requests go on between two of them."""
        for numbers in batches(range(count), READ_AT_ONCE):
            stored = self.redis.hmget(place.key(part), list(map(str, numbers)))
            for number, sealed in in_turns(zip(numbers, stored, strict=True)):
                yield opened(place, number, sealed)

    def _check_room(
        self, org: str, known: Heads, document: StoredDocument, redis: Any = None
    ) -> None:
        before = known.get(document.id)
        if before is None:
            check_documents(known)
        taken = self.taken_bytes(org, redis) - (before.size if before else 0)
        check_bytes(taken + document.size, self.most_bytes)

    def _gather(self, place: DocumentPlace, content: bytes) -> str:
        """Store a file's pieces under a key that ends by itself; returns the key."""
        key = place.made(FILE, secrets.token_hex(4))
        for number, piece in enumerate(_pieces(content)):
            sealed = self.sealing.seal(place, FILE, number, piece)
            write(self.redis, ("RPUSH", key, sealed), ("EXPIRE", key, GATHERED_SECONDS))
            give_way()
        return key

    def put_head(self, pipe: Any, org: str, base_id: str, document: StoredDocument) -> None:
        """Add the command that writes a document's head to a transaction."""
        sealed = self.sealing.sealed_head(org, base_id, document)
        pipe.hset(heads_key(org, base_id), document.id, sealed)


def check_gathered(pipe: Any, key: str) -> None:
    """Raise StoreAway where the store lost what was gathered, so that a transaction, which goes on
    after a command that fails, makes no document of nothing."""
    pipe.watch(key)
    if not pipe.exists(key):
        raise StoreAway("the store lost a part of a document", fix="Send it again.")


def _pieces(content: bytes) -> Iterable[bytes]:
    """A file in pieces, at least one."""
    for start in range(0, max(1, len(content)), PIECE_BYTES):
        yield content[start : start + PIECE_BYTES]


def _same(known: Heads, digest: str) -> StoredDocument | None:
    """The document with this content."""
    return next((one for one in known.values() if one.digest == digest), None)


def _again(failed: StoredDocument, new: NewDocument) -> StoredDocument:
    """A document that failed, to be read again."""
    kind = new.kind or failed.kind
    return replace(
        failed, kind=kind, status=QUEUED, size=failed.bytes, error=None, tries=0, reader=""
    )
