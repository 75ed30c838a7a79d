"""The Flask application as this service needs it: strict JSON, and nothing that no route uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from flask import Flask, Request
from flask.json.provider import JSONProvider
from flask.sessions import NullSession, SessionInterface
from werkzeug.routing import Map, MapAdapter, Rule, RuleFactory

MAX_KNOWN = 1024
AS_FLASK_ASKS = {"return_rule": True}

Found = tuple[Rule, Mapping[str, Any]]


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


class KnownPaths(Map):
    """Routes that remember where a path led: `known` holds a bounded number of rules and values.

    Werkzeug's search leaves a cycle of closures each time, for which the garbage collector has to
    look through all calls in flight.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.known: dict[tuple[str, str, bool], Found] = {}
        super().__init__(*args, **kwargs)

    def add(self, rulefactory: RuleFactory) -> None:
        self.known.clear()
        super().add(rulefactory)

    def bind_to_environ(self, *args: Any, **kwargs: Any) -> MapAdapter:
        bound = super().bind_to_environ(*args, **kwargs)
        bound.__class__ = KnownAdapter  # the same adapter, with another way to match
        return bound


class KnownAdapter(MapAdapter):
    """Matches as Werkzeug's does. Only what was found is remembered: no redirect and no error."""

    map: KnownPaths

    def match(self, *args: Any, **kwargs: Any) -> Any:
        if args or kwargs != AS_FLASK_ASKS:
            return super().match(*args, **kwargs)
        asked = (self.path_info, self.default_method, self.websocket)
        found = self.map.known.get(asked)
        if found is None:
            found = super().match(return_rule=True)
            if len(self.map.known) >= MAX_KNOWN:
                self.map.known.clear()
            self.map.known[asked] = found
        rule, values = found
        return rule, dict(values)


class FlowhookFlask(Flask):
    """Flask without sessions of its own and without coroutines."""

    json_provider_class = OrjsonProvider
    url_map_class = KnownPaths
    session_interface = NoCookieSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: no view is a coroutine, and Flask asks at each call whether one is."""
        return func
