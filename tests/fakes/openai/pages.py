"""Lists as the API gives them: a page of objects, newest first unless asked otherwise."""

from __future__ import annotations

from typing import Any

from tests.fakes.openai.complaints import malformed
from tests.fakes.openai.routes import Call

_KNOWN = {"limit", "order", "after", "before", "purpose", "filter", "include", "include[]"}


def page(call: Call, entries: list[dict[str, Any]], default_limit: int = 20) -> dict[str, Any]:
    """`entries` are in the order they came to be."""
    query = call.asked.query
    unknown = query.keys() - _KNOWN
    if unknown:
        raise malformed(f"Unknown query parameter: '{min(unknown)}'.", min(unknown))
    ordered = entries if query.get("order") == "asc" else entries[::-1]
    after = query.get("after")
    if after is not None:
        ids = [entry["id"] for entry in ordered]
        ordered = ordered[ids.index(after) + 1 :] if after in ids else []
    limit = int(query.get("limit", default_limit))
    shown = ordered[:limit]
    return {
        "object": "list",
        "data": shown,
        "first_id": shown[0]["id"] if shown else None,
        "last_id": shown[-1]["id"] if shown else None,
        "has_more": len(ordered) > limit,
    }
