"""A document of a base as its head tells it: where it came from, and what became of reading it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

QUEUED, READING, READY, FAILED = "queued", "reading", "ready", "failed"
UNREAD = (QUEUED, READING)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A file that somebody sent; `kind` is its media type or ending, where that was told."""

    name: str = field(repr=False)
    content: bytes = field(repr=False)
    title: str = field(default="", repr=False)
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """The head of a document.

    `title` is what whoever sent it called it, empty until it was read where they did not. `name` is
    its file's, `kind` what it was read as (`pdf`) or was said to be, `bytes` the file's
    size and `digest` the SHA-256 of its content. `size` counts the bytes that it takes in the
    store. `error` tells `message` and `fix` where `status` is failed. `embedded_by` is the model of
    its passages' embeddings, empty where it has none, and `embedding_bytes` what these take of
    `size`. `tries` counts how often reading (or, where
    it is ready, embedding) began, and `reader` is the token of who reads it now. `at` is the ISO
    time at which `by` sent it.
    """

    id: str
    title: str = field(repr=False)
    name: str = field(default="", repr=False)
    kind: str = ""
    bytes: int = 0
    digest: str = field(default="", repr=False)
    status: str = QUEUED
    pages: int = 0
    passages: int = 0
    error: Mapping[str, str] | None = None
    embedded_by: str = ""
    embedding_bytes: int = 0
    size: int = 0
    tries: int = 0
    reader: str = ""
    at: str = ""
    by: str = ""

    def as_dict(self) -> Json:
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> StoredDocument:
        """A document as it was stored, perhaps by a newer release that knows more of it."""
        return cls(**{name: stored[name] for name in cls.__slots__ if name in stored})
