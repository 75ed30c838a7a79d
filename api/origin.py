"""The address under which callers reach the service, for the links it hands out."""

from __future__ import annotations

from flask import has_request_context, request

from errors import Internal


def origin(public_url: str | None) -> str:
    """PUBLIC_URL, else what the call itself was addressed to; without a slash at the end."""
    if public_url:
        return public_url
    if not has_request_context():
        raise Internal(
            "no address is known under which the result could be served",
            fix="The operator sets PUBLIC_URL.",
        )
    return request.host_url.rstrip("/")
