"""The address at which callers reach the service, used in the links it returns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from flask import has_request_context, request

from flowhook.errors import Internal

_called_at: ContextVar[str] = ContextVar("called_at", default="")


def origin(public_url: str | None) -> str:
    """Return PUBLIC_URL or the address of the current request, without a trailing slash."""
    found = public_url or find_origin()
    if found:
        return found
    raise Internal(
        "no address is known under which the result could be served",
        fix="The operator sets PUBLIC_URL.",
    )


def find_origin() -> str:
    """Return the address of the current request; empty outside a request."""
    return request.host_url.rstrip("/") if has_request_context() else _called_at.get()


@contextmanager
def called_at(address: str) -> Iterator[None]:
    """Run code outside a request with `base_url` as the address that callers used."""
    token = _called_at.set(address)
    try:
        yield
    finally:
        _called_at.reset(token)
