"""Reads bodies that are no JSON and no XML: plain text and the two kinds of forms.

A plain text is the function's main field. A form's fields are the function's, and a file in it is
the field's data URL.
"""

from __future__ import annotations

import base64
import re
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from flowhook.errors import Forbidden, InvalidInput
from flowhook.mended_text import mended_text
from flowhook.strict_json import read_json

TEXT = "text/plain"
URL_ENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
KINDS = frozenset({TEXT, URL_ENCODED, MULTIPART})
MAX_PARTS = 100
CHARSETS = frozenset({"utf-8", "utf8", "utf-16", "us-ascii", "iso-8859-1", "windows-1252"})
FIELD_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def is_form(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() in KINDS


def check_sender(origin: str | None, host: str) -> None:
    """Raise Forbidden for what a browser sends for another site, as any form may be sent unasked.

    Old browsers tell no more than the page's Origin.
    """
    if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
        raise Forbidden("a form of another site may not send this", fix="Send JSON instead.")


def read_form(raw: bytes, content_type: str, main_field: str) -> dict[str, Any]:
    """Read the fields of a body; JSON that is called a form, as curl does it, is read as JSON.

    Raises InvalidInput if it is malformed, and InvalidJson.
    """
    kind, options = parse_options_header(content_type)
    if kind == URL_ENCODED and raw.lstrip()[:1] == b"{":
        return read_json(raw)
    if kind == TEXT:
        return {main_field: _text(raw, options.get("charset") or "utf-8")}
    parser = FormDataParser(max_form_memory_size=len(raw) + 1, max_form_parts=MAX_PARTS)
    try:
        _, form, files = parser.parse(BytesIO(raw), kind, len(raw), options)
    except RequestEntityTooLarge:
        raise InvalidInput(f"the form has more than {MAX_PARTS} fields") from None
    except ValueError:
        raise InvalidInput(
            "the form is malformed", fix="Send its boundary and all parts."
        ) from None
    fields = {**form.to_dict(), **{name: _data_url(file) for name, file in files.items()}}
    if not all(FIELD_NAME.fullmatch(name) for name in fields):  # it may be a contact's words
        raise InvalidInput("a field of the form has a malformed name")
    return {name: mended_text(text) for name, text in fields.items()}


def _text(raw: bytes, charset: str) -> str:
    if charset.lower() not in CHARSETS:
        raise InvalidInput("the text's charset is not known here", fix="Send UTF-8.")
    try:
        return mended_text(raw.decode(charset))
    except UnicodeDecodeError:
        raise InvalidInput("the text is not in the charset that it says") from None


def _data_url(file: FileStorage) -> str:
    content = base64.b64encode(file.read()).decode()
    return f"data:{file.mimetype or 'application/octet-stream'};base64,{content}"
