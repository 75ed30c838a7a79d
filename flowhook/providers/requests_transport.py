"""A transport on requests, which works everywhere and honours proxies."""

from __future__ import annotations

import time
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy

import gevent
import requests
from gevent import monkey
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError as Urllib3Error
from urllib3.exceptions import ReadTimeoutError

from flowhook.frames import drop_frames
from flowhook.providers.transport import (
    CONNECT_SECONDS,
    ConnectionBroken,
    HttpReply,
    TimedOut,
    TransportError,
    Unreachable,
    decoded,
    read_body,
)
from flowhook.providers.websocket import Conversing


class RequestsTransport(Conversing):
    """requests with one session, whose keep-alive connections all threads and greenlets share."""

    def __init__(self, pool_size: int = 1000) -> None:
        self._session = requests.Session()
        # One organisation's cookies must not travel with another's key.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._session.auth = lambda request: request  # nor may ~/.netrc replace that key
        adapter = HTTPAdapter(pool_connections=100, pool_maxsize=pool_size)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout_seconds: float,
    ) -> HttpReply:
        return self._exchange(self._session, method, url, headers, body, timeout_seconds)

    def _exchange(
        self,
        session: requests.Session,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout_seconds: float,
    ) -> HttpReply:
        deadline = time.monotonic() + timeout_seconds
        # requests' own time-out is one for each read, which a dripping head outlives. No variable
        # holds this one: with the frame that it ends it would be a cycle.
        patched = monkey.is_module_patched("socket")
        with gevent.Timeout(timeout_seconds if patched else None, False):
            try:
                with session.request(
                    method,
                    url,
                    headers={"Accept-Encoding": "identity", **headers},
                    timeout=(min(CONNECT_SECONDS, timeout_seconds), timeout_seconds),
                    stream=True,
                    allow_redirects=False,
                    data=body,
                ) as response:
                    received = read_body(response.raw, deadline)
                    names = {name.lower(): value for name, value in response.headers.items()}
                    plain = decoded(received, names.get("content-encoding"))
                    return HttpReply(response.status_code, names, plain)
            except (requests.exceptions.RequestException, Urllib3Error) as error:
                drop_frames(error)
                raise _failure(error) from None
        raise TimedOut("no whole answer within the time-out")


def _failure(error: Exception) -> TransportError:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return TimedOut("no connection within the time-out")
    if isinstance(error, requests.exceptions.Timeout | ReadTimeoutError):
        return TimedOut("no answer within the time-out")
    if isinstance(error, requests.exceptions.SSLError):
        return Unreachable("the TLS certificate is not trusted")
    # Refused and unknown hosts say "Max retries exceeded" in requests; resets do not.
    cause = error.args[0] if error.args else None
    if isinstance(error, requests.exceptions.ConnectionError) and getattr(cause, "reason", None):
        return Unreachable("the connection was refused or the host is unknown")
    return ConnectionBroken("the connection ended before the whole answer was there")
