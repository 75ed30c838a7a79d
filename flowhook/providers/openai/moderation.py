"""Moderation in OpenAI's format.

Source: OpenAI OpenAPI spec 2.3.0, POST /moderations
"""

from __future__ import annotations

from flowhook.errors import InvalidResponse
from flowhook.providers.dialect import WireCall
from flowhook.providers.model_client import Moderation, ModerationRequest
from flowhook.providers.openai.chat import read_model
from flowhook.providers.transport import HttpReply

MODEL = "omni-moderation-latest"


def moderation_call(request: ModerationRequest, model: str) -> WireCall[Moderation]:
    """Build the call that asks whether a text is harmful."""
    return WireCall("/moderations", {"model": model, "input": request.text}, read_moderation)


def read_moderation(reply: HttpReply) -> Moderation:
    """Read the judgement. Raises InvalidResponse if there is none."""
    answer = reply.read_object()
    results = answer.get("results")
    judged = results[0] if isinstance(results, list) and results else None
    flagged = judged.get("flagged") if isinstance(judged, dict) else None
    categories = judged.get("categories") if isinstance(judged, dict) else None
    if not isinstance(flagged, bool):
        raise InvalidResponse("the provider's answer does not say whether the text is flagged")
    named = categories if isinstance(categories, dict) else {}
    found = sorted(name for name, is_found in named.items() if is_found is True)
    return Moderation(flagged, tuple(found), model=read_model(answer))
