"""What a model's text becomes in a flow."""

from __future__ import annotations

from typing import Any

import orjson

from flowhook.errors import InvalidResponse
from flowhook.strict_json import is_deep

FENCE = "```"


def parse_answer(text: str, *, must_be_json: bool = False) -> Any:
    """An object or list where the text is JSON of that kind (also in a code fence), else text.

    JSON nested deeper than any flow reads stays text: a contact can ask a model for it.
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
    """What a code fence holds, where the whole text is one."""
    label, _, content = text.removeprefix(FENCE).partition("\n")
    if label.strip() not in ("", "json") or not content.endswith(FENCE):
        return text
    return content.removesuffix(FENCE).strip()
