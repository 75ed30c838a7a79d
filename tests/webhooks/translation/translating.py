"""A model that translates into capitals, and entries for it."""

from __future__ import annotations

import json
from typing import Any

from tests.fixtures_app import Service


def texts_of(body: dict[str, Any]) -> dict[str, str]:
    """What a batch asks to be translated, by number."""
    said: dict[str, str] = json.loads(body["messages"][1]["content"])
    return said


def shout(body: dict[str, Any]) -> str:
    """A translator into capitals, which leaves every token alone."""
    return json.dumps({number: text.upper() for number, text in texts_of(body).items()})


def translate(service: Service, entry: Any, **more: Any) -> Any:
    return service.call("translate_entry", {"entry": entry, "language": "Hindi", **more})
