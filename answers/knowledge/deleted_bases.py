"""Deleting bases of documents, and bringing them back with their documents.

The heads of a deleted base's documents lie in the trash; what the documents consist of stays where
it is, and ends by itself when the base cannot be brought back any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from redis.exceptions import ResponseError

from answers.knowledge.base import KnowledgeBase
from answers.knowledge.base_fields import audited, base_field, names
from answers.knowledge.bounds import MAX_BASES, check_bytes
from answers.knowledge.document_store import DocumentStore
from answers.knowledge.sealing import DocumentPlace, bytes_key, heads_key
from answers.knowledge.store import check_tag, existing
from answers.knowledge.stored_document import READY, UNREAD, StoredDocument
from flowhook.batches import batches
from flowhook.errors import Conflict, TooLarge
from flowhook.frames import drop_frames
from flowhook.organisations.settings_change import Decision, change_settings, settings_key
from flowhook.organisations.settings_fields import KEPT, Stored
from flowhook.organisations.trash import KEPT_SECONDS, Trash, TrashItem, beside_key
from flowhook.redis.fullness import refuses_writes

KNOWLEDGE_BASE = "knowledge_base"  # the kind of a deleted base
AT_ONCE = 500  # keys

Heads = Mapping[str, StoredDocument]


class DeletedBases:
    """Moves bases to the trash and back."""

    def __init__(self, documents: DocumentStore, trash: Trash) -> None:
        self.redis = documents.redis
        self.documents = documents
        self.bases = documents.bases
        self.trash = trash
        trash.restorers[KNOWLEDGE_BASE] = self.bring_back
        trash.droppers[KNOWLEDGE_BASE] = self.drop

    def delete(self, org: str, name: str, by: str, expected: Iterable[str] = ()) -> bool:
        """Delete a base with its documents; it can be brought back, unless the store is full or the
        base is larger than the trash: then the answer is False. Raises NotFound and Changed."""
        item = None
        try:
            item = self._delete(org, name, by, expected, is_kept=True)
        except ResponseError as failure:
            if not refuses_writes(failure):
                raise
            drop_frames(failure)  # what is deleted makes room, what is kept of it would need some
            self._delete(org, name, by, expected, is_kept=False)
        self.trash.trim(org)
        self.bases.changes.removed(org, by, audited(name))
        return item is not None and self.trash.holds(org, item)

    def bring_back(self, org: str, item: TrashItem, actor: str) -> KnowledgeBase:
        """Bring a deleted base back. Raises Conflict where there is a new one of its name, TooLarge
        where there is no room."""
        deleted = KnowledgeBase(**item.content)

        def decide(stored: Stored, pipe: Any) -> Decision[tuple[KnowledgeBase, Heads]]:
            if item.name in names(stored):
                raise Conflict(
                    f"there is a new base of documents {item.name}",
                    fix="Delete it first, or leave the old one.",
                )
            if len(names(stored)) >= MAX_BASES:
                raise TooLarge("there is no room for this base", fix="Delete others first.")
            pipe.watch(bytes_key(org), beside_key(org, item))
            taken = self.documents.taken_bytes(org, pipe)
            check_bytes(taken + item.size, self.documents.most_bytes)
            base = self.bases.renewed(deleted)
            heads = self.documents.heads(org, base.id, pipe, at=beside_key(org, item))

            def write(pipe: Any) -> None:
                self.bases.write(pipe, org, base)
                if heads:
                    pipe.execute_command("RENAME", beside_key(org, item), heads_key(org, base.id))
                    pipe.persist(heads_key(org, base.id))
                    pipe.hset(bytes_key(org), base.id, item.size)
                for key in _keys(org, base.id, heads):
                    pipe.persist(key)
                self.trash.drop(pipe, org, item)

            return (base, heads), write

        (base, heads), _ = change_settings(self.redis, org, decide)
        for document in heads.values():
            lacks = base.embedding_model and document.embedded_by != base.embedding_model
            if document.status in UNREAD or (document.status == READY and lacks):
                self.documents.due.add(DocumentPlace(org, base.id, document.id))
        self.bases.changes.made(org, actor, "bring back", audited(item.name), [])
        return base

    def drop(self, org: str, item: TrashItem) -> None:
        """Remove what is left of a base that cannot be brought back any more."""
        base_id = item.content["id"]
        heads = self.documents.heads(org, base_id, at=beside_key(org, item))
        for some in batches(_keys(org, base_id, heads), AT_ONCE):
            self.redis.unlink(*some)

    def _delete(
        self, org: str, name: str, by: str, expected: Iterable[str], *, is_kept: bool
    ) -> TrashItem | None:
        def decide(stored: Stored, pipe: Any) -> Decision[TrashItem | None]:
            base = self.bases.fields.find(org, name, stored)
            if base is None and name not in names(stored):
                existing(name, base)
            check_tag(name, base, expected)
            if base is None:  # no key opens it
                return None, lambda pipe: pipe.hdel(settings_key(org), base_field(name))
            pipe.watch(heads_key(org, base.id))
            heads = self.documents.heads(org, base.id, pipe)
            size = sum(document.size for document in heads.values())
            item = self.trash.item(KNOWLEDGE_BASE, name, by, asdict(base), size)
            there = pipe.exists(heads_key(org, base.id))

            def write(pipe: Any) -> None:
                pipe.hdel(settings_key(org), base_field(name))
                pipe.hdel(bytes_key(org), base.id)
                keys = _keys(org, base.id, heads)
                if not is_kept:
                    pipe.unlink(heads_key(org, base.id), *keys)
                    return
                pipe.hset(settings_key(org), KEPT, b"1")
                if there:
                    pipe.execute_command("RENAME", heads_key(org, base.id), beside_key(org, item))
                    pipe.expire(beside_key(org, item), KEPT_SECONDS)
                for key in keys:
                    pipe.expire(key, KEPT_SECONDS)
                self.trash.put(pipe, org, item)

            return item, write

        item, _ = change_settings(self.redis, org, decide)
        return item if is_kept else None


def _keys(org: str, base_id: str, heads: Heads) -> list[str]:
    """The keys of all that documents consist of."""
    return [key for doc in heads for key in DocumentPlace(org, base_id, doc).keys]
