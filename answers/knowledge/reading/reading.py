"""Reads a file's text. Files are hostile: nothing of them is looked at in this process."""

from __future__ import annotations

import logging
import re
import signal
from dataclasses import dataclass, field
from typing import TypeVar

import orjson

from answers.knowledge.document import Block
from answers.knowledge.reading.child_process import Ended, run_child
from answers.knowledge.reading.unreadable import REASONS, Unreadable

ENDING = re.compile(r"\.([a-z0-9]{1,8})\Z", re.IGNORECASE)
KINDS = ("pdf", "docx", "xlsx", "csv", "html", "txt", "md")

Value = TypeVar("Value")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """A document's blocks in order; `pages` is 0 where its kind has none, `title` is "" for all but
    HTML. `lost_pages` are the numbers of those that could not be read, or only in part."""

    blocks: list[Block]
    pages: int
    kind: str
    title: str
    lost_pages: list[int] = field(default_factory=list)


def read(content: bytes, name: str, kind: str | None = None) -> Reading:
    """Read a file; its content tells its kind, and where that is text, `kind` or the name's ending.

    Takes at most WALL_SECONDS and, in a process of its own, MEMORY_BYTES. Raises Unreadable, and
    OSError where no process can be started: the same file may be read later.
    """
    if not content:
        raise Unreadable("empty")
    ending = ENDING.search(name)
    ended = run_child(content, [kind or "", ending[1].lower() if ending else ""])
    if ended.is_too_late or ended.signal in (signal.SIGXCPU, signal.SIGALRM):
        raise Unreadable("too_slow")
    return _reading(ended)


def _reading(ended: Ended) -> Reading:
    """What the child wrote, if it is of the right form: a hostile file may have taken it over."""
    try:
        found = orjson.loads(ended.output)
        if "unreadable" in found and found["unreadable"] in REASONS:
            raise Unreadable(found["unreadable"])
        return Reading(
            [_block(text, level, page) for text, level, page in found["blocks"]],
            _checked(found["pages"], int),
            KINDS[KINDS.index(found["kind"])],
            _checked(found["title"], str),
            [_checked(page, int) for page in found["lost_pages"]],
        )
    except (ValueError, TypeError, KeyError):
        logger.warning("a document's reader died", extra={"cause": ended.told()})
        raise Unreadable(_reason_of(ended)) from None


def _reason_of(ended: Ended) -> str:
    """The kernel kills what takes too much memory; all else that dies, dies of the file."""
    return "too_much_memory" if ended.signal == signal.SIGKILL else "damaged"


def _block(text: object, level: object, page: object) -> Block:
    return Block(_checked(text, str), _checked(level, int), _checked(page, int))


def _checked(value: object, kind: type[Value]) -> Value:
    if type(value) is not kind:
        raise TypeError
    return value
