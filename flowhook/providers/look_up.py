"""Host name look-up with a time-out, for callers' URLs.

getaddrinfo takes no time-out, so it runs on a native thread that is waited for. Under gevent
these threads are few and reserved for the guard: a name server that never answers can delay
other callers' names, but never those that the service itself connects to.
"""

from __future__ import annotations

import functools
import socket
import threading
from collections.abc import Callable

import gevent
from gevent import monkey
from gevent.threadpool import ThreadPool

from flowhook.providers.fetch_failures import invalid, too_slow, unreachable

LOOK_UPS_AT_ONCE = 16

_getaddrinfo = monkey.get_original("socket", "getaddrinfo")

Resolver = Callable[[str, int], list[str]]
"""(name, port) to its addresses in text; raises socket.gaierror when there are none."""


def system_resolver(name: str, port: int) -> list[str]:
    """Resolve a name with the system's resolver; blocks the calling thread."""
    found = _getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def look_up(resolver: Resolver, name: str, port: int, seconds: float, field: str) -> list[str]:
    """Return the addresses of a name within `seconds`; errors name the caller's field."""
    outcome: list[list[str] | Exception] = []

    def ask() -> None:
        try:
            outcome.append(resolver(name, port))
        except (OSError, UnicodeError) as failure:
            outcome.append(failure)

    _run(ask, seconds)
    if not outcome:
        raise too_slow(field)
    found = outcome[0]
    if isinstance(found, Exception):
        if isinstance(found, socket.gaierror) and found.errno == socket.EAI_AGAIN:
            raise unreachable(field, "its host's address cannot be looked up at the moment")
        raise invalid(field, "names a host that does not exist")
    return found


def _run(ask: Callable[[], None], seconds: float) -> None:
    """Run on a native thread, and wait for it no longer than `seconds`."""
    if monkey.is_module_patched("threading"):
        with gevent.Timeout(seconds, False):
            _threads().apply(ask)
        return
    thread = threading.Thread(target=ask, name="look-up", daemon=True)
    thread.start()
    thread.join(seconds)


@functools.cache
def _threads() -> ThreadPool:
    return ThreadPool(LOOK_UPS_AT_ONCE)
