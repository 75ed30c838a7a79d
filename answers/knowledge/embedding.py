"""Asks a model for the embeddings of passages, some at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from answers.knowledge.document import Passage
from flowhook.batches import batches
from flowhook.organisations.organisation import Organisation

AT_ONCE = 64  # passages a request

Vectors = Sequence[Sequence[float]]
EmbedTexts = Callable[[Organisation, str, list[str]], Vectors]
"""(organisation, model, texts) to the embedding of each text; raises FlowhookError."""


def embeddings(
    embed: EmbedTexts,
    organisation: Organisation,
    model: str,
    passages: Sequence[Passage],
    is_there: Callable[[int], bool],
) -> Iterator[tuple[int, Vectors]]:
    """The embeddings of passages, each batch with the number of its first, without those that an
    earlier try had: `is_there` tells it of a batch by the number of its last. Raises FlowhookError.
    """
    first = 0
    for some in batches(passages, AT_ONCE):
        if not is_there(first + len(some) - 1):
            yield first, embed(organisation, model, [embedded_text(passage) for passage in some])
        first += len(some)


def embedded_text(passage: Passage) -> str:
    """What a model gets of a passage: its headings, which often say what it is about, and it."""
    return f"{passage.heading}\n{passage.text}" if passage.heading else passage.text
