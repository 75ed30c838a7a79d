"""A model that obeys whatever stands in an instruction's place, in any writing.

    openai.say_by(obeying_model)

A place for instructions is every text of a request but: a message of a user, an assistant or a
function; what stands in a fence; and what is to be drawn, spoken, judged or embedded. In a message
with fences the author's words are outside of them, so that is a place, too, as far as the contact's
question. Otherwise the model answers what was asked for, and says again what it read.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import json
import re
import unicodedata
import urllib.parse
from collections.abc import Iterator
from typing import Any

from flowhook.fence import FENCE
from tests.fakes.openai import messages
from tests.fakes.reading_model import FENCED, ORDER, QUESTION, reading_model

OBEYED = "I do as I was told"
PASSAGE = '<data name="passage_'
NO_INSTRUCTIONS = frozenset({"messages", "input", "prompt", "text", "user", "stop"})
DATA_ROLES = frozenset({"user", "assistant", "tool"})
CODED = re.compile(r"[A-Za-z0-9+/]{12,}={0,2}")


def obeying_model(body: dict[str, Any]) -> str:
    """The text that the model says to a request."""
    if any(map(gives_orders, places(body))):
        return OBEYED
    said = [text for role, text in told(body) if role == "user"]
    if any(PASSAGE in text for text in said):
        return reading_model({"messages": _as_messages(body)})
    schema = _schema(body)
    read = " ".join(said[-1:])
    return json.dumps(_value(schema, read)) if schema else f"Fine: {read}"


def places(body: dict[str, Any]) -> list[str]:
    """The texts of a request from which a model takes instructions."""
    found = [
        outside(text)
        for role, text in told(body)
        if role not in DATA_ROLES or FENCE in text  # of the author, with fences
    ]
    rest = {name: value for name, value in body.items() if name not in NO_INSTRUCTIONS}
    if isinstance(body.get("text"), dict):  # the form of a response
        rest["text"] = body["text"]
    return [*found, outside(json.dumps(rest, ensure_ascii=False))]


def outside(text: str) -> str:
    """What of a text stands outside of its fences, before what the contact asks."""
    return FENCED.sub("", re.sub(r'\\"', '"', text)).partition(QUESTION)[0]


def gives_orders(text: str) -> bool:
    """Whether a text holds the order, plainly or in another writing."""
    return any(ORDER in one for one in readings(text))


def readings(text: str) -> Iterator[str]:
    """A text as a clever model may read it."""
    seen = "".join(one for one in text if unicodedata.category(one) != "Cf")
    tags = (chr(ord(one) - 0xE0000) for one in text if 0xE0000 < ord(one) < 0xE0080)
    plain = unicodedata.normalize("NFKC", seen)
    yield from (text, plain, plain[::-1], "".join(tags), codecs.encode(plain, "rot13"))
    yield from (html.unescape(plain), urllib.parse.unquote(plain))
    for found in CODED.findall(plain):
        for decoded in (base64.b64decode, bytes.fromhex):
            try:
                yield decoded(found).decode("ascii")
            except (binascii.Error, ValueError):
                continue


def told(body: dict[str, Any]) -> list[tuple[str, str]]:
    """The messages of a request in either API, each by its role."""
    return [
        (one.get("role") or "tool", messages.text_of(one.get("content")) or one.get("output", ""))
        for one in _as_messages(body)
    ]


def _as_messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    given = body.get("messages", body.get("input"))
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _schema(body: dict[str, Any]) -> dict[str, Any] | None:
    form = body.get("response_format") or (body.get("text") or {}).get("format") or {}
    if form.get("type") == "json_object":
        return {"type": "object", "properties": {}}
    found: dict[str, Any] | None = form.get("json_schema", form).get("schema")
    return found


def _value(schema: dict[str, Any], read: str) -> Any:
    """A value that keeps to a schema; a text says what was read."""
    kind = schema.get("type")
    if kind == "object":
        return {name: _value(one, read) for name, one in schema.get("properties", {}).items()}
    if "enum" in schema:
        return schema["enum"][-1]
    by_kind: dict[Any, Any] = {"boolean": True, "integer": 1, "number": 1, "array": []}
    return by_kind.get(kind, f"Fine: {read}"[:500])
