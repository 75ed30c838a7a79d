"""Read a model's text as a flow gets it."""

from __future__ import annotations

from typing import Any

import orjson

from flowhook.errors import InvalidResponse
from flowhook.strict_json import is_deep

FENCE = "```"


def parse_answer(text: str, *, must_be_json: bool = False) -> Any:
    """Parse an object or list (also in a code fence); any other text is returned as it is.

    JSON nested deeper than a flow reads stays text: a contact can make a model write it.
    """
    stripped = text.strip()
    candidate = _unfenced(stripped) if stripped.startswith(FENCE) else stripped
    if candidate[:1] in "{[" and not is_deep(candidate.encode("utf-8", "surrogatepass")):
        try:
            return orjson.loads(candidate)
        except orjson.JSONDecodeError:
            pass
    if must_be_json:
        raise InvalidResponse(
            "the model answered something else than the JSON that was asked for",
            fix="Say in the prompt which JSON is wanted, or use a json_schema.",
        )
    return stripped


def _unfenced(text: str) -> str:
    """The content of a code fence that is the whole text."""
    label, _, content = text.removeprefix(FENCE).partition("\n")
    if label.strip() not in ("", "json") or not content.endswith(FENCE):
        return text
    return content.removesuffix(FENCE).strip()
