"""Routes that remember where a path led: Werkzeug's search for it leaves a cycle of closures each
time, so that the garbage collector has to look through all calls in flight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.routing import Map, MapAdapter, Rule, RuleFactory

MAX_KNOWN = 1024
AS_FLASK_ASKS = {"return_rule": True}

Found = tuple[Rule, Mapping[str, Any]]


class KnownPaths(Map):
    """A map of routes; `known` holds the rule and values of paths that were asked for, bounded."""

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
