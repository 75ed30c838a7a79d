"""Security headers of every answer, and the check of the Host header.

Source: RFC 6797 (HSTS), RFC 9112 section 3.2 (a malformed Host is 400), fetch.spec.whatwg.org
(nosniff).
"""

from __future__ import annotations

import re

from flask.globals import app_ctx, request_ctx

from flowhook.errors import InvalidInput

NOSNIFF = ("X-Content-Type-Options", "nosniff")
HSTS = ("Strict-Transport-Security", "max-age=31536000")
HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
ALWAYS_HTTPS = "ALWAYS_HTTPS"
"""The app's setting that callers reach it by https (PUBLIC_URL), whatever a proxy says."""


def security_headers() -> list[tuple[str, str]]:
    """The headers that each answer has; browsers heed HSTS only where the answer came by https."""
    environ = request_ctx.request.environ
    if environ["wsgi.url_scheme"] == "https" or app_ctx.app.config.get(ALWAYS_HTTPS):
        return [NOSNIFF, HSTS]
    return [NOSNIFF]


def check_host(host: str | None) -> None:
    """Raise InvalidInput for a Host header that is none; links would be made of it."""
    if host is not None and not HOST.fullmatch(host):
        raise InvalidInput(
            "the Host header is malformed", fix="Send Host: <name>, or <name>:<port>."
        )
