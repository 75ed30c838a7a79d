"""Sends the HTTP requests of a flow to its author's own server.

Requests are signed, checked by AddressGuard, and limited in time and size. GET carries the body as
a query, POST as JSON. Redirects are not followed, failures are not retried, and a response with any
status is an answer.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import orjson

from flowhook.errors import InvalidInput
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.signature import HEADER, signature
from flowhook.providers.guard import AddressGuard
from flows.model.session import HttpAnswer

GET_SECONDS = 15.0  # 5 to connect and 10 for the response
POST_SECONDS = 10.0
MAX_ANSWER_BYTES = 1024 * 1024
MAX_HEADERS = 50
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
OURS = frozenset(
    ("host", "content-length", "transfer-encoding", "connection", "upgrade", HEADER.lower())
)
"""Headers that only the service sets; the author's values for them are dropped."""


class AuthorHttpClient:
    def __init__(self, guard: AddressGuard, clock: Callable[[], float] = time.time) -> None:
        self.guard = guard
        self.clock = clock

    def send(
        self,
        organisation: Organisation,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any],
    ) -> HttpAnswer:
        """Send the request and return the response's status and text.

        Raises InvalidInput if a header or the address is not allowed, and ProviderUnavailable or
        ProviderTimeout if no response came.
        """
        if len(headers) > MAX_HEADERS:
            raise InvalidInput(f"a webhook may have {MAX_HEADERS} headers")
        text = orjson.dumps(body)
        sent = sendable(headers) | self._signature(organisation, text)
        if method == "GET":
            got = self.guard.guarded_get(
                with_query(url, body),
                sent,
                timeout_seconds=GET_SECONDS,
                max_bytes=MAX_ANSWER_BYTES,
            )
        else:
            if "content-type" not in {name.lower() for name in sent}:
                sent["Content-Type"] = "application/json"
            got = self.guard.guarded_post(
                url,
                text,
                sent,
                timeout_seconds=POST_SECONDS,
                max_bytes=MAX_ANSWER_BYTES,
                field="url",
            )
        return HttpAnswer(got.status, got.content.decode(errors="replace"))

    def _signature(self, organisation: Organisation, text: bytes) -> dict[str, str]:
        """Return the signature header in Glific's format; empty without a signature phrase."""
        phrase = organisation.signature_phrase
        return {HEADER: signature(phrase, self.clock(), text)} if phrase else {}


def sendable(headers: Mapping[str, str]) -> dict[str, str]:
    """Return an author's headers without those in OURS.

    Values are sent as UTF-8, passed as Latin-1 text because the HTTP library encodes it so. Raises
    InvalidInput if a name or a value cannot be sent.
    """
    found: dict[str, str] = {}
    for name, value in ((name.strip(), value.strip()) for name, value in headers.items()):
        if name.lower() in OURS:
            continue
        if not HEADER_NAME.fullmatch(name) or CONTROL.search(value):
            raise InvalidInput(
                "a header of the webhook has a name or a value that cannot be sent",
                fix="A name is letters, digits and hyphens, and a value one line.",
            )
        found[name] = value.encode().decode("latin-1")
    return found


def with_query(url: str, body: Mapping[str, Any]) -> str:
    """Return the URL with the body's values as its query; objects and lists as JSON.

    >>> with_query("https://x.org/a?b=1", {"c": "d e", "n": {"x": True}})
    'https://x.org/a?b=1&c=d+e&n=%7B%22x%22%3Atrue%7D'
    """
    if not body:
        return url
    values = {
        key: value if isinstance(value, str) else orjson.dumps(value).decode()
        for key, value in body.items()
    }
    url = url.partition("#")[0]
    return f"{url}{'&' if '?' in url else '?'}{urlencode(values)}"
