"""The Flask application as this service needs it: strict JSON, and nothing that no route uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from flask import Flask, Request
from flask.json.provider import JSONProvider
from flask.sessions import NullSession, SessionInterface

from flowhook.http.known_paths import KnownPaths


class OrjsonProvider(JSONProvider):
    """Flask's JSON through orjson: strict, and several times faster."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)


class NoCookieSessions(SessionInterface):
    """Flask keeps no session: the pages' own are in Redis, and callers have none."""

    none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return self.none


class FlowhookFlask(Flask):
    """Flask without sessions of its own and without coroutines."""

    json_provider_class = OrjsonProvider
    url_map_class = KnownPaths
    session_interface = NoCookieSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: no view is a coroutine, and Flask asks at each call whether one is."""
        return func
