"""The document in a request's body: a file in a form, a text, or an address to fetch it from."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from answers.api.knowledge_schema import MAX_TITLE, DocumentSchema
from answers.knowledge.stored_document import NewDocument
from flowhook.errors import InvalidInput
from flowhook.http.body import check_media_type
from flowhook.http.body_size import (
    MAX_BODY_BYTES,
    MAX_IMPORT_VALUES,
    max_body_bytes,
    size_in_words,
)
from flowhook.organisations.section_service import load_fields
from flowhook.providers.guard import Fetched
from flowhook.strict_json import read_json
from flowhook.turns import PIECE_BYTES, give_way

MULTIPART = "multipart/form-data"
FILE, TITLE = "file", "title"
MAX_PARTS = 10
MAX_NAME = 200
KINDS = {
    "text/csv": "csv",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "md",
}
"""What a server's media type says of a text, whose address has no ending often."""

Fetch = Callable[[str], Fetched]
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


class InTurns(BytesIO):
    """A body that lets other requests of the process go on while it is read."""

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        if len(piece) >= PIECE_BYTES:
            give_way()
        return piece


def read_upload(fetch: Fetch) -> NewDocument:
    """The document that this request sends.

    Raises UnsupportedMediaType, TooLarge, InvalidJson, InvalidInput, and what `fetch` does.
    """
    request.max_content_length = max_body_bytes(request.method, request.path)
    kind, options = parse_options_header(request.content_type or "")
    if kind == MULTIPART:
        return of_form(request.get_data(cache=False), options)
    check_media_type(request.content_type or "")
    body = read_json(request.get_data(cache=False), MAX_IMPORT_VALUES)
    return of_fields(load_fields(DocumentSchema(), body), fetch)


def of_form(raw: bytes, options: dict[str, str]) -> NewDocument:
    """The file in a form's field `file`. Raises InvalidInput."""
    parser = FormDataParser(
        stream_factory=lambda *_, **__: BytesIO(),
        max_form_memory_size=MAX_BODY_BYTES,
        max_form_parts=MAX_PARTS,
        silent=False,  # else a broken form is one without fields
    )
    try:
        _, form, files = parser.parse(InTurns(raw), MULTIPART, len(raw), options)
    except RequestEntityTooLarge:
        raise InvalidInput(
            f"the form has more than {MAX_PARTS} fields, or a text longer than"
            f" {size_in_words(MAX_BODY_BYTES)}"
        ) from None
    except ValueError:
        raise InvalidInput(
            "the form is malformed", fix="Send its boundary and all parts."
        ) from None
    sent = files.getlist(FILE)
    if len(sent) != 1:
        problem = "Send one file, in this field." if not sent else "Send one file at a time."
        raise InvalidInput(f"file: {problem}", fields={FILE: [problem]})
    return of_file(sent[0], form.get(TITLE, ""))


def of_file(file: FileStorage, title: str = "") -> NewDocument:
    """A file that a form has, by the last part of its name."""
    name = re.split(r"[\\/]", file.filename or "")[-1]
    return NewDocument(shown_name(name) or "file", file.stream.read(), _title(title))


def of_fields(fields: dict[str, Any], fetch: Fetch) -> NewDocument:
    """A text, or the file at an address, by the last part of that."""
    title = _title(fields.get(TITLE, ""))
    if "text" in fields:
        return NewDocument(title, fields["text"].encode("utf-8", "replace"), title, "txt")
    fetched = fetch(fields["url"])
    parts = urlsplit(fetched.url)
    name = shown_name(unquote(parts.path).rpartition("/")[2]) or shown_name(parts.netloc)
    kind = KINDS.get(fetched.content_type.partition(";")[0].strip().lower())
    return NewDocument(name, fetched.content, title, kind)


def shown_name(name: str) -> str:
    """A name without what cannot be shown, at most 200 characters, its ending among them.

    >>> shown_name("fees\\x00.pdf"), len(shown_name("x" * 300 + ".pdf"))
    ('fees.pdf', 200)
    """
    name = _UNSHOWN.sub("", name).encode("utf-8", "replace").decode().strip()
    if len(name) <= MAX_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 8:
        return name[:MAX_NAME]
    return f"{stem[: MAX_NAME - len(ending) - 1]}.{ending}"


def _title(title: str) -> str:
    return _UNSHOWN.sub(" ", title).encode("utf-8", "replace").decode().strip()[:MAX_TITLE]
