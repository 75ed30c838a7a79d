"""Looks through a DOCX or XLSX before a library unpacks it."""

from __future__ import annotations

import io
import zipfile

from answers.knowledge.reading.bounds import (
    MAX_PARTS,
    MAX_UNPACKED_BYTES,
    MAX_UNPACKED_PART_BYTES,
)
from answers.knowledge.reading.unreadable import Unreadable

CHUNK = 1024 * 1024
XML = (".xml", ".rels", ".vml")
ENCODINGS = ("ascii", "utf-16-le", "utf-16-be")
DECLARATIONS = tuple("<!DOCTYPE".encode(one) for one in ENCODINGS)
LONGEST = max(map(len, DECLARATIONS))
ENCRYPTED = 0x1


def check_zip(content: bytes) -> None:
    """Raises Unreadable for bombs, passwords, declarations of entities and broken parts.

    zipfile never unpacks more of a part than the size that it declares.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            parts = file.infolist()
            _check_sizes(parts)
            for part in parts:
                if part.filename.lower().endswith(XML):
                    _check_part(file, part)
    except Unreadable:
        raise
    except Exception as error:  # zipfile and zlib have many for what is broken
        raise Unreadable("damaged") from error


def _check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    if any(part.flag_bits & ENCRYPTED for part in parts):
        raise Unreadable("password")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise Unreadable("too_much_memory")


def _check_part(file: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """A part of Office's formats has no DOCTYPE; without one there are no entities to expand."""
    if part.file_size > MAX_UNPACKED_PART_BYTES:
        raise Unreadable("too_much_memory")
    with file.open(part) as unpacked:
        end = b""
        while chunk := unpacked.read(CHUNK):
            if any(one in end + chunk for one in DECLARATIONS):
                raise Unreadable("declarations")
            end = chunk[-LONGEST:]
