"""A base of documents as an organisation's settings tell it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

NAME = re.compile(r"[a-z0-9_-]{1,64}")
TAG_DIGITS = 24


@dataclass(frozen=True, slots=True)
class KnowledgeBase:
    """A base: `name` is what functions call it, `id` is new for each base that is created.

    `embedding_model` is the model whose embeddings are searched beside the words, empty for none.
    `number` grows with each change of the documents that answer, so that a process knows whether
    what it holds of them is still so.
    """

    name: str
    id: str
    title: str = ""
    embedding_model: str = ""
    number: int = 0
    updated_at: str = ""

    @property
    def tag(self) -> str:
        """The ETag: another one after each change of title or model."""
        state = f"{self.id}\0{self.title}\0{self.embedding_model}"
        return hashlib.sha256(state.encode()).hexdigest()[:TAG_DIGITS]
