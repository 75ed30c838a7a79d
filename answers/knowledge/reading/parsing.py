"""Reads a file in this process, by the reader of its kind. Only the child does so."""

from __future__ import annotations

from importlib import import_module

from answers.knowledge.reading.bounds import MAX_TITLE
from answers.knowledge.reading.draft import Draft
from answers.knowledge.reading.kinds import tell
from answers.knowledge.reading.plain_text import one_line
from answers.knowledge.reading.reading import Reading
from answers.knowledge.reading.unreadable import Unreadable


def parse(content: bytes, kind: str = "", ending: str = "") -> Reading:
    """Raises Unreadable, and MemoryError.

    Each library has its own errors for what is broken in a file, and hostile ones find others:
    whatever they raise, the file is damaged.
    """
    told = tell(content, kind, ending)
    reader = import_module(f"answers.knowledge.reading.formats.{told}")
    draft = Draft()
    try:
        reader.read(content, draft)
    except (Unreadable, MemoryError):
        raise
    except Exception as error:
        raise Unreadable("damaged") from error
    if not draft.blocks:
        raise Unreadable("no_text")
    title = one_line(draft.title)[:MAX_TITLE]
    return Reading(draft.blocks, draft.pages, told, title, draft.lost_pages)
