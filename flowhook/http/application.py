"""The Flask application of this service: strict JSON, cached route matches, and no unused
features."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, cast

import orjson
from flask import Flask, Request
from flask.json.provider import JSONProvider
from flask.sessions import NullSession, SessionInterface
from werkzeug.routing import Map, MapAdapter, Rule, RuleFactory

from flowhook.frames import drop_frames
from flowhook.strict_json import read_value

MAX_KNOWN = 1024
AS_FLASK_ASKS = {"return_rule": True}

Found = tuple[Rule, Mapping[str, Any]]


class OrjsonProvider(JSONProvider):
    """A Flask JSON provider on orjson: strict, and several times faster."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return read_value(s)


class NoCookieSessions(SessionInterface):
    """Disables Flask's sessions: those of the pages are in Redis, and callers have none."""

    none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return self.none


class LazyRule(Rule):
    """A rule that learns how to build its URL when one is built.

    Werkzeug compiles two functions for each rule as it is added, though few routes are ever linked
    to: half of what an app costs to make.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_builder = super()._compile_builder

        def build(rule: LazyRule, /, **values: Any) -> tuple[str, str]:
            builder = compile_builder(append_unknown).__get__(rule, None)
            setattr(rule, "_build_unknown" if append_unknown else "_build", builder)
            return cast(tuple[str, str], builder(**values))

        return build


class KnownPaths(Map):
    """A map of routes; `known` is a bounded cache of the rules and values of requested paths.

    Each of Werkzeug's searches for a path leaves a cycle of closures, so that the garbage collector
    has to scan all calls in flight.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.known: dict[tuple[str, str, bool], Found] = {}
        super().__init__(*args, **kwargs)

    def add(self, rulefactory: RuleFactory) -> None:
        self.known.clear()
        super().add(rulefactory)

    def bind(self, *args: Any, **kwargs: Any) -> MapAdapter:
        bound = super().bind(*args, **kwargs)
        bound.__class__ = KnownAdapter  # the same adapter with a cached match
        return bound


class KnownAdapter(MapAdapter):
    """Matches like Werkzeug's adapter. Only found routes are cached, no redirects or errors."""

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


class MemoryRequest(Request):
    """A request whose uploaded files stay in memory, which their bounded size allows: on a disk
    they would lie unsealed."""

    def _get_file_stream(self, *_: Any, **__: Any) -> BytesIO:
        return BytesIO()


class FlowhookFlask(Flask):
    """Flask without its own sessions, coroutines, subdomains and teardown signals."""

    request_class = MemoryRequest
    json_provider_class = OrjsonProvider
    url_rule_class = LazyRule
    url_map_class = KnownPaths
    session_interface = NoCookieSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the view unchanged: none is a coroutine, and Flask would check at each call."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Bind the routes to a request, without the host that Flask reads twice for subdomains."""
        if request is None or "HTTP_UPGRADE" in request.environ:
            return super().create_url_adapter(request)
        return self.url_map.bind(
            request.host,
            request.root_path,
            subdomain="",
            url_scheme=request.scheme,
            default_method=request.method,
            path_info=request.path,
            query_args=request.query_string.decode(errors="replace"),
        )

    def update_template_context(self, context: dict[str, Any]) -> None:
        """Have errors that a page shows let go of their frames.

        A page's variables stay until the garbage collector runs: Jinja's macros are cycles.
        """
        super().update_template_context(context)
        for value in context.values():
            if isinstance(value, Exception):
                drop_frames(value)

    def do_teardown_request(self, *exception: Any) -> None:
        """Call the registered teardown functions; Flask would also send its signals."""
        if self.teardown_request_funcs:
            super().do_teardown_request(*exception)

    def do_teardown_appcontext(self, *exception: Any) -> None:
        """Call the registered teardown functions, like `do_teardown_request`."""
        if self.teardown_appcontext_funcs:
            super().do_teardown_appcontext(*exception)
