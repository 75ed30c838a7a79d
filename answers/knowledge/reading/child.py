"""The process that reads one file: content on its standard input, JSON on its standard output."""

from __future__ import annotations

import os
import warnings

import orjson

from answers.knowledge.reading.confinement import close_inherited, confine
from answers.knowledge.reading.parsing import parse
from answers.knowledge.reading.reading import Reading
from answers.knowledge.reading.unreadable import Unreadable


def main(kind: str, ending: str) -> None:
    """Read one file; `kind` is what the caller says of it, `ending` the end of its name."""
    close_inherited()
    output = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no part of the answer
    confine()
    warnings.simplefilter("ignore")
    with os.fdopen(0, "rb", closefd=False) as given:
        content = given.read()
    with os.fdopen(output, "wb") as written:
        written.write(_answer(content, kind, ending))
        written.flush()
        os._exit(0)  # taking down what a large file left behind takes seconds


def _answer(content: bytes, kind: str, ending: str) -> bytes:
    try:
        return _json(parse(content, kind, ending))
    except Unreadable as why:
        reason = why.reason
    except MemoryError:
        reason = "too_much_memory"
    return orjson.dumps({"unreadable": reason})


def _json(reading: Reading) -> bytes:
    return orjson.dumps(
        {
            "kind": reading.kind,
            "pages": reading.pages,
            "title": reading.title,
            "lost_pages": reading.lost_pages,
            "blocks": [(block.text, block.level, block.page) for block in reading.blocks],
        }
    )
