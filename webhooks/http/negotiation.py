"""Content negotiation of a call's body and answer: JSON, XML or a page.

JSON is the default and costs one comparison; any other type has to be named.
"""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from flowhook.http.body import check_media_type
from flowhook.strict_json import read_json
from webhooks.http.xml import read_xml

JSON = "application/json"
XML = "application/xml"
HTML = "text/html"
PLAIN = frozenset({None, "*/*", JSON, "application/json, */*", "application/json, text/plain, */*"})
_OFFERS = {JSON: JSON, "text/json": JSON, XML: XML, "text/xml": XML}


def read_body(raw: bytes, content_type: str) -> dict[str, Any]:
    """Read the fields of a body in JSON or, by its media type, in XML."""
    if "xml" in content_type and is_xml(content_type):
        return read_xml(raw)
    check_media_type(content_type)
    return read_json(raw)


def is_xml(content_type: str) -> bool:
    name = content_type.partition(";")[0].strip().lower()
    return name in (XML, "text/xml") or name.endswith("+xml")


def wanted(accept: str, has_page: bool) -> str:
    """Return the available media type that an Accept header prefers.

    A browser also lists XML, before `*/*`: a header with text/html gets JSON if there is
    no page.
    """
    accepted = parse_accept_header(accept, MIMEAccept)
    named = {name.lower() for name, quality in accepted if quality > 0}
    if HTML in named and not has_page:
        return JSON
    offers = {JSON: JSON, HTML: HTML, **_OFFERS} if has_page else _OFFERS  # the first of equals
    best = accepted.best_match(list(offers), default=JSON)
    return offers[best or JSON]
