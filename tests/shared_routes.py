"""Builds the table of routes once in a test process, not for each of its thousands of services.

Building it was the greater part of what a service cost to make. It names what answers a route by
its endpoint, so services with the same routes can have it in common.
"""

from __future__ import annotations

from typing import Any

from werkzeug.routing import MapAdapter, Rule, RuleFactory

from flowhook.http.application import FlowhookFlask, KnownPaths

Table = tuple[Any, dict[Any, list[Rule]]]
TABLES: dict[object, Table] = {}


class SharedRoutes(KnownPaths):
    """A map that takes the table of a service with the same routes when first asked for one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.rules: list[Rule] = []
        self.is_built = False
        super().__init__(*args, **kwargs)

    def add(self, rulefactory: RuleFactory) -> None:
        assert isinstance(rulefactory, Rule) and not self.is_built
        self.rules.append(rulefactory)

    def bind(self, *args: Any, **kwargs: Any) -> MapAdapter:
        self._build()
        return super().bind(*args, **kwargs)

    def update(self) -> None:
        self._build()
        super().update()

    def _build(self) -> None:
        if self.is_built:
            return
        self.is_built = True
        routes = [(one.rule, one.endpoint, frozenset(one.methods or ())) for one in self.rules]
        key = (self.merge_slashes, *routes)
        if key not in TABLES:
            for rule in self.rules:
                super().add(rule)
            super().update()
            TABLES[key] = (self._matcher, self._rules_by_endpoint)
        self._matcher, self._rules_by_endpoint = TABLES[key]


def share() -> None:
    """Have every service of this process do so."""
    FlowhookFlask.url_map_class = SharedRoutes
