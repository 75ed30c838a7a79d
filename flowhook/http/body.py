"""The media type of a request's body."""

from __future__ import annotations

from flowhook.errors import UnsupportedMediaType


def check_media_type(content_type: str) -> None:
    """Accept any name of JSON, or none; raises UnsupportedMediaType for others."""
    name = content_type.partition(";")[0].strip().lower()
    if name and name not in ("application/json", "text/json") and not name.endswith("+json"):
        raise UnsupportedMediaType("the body's Content-Type is not application/json")
