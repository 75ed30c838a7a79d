"""The header If-Match: what the caller had read before."""

from __future__ import annotations

from flask import request


def if_match() -> str | None:
    """The tag of If-Match; None if there is none."""
    given = request.headers.get("If-Match", "").strip()
    return given.removeprefix("W/").strip('"') if given else None
