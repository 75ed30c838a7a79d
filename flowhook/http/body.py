"""What the body of a call says it is."""

from __future__ import annotations

from flowhook.errors import UnsupportedMediaType


def check_media_type(content_type: str) -> None:
    """JSON under any of its names, or none given; else UnsupportedMediaType."""
    name = content_type.partition(";")[0].strip().lower()
    if name and name not in ("application/json", "text/json") and not name.endswith("+json"):
        raise UnsupportedMediaType("the body's Content-Type is not application/json")
