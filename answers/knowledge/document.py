"""What an organisation's documents are made of, from the file to the passage that answers."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph or table row of a document, in its order.

    `level` is that of a heading, 1 to 6, and 0 for all else. `page` counts from 1; it is 0 where
    the kind of document has no pages.
    """

    text: str = field(repr=False)
    level: int = 0
    page: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """Some 200 words of a document; `heading` is the path to them, as `Fees > When to pay`."""

    text: str = field(repr=False)
    page: int = 0
    heading: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage that may answer a question; `document` is an id, `score` is from 0 to 1."""

    document: str
    title: str
    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Findings:
    """The passages nearest to a question, best first.

    `holds` is false where they cannot hold the answer, whatever a model says of them.
    """

    passages: tuple[FoundPassage, ...] = ()
    holds: bool = False
