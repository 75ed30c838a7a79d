"""Reads what a base's index is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from answers.knowledge.base import KnowledgeBase
from answers.knowledge.document import Passage
from answers.knowledge.document_store import DocumentStore
from answers.knowledge.sealing import DocumentPlace
from answers.knowledge.stored_document import READY


@dataclass(slots=True)
class Loaded:
    """The id, title and passages of each document that answers, and embeddings where they are the
    base's model's."""

    documents: list[tuple[str, str, Sequence[Passage]]] = field(default_factory=list, repr=False)
    embeddings: dict[str, Sequence[Sequence[float]]] = field(default_factory=dict, repr=False)


def load(documents: DocumentStore, org: str, base: KnowledgeBase) -> Loaded:
    """Read a base's passages; other requests of the process go on between two of them."""
    loaded = Loaded()
    for document in documents.heads(org, base.id).values():
        if document.status != READY:
            continue
        place = DocumentPlace(org, base.id, document.id)
        passages = documents.passages(place, document.passages)
        if not passages:
            continue
        loaded.documents.append((document.id, document.title, passages))
        if base.embedding_model and document.embedded_by == base.embedding_model:
            vectors = documents.embeddings(place, document.passages)
            if len(vectors) == len(passages):
                loaded.embeddings[document.id] = vectors
    return loaded
