"""Prompts and versions as HTTP shows them, and the ETag of a prompt."""

from __future__ import annotations

from typing import Any

from flask import Response

from answers.prompts.prompt import Prompt, PromptVersion
from answers.prompts.store import PromptStore
from flowhook.http.answers import json_answer
from flowhook.http.documented import page_of
from flowhook.http.if_match import if_match

Json = dict[str, Any]

LIVE = {
    "type": "object",
    "description": "Whole percent of the contacts by version; empty until one is live.",
    "additionalProperties": {"type": "integer"},
}
PROMPT = {
    "name": {"type": "string"},
    "newest": {"type": "integer"},
    "live": LIVE,
    "gate": {"type": ["object", "null"]},
    "updated_at": {"type": "string", "format": "date-time"},
}
VERSION = {
    "version": {"type": "integer"},
    "text": {"type": "string"},
    "variables": {"type": "array", "items": {"type": "string"}},
    "model": {"type": ["string", "null"]},
    "temperature": {"type": ["number", "null"]},
    "max_tokens": {"type": ["integer", "null"]},
    "response_format": {},
    "note": {"type": "string"},
    "by": {"type": "string"},
    "at": {"type": "string", "format": "date-time"},
    "live": {"type": "integer", "description": "Percent of the contacts that it answers."},
}
VERSIONS = page_of("versions", VERSION)


def expected_tag(store: PromptStore, org: str, name: str) -> str | None:
    """The tag that the prompt must still have: of several, the one that it has now."""
    tags = if_match()
    if len(tags) < 2:
        return tags[0] if tags else None
    prompt = store.find_now(org, name)
    return prompt.tag if prompt is not None and prompt.tag in tags else tags[0]


def shown_prompt(prompt: Prompt) -> Json:
    """A prompt as lists show it."""
    return {
        "name": prompt.name,
        "newest": prompt.newest,
        "live": {str(number): percent for number, percent in prompt.split.items()},
        "gate": dict(prompt.gate) if prompt.gate is not None else None,
        "updated_at": prompt.updated_at,
    }


def shown_version(version: PromptVersion, prompt: Prompt) -> Json:
    """A version with its variables and its percent of the contacts."""
    told = version.as_dict()
    return {
        "version": told.pop("number"),
        **told,
        "variables": version.variables,
        "live": prompt.split.get(version.number, 0),
    }


def tagged(body: Json, prompt: Prompt | None, status: int = 200) -> Response:
    answer = json_answer(body, status)
    if prompt is not None:
        answer.headers["ETag"] = f'"{prompt.tag}"'
    return answer
