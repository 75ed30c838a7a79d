"""Replies of a provider, as a transport gives them."""

from __future__ import annotations

import json
from typing import Any

from flowhook.providers.transport import HttpReply


def reply(body: Any, status: int = 200, **headers: str) -> HttpReply:
    """A JSON body; headers by their names with `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpReply(status, named, json.dumps(body).encode())
