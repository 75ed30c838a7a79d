"""Refuses what another site has a browser send, which adds the credentials that it knows.

A browser says from where a request comes (Sec-Fetch-Site); other clients say nothing. Without a
Content-Type a body may come from any page too: a form cannot leave it out, but a script can,
unasked.

Source: https://www.w3.org/TR/fetch-metadata/ and https://fetch.spec.whatwg.org (CORS-safelisted
requests).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowhook.errors import Forbidden, UnsupportedMediaType

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES = frozenset({"none", "same-origin"})


def check_own_site(environ: Mapping[str, Any]) -> None:
    """Raise Forbidden for a request that a browser sends for a page of another site."""
    if environ.get("HTTP_SEC_FETCH_SITE", "none") not in OWN_SITES:
        raise Forbidden(
            "a page of another site may not send this", fix="Send it from a page of this service."
        )


def check_deliberate(environ: Mapping[str, Any]) -> None:
    """Check a request that changes something: its site, and that a body says what it is.

    Raises Forbidden and UnsupportedMediaType.
    """
    if environ["REQUEST_METHOD"] in SAFE_METHODS:
        return
    check_own_site(environ)
    has_body = environ.get("CONTENT_LENGTH") not in (None, "", "0")
    if has_body or "HTTP_TRANSFER_ENCODING" in environ:
        check_typed(environ)


def check_typed(environ: Mapping[str, Any]) -> None:
    """Raise UnsupportedMediaType for a body without a Content-Type, and for a compressed one."""
    if not environ.get("CONTENT_TYPE"):
        raise UnsupportedMediaType("the body has no Content-Type")
    if environ.get("HTTP_CONTENT_ENCODING", "identity").strip().lower() not in ("", "identity"):
        raise UnsupportedMediaType(
            "the body is compressed", fix="Send it as it is, without the header Content-Encoding."
        )
