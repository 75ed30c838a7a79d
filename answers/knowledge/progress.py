"""What becomes of a document that is read, step by step in Redis.

Each step compares the token of the reader: one that was taken for dead and goes on changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from answers.knowledge.base import KnowledgeBase
from answers.knowledge.bounds import check_bytes, check_passages
from answers.knowledge.document import Passage
from answers.knowledge.document_store import GATHERED_SECONDS, DocumentStore, check_gathered
from answers.knowledge.sealing import (
    EMBEDDINGS,
    FILE,
    PAGES,
    PASSAGES,
    DocumentPlace,
    bytes_key,
    heads_key,
)
from answers.knowledge.stored_document import (
    FAILED,
    READING,
    READY,
    UNREAD,
    StoredDocument,
)
from flowhook.batches import batches
from flowhook.organisations.settings_change import Decision, change_settings
from flowhook.organisations.settings_fields import Stored
from flowhook.redis.effects import write
from flowhook.redis.script import Argument
from flowhook.turns import in_turns

AT_ONCE = 100  # values that are written with one command

Both = tuple[KnowledgeBase, StoredDocument]
Decide = Callable[[Any, KnowledgeBase, StoredDocument], StoredDocument]
"""From a watching pipeline, a base and a document to what the document is from then on."""
Also = Callable[[Any, KnowledgeBase], object]
"""Adds commands to the transaction that changes a document's head."""


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """What a file was read as: its passages, its pages by their numbers, the title that it
    gives itself, and the numbers of the pages that could not be read."""

    kind: str
    passages: Sequence[Passage] = field(repr=False)
    pages: Mapping[int, str] = field(repr=False)
    page_count: int = 0
    title: str = field(default="", repr=False)
    lost_pages: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Aside:
    """The embeddings of a document by a model that are not all there yet, under `key`."""

    model: str
    key: str


