"""Reads the calls of functions that a server left in the text of an answer.

Models write a call between marks, and a server started without the parser of its model hands that
out as text, which would be sent to a contact. The marks here are those of Hermes and Qwen.

Source: https://github.com/NousResearch/Hermes-Function-Calling; lmstudio-ai/lmstudio-bug-tracker
issue 821 and jundot/omlx issue 3153 (a call whose last mark is missing).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowhook.errors import InvalidResponse
from flowhook.providers.model_client import RequestedCall
from flowhook.strict_json import UnreadableJson, read_value

_OPENING, _CLOSING = "<tool_call>", "</tool_call>"


def split_calls(text: str) -> tuple[str, tuple[RequestedCall, ...]]:
    """Return the text before the calls, and the calls in it.

    Raises InvalidResponse for one that cannot be read.

    >>> split_calls('Wait.<tool_call>{"name": "f", "arguments": {}}</tool_call>')
    ('Wait.', (RequestedCall(id=None, name='f', arguments={}, kept=None),))
    >>> split_calls("Nothing to call.")
    ('Nothing to call.', ())
    """
    said, mark, written = text.partition(_OPENING)
    if not mark:
        return text, ()
    return said.strip(), tuple(map(_read, _pieces(written)))


def _pieces(written: str) -> Iterator[str]:
    for piece in written.split(_OPENING):
        yield piece.partition(_CLOSING)[0]


def _read(piece: str) -> RequestedCall:
    try:
        call: Any = read_value(piece.strip())
    except UnreadableJson:
        call = None
    if not isinstance(call, dict) or not isinstance(call.get("name"), str):
        raise InvalidResponse(
            "the model's call of a function came as text that cannot be read",
            fix="Have the model's server started with the parser for this model's calls, or choose"
            " another model.",
        )
    return RequestedCall(None, call["name"], call.get("arguments", call.get("parameters")))
