"""The body of a request: its key in the WSGI environment, and its media type."""

from __future__ import annotations

from flowhook.errors import UnsupportedMediaType

WHOLE_BODY = "flowhook.body"
"""The key of the whole body in the WSGI environment, besides its stream, if the server reads the
body before the application runs."""


def check_media_type(content_type: str) -> None:
    """Accept any media type of JSON, or none. Raises UnsupportedMediaType for others."""
    name = content_type.partition(";")[0].strip().lower()
    if name and name not in ("application/json", "text/json") and not name.endswith("+json"):
        raise UnsupportedMediaType("the body's Content-Type is not application/json")
