"""Requests of a flow to its author's own server: signed, guarded, bounded.

GET carries the body as a query, POST as JSON text. Nothing is tried again, and whatever status
comes back is the answer, with one exception: what Google's Apps Script has to say lies at another
host, to which it answers with 302. So the answer is fetched where a 302 or 303 leads to another
host. Nothing of the request goes there, and a second redirect is the answer.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

from flowhook.errors import InvalidInput
from flowhook.mended_text import text_of
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.signature import (
    HEADER,
    OUTGOING_HEADER,
    outgoing_signature,
    signature,
)
from flowhook.providers.guard import AddressGuard, Fetched
from flows.model.session import HttpAnswer

GET_SECONDS = 15.0  # 5 to connect and 10 for the answer
POST_SECONDS = 10.0
ELSEWHERE_SECONDS = 5.0
MAX_ANSWER_BYTES = 1024 * 1024
MAX_HEADERS = 50
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
OURS = frozenset(
    (
        *("host", "content-length", "transfer-encoding", "connection", "upgrade"),
        *(HEADER.lower(), OUTGOING_HEADER.lower()),
    )
)
"""Headers that frame or prove the request; an author's are left out."""


class AuthorHttpClient:
    def __init__(
        self,
        guard: AddressGuard,
        clock: Callable[[], float] = time.time,
        public_url: str | None = None,
    ) -> None:
        self.guard = guard
        self.public_url = public_url
        self.clock = clock

    def send(
        self,
        organisation: Organisation,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any],
    ) -> HttpAnswer:
        """Send a request; returns the answer undecoded. Raises InvalidInput for a bad address, and
        ProviderUnavailable or ProviderTimeout without an answer."""
        if len(headers) > MAX_HEADERS:
            raise InvalidInput(f"a webhook may have {MAX_HEADERS} headers")
        text = orjson.dumps(body)
        sent = sendable(headers) | self._signature(organisation, url, text)
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
        if lies_elsewhere(got):
            got = self.guard.guarded_get(
                got.location,
                timeout_seconds=ELSEWHERE_SECONDS,
                max_bytes=MAX_ANSWER_BYTES,
            )
        return HttpAnswer(got.status, text_of(got.content))

    def _signature(self, organisation: Organisation, url: str, text: bytes) -> dict[str, str]:
        """The signature for the receiver; none without a signature phrase.

        A function of this service, which a flow from Glific calls by its address, reads Glific's.
        """
        phrase = organisation.signature_phrase
        if not phrase:
            return {}
        if self.public_url and url.startswith(f"{self.public_url}/webhooks/"):
            return {HEADER: signature(phrase, self.clock(), text)}
        return {OUTGOING_HEADER: outgoing_signature("webhook", phrase, self.clock(), text)}


def lies_elsewhere(got: Fetched) -> bool:
    """Whether a server says that its answer is to be fetched from another host."""
    if got.status not in (302, 303) or not got.location:
        return False
    return urlsplit(got.location).hostname != urlsplit(got.url).hostname


def sendable(headers: Mapping[str, str]) -> dict[str, str]:
    """Remove the headers that the service sets; raises InvalidInput for one that cannot be sent.

    Values go out in UTF-8, which HTTP's library takes as characters of one byte.
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
    """The URL with the body's values behind it; objects and lists as JSON.

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
