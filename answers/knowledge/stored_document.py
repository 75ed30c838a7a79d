"""A document of a base as its head tells it: where it came from, and what became of reading it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

QUEUED, READING, READY, FAILED = "queued", "reading", "ready", "failed"
UNREAD = (QUEUED, READING)
MOST_SPANS = 30  # of lost pages that are named

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
    store. `error` tells `message` and `fix` where `status` is failed, or where it
    is ready and has no embeddings. `lost_pages` are the numbers of those that could not be read.
    `embedded_by` is the model of its passages' embeddings, empty where it has none, and
    `embedding_bytes` what these take of `size`. `tries` counts how often reading (or, where it is
    ready, embedding) began, and `reader` is the token of who reads it now. `at` is the ISO time at
    which `by` sent it.
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
    lost_pages: Sequence[int] = ()
    embedded_by: str = ""
    embedding_bytes: int = 0
    size: int = 0
    tries: int = 0
    reader: str = ""
    at: str = ""
    by: str = ""

    @property
    def faults(self) -> list[Mapping[str, str]]:
        """What is wrong with it, as `message` and `fix`: nothing, or one or two things."""
        found = [_lost(self.lost_pages)] if self.lost_pages else []
        return [*found, self.error] if self.error else found

    def as_dict(self) -> Json:
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> StoredDocument:
        """A document as it was stored, perhaps by a newer release that knows more of it."""
        return cls(**{name: stored[name] for name in cls.__slots__ if name in stored})


def _lost(pages: Sequence[int]) -> Mapping[str, str]:
    numbers = told_pages(pages)
    return {
        "message": f"Pages that could not be read, or only in part: {numbers}.",
        "fix": (
            "Open the file on your computer and look at these pages. If they show, save or print "
            "it as a new PDF, upload that, and delete this one. If they do not, ask whoever sent "
            "the file for another copy."
        ),
    }


def told_pages(pages: Iterable[int]) -> str:
    """The numbers of pages as people write them.

    >>> told_pages([3, 7, 8, 9, 12, 13])
    '3, 7-9, 12-13'
    >>> told_pages(range(1, 200, 2))[-9:]
    '57, 59, \u2026'
    """
    spans: list[list[int]] = []
    for page in pages:
        if spans and page == spans[-1][1] + 1:
            spans[-1][1] = page
        else:
            spans.append([page, page])
    told = [str(first) if first == last else f"{first}-{last}" for first, last in spans]
    return ", ".join([*told[:MOST_SPANS], "\u2026"] if len(told) > MOST_SPANS else told)
