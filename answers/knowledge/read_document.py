"""What a file's text becomes: passages that are searched, and pages that are shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from answers.knowledge.document import Block
from answers.knowledge.finding.passages import cut
from answers.knowledge.progress import ReadDocument
from answers.knowledge.reading import Unreadable, read
from answers.knowledge.stored_document import StoredDocument


def read_document(content: bytes, document: StoredDocument) -> ReadDocument:
    """Read a document's file in a process of its own. Raises Unreadable; OSError where no process
    can be started."""
    found = read(content, document.name, document.kind or None)
    passages = cut(found.blocks)
    if not passages:
        raise Unreadable("no_text")
    return ReadDocument(
        found.kind,
        passages,
        pages_of(found.blocks),
        found.pages,
        found.title,
        found.lost_pages,
    )


def pages_of(blocks: Iterable[Block]) -> dict[int, str]:
    """The text of each page by its number; empty where the kind of document has no pages.

    >>> pages_of([Block("Fees", 1, 1), Block("Pay by June.", 0, 1), Block("More", 0, 2)])
    {1: 'Fees\\nPay by June.', 2: 'More'}
    """
    lines: dict[int, list[str]] = defaultdict(list)
    for block in blocks:
        if block.page:
            lines[block.page].append(block.text)
    return {page: "\n".join(texts) for page, texts in lines.items()}
