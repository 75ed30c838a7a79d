"""A request's body: where the server leaves it, and its media type."""

from __future__ import annotations

from flowhook.errors import UnsupportedMediaType

WHOLE_BODY = "flowhook.body"
"""Where the server, which reads it before the application runs, leaves the body in the WSGI
environment, beside the stream of it."""


def check_media_type(content_type: str) -> None:
    """Accept any name of JSON, or none; raises UnsupportedMediaType for others."""
    name = content_type.partition(";")[0].strip().lower()
    if name and name not in ("application/json", "text/json") and not name.endswith("+json"):
        raise UnsupportedMediaType("the body's Content-Type is not application/json")
