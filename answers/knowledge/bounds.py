"""What an organisation's documents may take, and the errors of those that take more."""

from __future__ import annotations

from collections.abc import Sized

from flowhook.errors import NotFound, TooLarge
from flowhook.http.body_size import MAX_DOCUMENT_BYTES
from flowhook.redis.fullness import MEBIBYTE

MAX_BASES = 50
MAX_DOCUMENTS = 1000  # of a base
MAX_PASSAGES = 20_000  # of a base, all of which a process holds that searches it
MAX_FILE_BYTES = MAX_DOCUMENT_BYTES
LARGER = "Delete documents that are not needed; the operator can raise KNOWLEDGE_MEGABYTES."


def check_documents(documents: Sized) -> None:
    """Raise TooLarge where a base takes no further document."""
    if len(documents) >= MAX_DOCUMENTS:
        raise TooLarge(
            f"a base may have {MAX_DOCUMENTS:,} documents",
            fix="Make a second base, or delete documents that are not needed.",
        )


def check_file(size: int) -> None:
    """Raise TooLarge for a file of more bytes than are read."""
    if size > MAX_FILE_BYTES:
        raise TooLarge(
            f"a document may have {MAX_FILE_BYTES // MEBIBYTE} MiB",
            fix="Split the document, or save it with smaller pictures.",
        )


def check_passages(count: int) -> None:
    """Raise TooLarge where a base has more passages than a process can hold."""
    if count > MAX_PASSAGES:
        raise TooLarge(
            f"a base may have {MAX_PASSAGES:,} passages of some 200 words",
            fix="Make a second base, or delete documents that are not needed.",
        )


def check_bytes(total: int, most: int) -> None:
    """Raise TooLarge where all documents of an organisation take more than they may."""
    if total > most:
        raise TooLarge(
            f"the organisation's documents would take more than {most // MEBIBYTE} MiB", fix=LARGER
        )


def no_document() -> NotFound:
    return NotFound(
        "there is no such document", fix="GET /knowledge/<org>/<base>/documents lists them."
    )