class Progress:
    """Changes a document as it is read; where its base, itself or the reader's turn is gone,
    nothing changes and the answer is None."""

    def __init__(self, documents: DocumentStore) -> None:
        self.redis = documents.redis
        self.documents = documents
        self.bases = documents.bases
        self.sealing = documents.sealing

    def begin(self, place: DocumentPlace, token: str) -> Both | None:
        """Note that `token` reads a document, or embeds one that is ready: one more try."""

        def begun(_: Any, __: KnowledgeBase, document: StoredDocument) -> StoredDocument:
            status = READING if document.status in UNREAD else document.status
            return replace(document, status=status, tries=document.tries + 1, reader=token)

        return self._change(place, None, begun)

    def give_back(self, place: DocumentPlace, token: str) -> Both | None:
        """Have a try not counted that the service itself broke off."""

        def given(_: Any, __: KnowledgeBase, document: StoredDocument) -> StoredDocument:
            return replace(document, tries=max(0, document.tries - 1))

        return self._change(place, token, given)

    def content(self, place: DocumentPlace) -> bytes | None:
        """The file of a document; None where a part of it is gone."""
        content = bytearray()
        count = self.redis.llen(place.key(FILE))
        for number in range(count):
            sealed = self.redis.lindex(place.key(FILE), number)
            piece = self.sealing.open(place, FILE, number, sealed)
            if piece is None:
                return None
            content += piece
        return bytes(content) if count else None

    def finish(self, place: DocumentPlace, token: str, read: ReadDocument) -> Both | None:
        """Store what a document was read as, and have it answer. Raises TooLarge where there is no
        room for that."""
        size = self._gather(
            place.made(PASSAGES, token),
            (
                (number, self.sealing.sealed_passage(place, number, passage))
                for number, passage in enumerate(read.passages)
            ),
        )
        size += self._gather(
            place.made(PAGES, token),
            (
                (number, self.sealing.seal(place, PAGES, number, text.encode()))
                for number, text in read.pages.items()
            ),
        )

        def finished(pipe: Any, base: KnowledgeBase, document: StoredDocument) -> StoredDocument:
            check_gathered(pipe, place.made(PASSAGES, token))
            known = self.documents.heads(place.org, base.id, pipe).values()
            check_passages(sum(one.passages for one in known) + len(read.passages))
            self._check_bytes(pipe, place, size - document.size)
            return replace(
                document,
                title=document.title or read.title or document.name,
                kind=read.kind,
                status=READY,
                pages=read.page_count,
                lost_pages=read.lost_pages,
                passages=len(read.passages),
                size=size,
                tries=0,
                embedded_by="",
            )

        def also(pipe: Any, base: KnowledgeBase) -> None:
            self._keep(pipe, place.made(PASSAGES, token), place.key(PASSAGES))
            if read.pages:
                self._keep(pipe, place.made(PAGES, token), place.key(PAGES))
            pipe.unlink(place.key(FILE))
            self.bases.write(pipe, place.org, self.bases.renewed(base))

        return self._change(place, token, finished, also)

    def aside(self, place: DocumentPlace, model: str, document: StoredDocument) -> Aside:
        """Where embeddings by a model wait for the others, whoever asks for them: the next try goes
        on where one ended."""
        made_of = f"{model}\0{document.digest}\0{document.at}\0{document.passages}"
        return Aside(model, place.made(EMBEDDINGS, sha256(made_of.encode()).hexdigest()[:16]))

    def count_aside(self, aside: Aside) -> int:
        return int(self.redis.hlen(aside.key))

    def is_aside(self, aside: Aside, number: int) -> bool:
        return bool(self.redis.hexists(aside.key, number))

    def hold_aside(self, aside: Aside, seconds: float) -> None:
        """Have what is aside last over a pause of so many seconds."""
        self.redis.expire(aside.key, int(seconds) + GATHERED_SECONDS)

    def gather_embeddings(
        self, place: DocumentPlace, aside: Aside, first: int, vectors: Iterable[Sequence[float]]
    ) -> int:
        """Put the embeddings of passages from the number `first` on aside; returns their bytes."""
        sealed = (
            (number, self.sealing.sealed_embedding(place, number, vector))
            for number, vector in enumerate(vectors, first)
        )
        return self._gather(aside.key, sealed)

    def check_room(self, place: DocumentPlace, more: int) -> None:
        """Raise TooLarge where the organisation's documents may not take so many bytes more."""
        self._check_bytes(self.redis, place, more)

    def embedded(self, place: DocumentPlace, token: str, aside: Aside) -> Both | None:
        """Have a document's embeddings, which were put aside, answer as well. Raises TooLarge."""

        def told(pipe: Any, base: KnowledgeBase, document: StoredDocument) -> StoredDocument:
            check_gathered(pipe, aside.key)
            size = document.passages * int(pipe.hstrlen(aside.key, 0))
            more = size - document.embedding_bytes
            self._check_bytes(pipe, place, more)
            return replace(
                document,
                size=document.size + more,
                embedded_by=aside.model,
                embedding_bytes=size,
                error=None,
                tries=0,
            )

        def also(pipe: Any, base: KnowledgeBase) -> None:
            self._keep(pipe, aside.key, place.key(EMBEDDINGS))
            self.bases.write(pipe, place.org, self.bases.renewed(base))

        return self._change(place, token, told, also)

    def fail(self, place: DocumentPlace, token: str, message: str, fix: str) -> Both | None:
        """Note why a document cannot be read, or has no embeddings although it answers."""

        def failed(_: Any, __: KnowledgeBase, document: StoredDocument) -> StoredDocument:
            changed = replace(document, error={"message": message, "fix": fix}, tries=0)
            return changed if document.status == READY else replace(changed, status=FAILED, size=0)

        def also(pipe: Any, _: KnowledgeBase) -> None:
            pipe.unlink(place.key(FILE))

        return self._change(place, token, failed, also)

    # --- inside -------------------------------------------------------------------------

    def _change(
        self, place: DocumentPlace, token: str | None, decide: Decide, also: Also | None = None
    ) -> Both | None:
        """Change a document's head in one transaction, if it is `token` that reads it."""

        def change(stored: Stored, pipe: Any) -> Decision[Both | None]:
            base = self.bases.find_id(place.org, place.base, stored)
            pipe.watch(heads_key(place.org, place.base), bytes_key(place.org))
            sealed = pipe.hget(heads_key(place.org, place.base), place.doc)
            document = self.sealing.head(place.org, place.base, sealed)
            if base is None or document is None or token not in (None, document.reader):
                return None, None
            after = decide(pipe, base, document)

            def write(pipe: Any) -> None:
                self.documents.put_head(pipe, place.org, base.id, after)
                if after.size != document.size:
                    pipe.hincrby(bytes_key(place.org), base.id, after.size - document.size)
                if also is not None:
                    also(pipe, base)

            return (base, after), write

        found, is_changed = change_settings(self.redis, place.org, change)
        if is_changed and also is not None:
            self.bases.changes.tell(place.org)
        return found

    def _check_bytes(self, pipe: Any, place: DocumentPlace, more: int) -> None:
        check_bytes(self.documents.taken_bytes(place.org, pipe) + more, self.documents.most_bytes)

    def _gather(self, key: str, sealed: Iterable[tuple[int, bytes]]) -> int:
        """Write numbered values to a hash that ends by itself; returns their bytes."""
        size = 0
        for some in batches(in_turns(sealed), AT_ONCE):
            arguments: list[Argument] = [part for pair in some for part in pair]
            write(self.redis, ("HSET", key, *arguments), ("EXPIRE", key, GATHERED_SECONDS))
            size += sum(len(value) for _, value in some)
        return size

    def _keep(self, pipe: Any, made: str, part: str) -> None:
        """Add the commands that make what was gathered a part of the document."""
        pipe.execute_command("RENAME", made, part)
        pipe.persist(part)
