"""The requests that are changed: every route, each with an example of its body."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

import fakeredis
import requests

from app import create_app
from tests.fixtures_app import make_config
from tests.flowhook.organisations.sections import WHOLE
from tests.flows.talking import GREETING, export
from tests.fuzz.mutate import organisation, with_words
from tests.fuzz.request import Sent
from tests.fuzz.target import ORG, Target

PART = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")
WHATSAPP = {
    "object": "whatsapp_business_account",
    "entry": [{"id": "1", "changes": [{"field": "messages", "value": {"messages": [{}]}}]}],
}
BODIES: dict[str, Any] = {
    "/flows/<org>": export(GREETING),
    "/flows/validate": export(GREETING),
    "/flows/<org>/<uuid>/publish": {"revision": 1},
    "/conversations/<org>/<contact>/messages": {
        "text": "hello",
        "contact": {"name": "Asha", "phone": "919800000000", "fields": {"a": "b"}},
    },
    "/conversations/<org>/<contact>/resume": {"flow": "greeting", "result": {"a": 1}},
    "/conversations/<org>/<contact>/say": {"text": "Good morning"},
    "/conversations/<org>/<contact>/move": {"node": "wait"},
    "/channels/whatsapp/<org>": WHATSAPP,
    "/settings/<org>/tokens": {"scope": "webhook", "label": "x"},
    "/sign-in": {"token": "wrong", "next": "/"},
}
VALUES = {
    "uuid": ["greeting", "nothing"],
    "contact": ["919800000000", "x"],
    "section": [*WHOLE, "nothing"],
    "name": ["get_buttons", "x.js", "style.css"],
    "title": ["main", "second"],
    "version": ["1", "x"],
}


class Seeds:
    """Draws a request for each route in turn, webhook functions more often."""

    def __init__(self, target: Target) -> None:
        catalogue = requests.get(f"{target.service.url}/webhooks", timeout=10).json()["functions"]
        self.examples = {one["name"]: with_words(one["example"]) for one in catalogue}
        app = create_app(make_config(), fakeredis.FakeRedis(protocol=2))
        self.routes = [
            (method, rule.rule)
            for rule in app.url_map.iter_rules()
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        ]

    def endless(self, draw: random.Random) -> Iterator[tuple[Sent, Any]]:
        """A request without its body, and the value that its body is made of."""
        while True:
            if draw.random() < 0.5:
                name = draw.choice(list(self.examples))
                called = {**self.examples[name], "organization_id": ORG}
                yield Sent("POST", f"/webhooks/{name}", {}, route=f"/webhooks/{name}"), called
                continue
            method, rule = draw.choice(self.routes)
            path = PART.sub(lambda part, method=method: self._part(draw, method, part[1]), rule)  # type: ignore[misc]
            body = None if method in ("GET", "DELETE") else self._body(draw, rule, path)
            yield Sent(method, path, {}, route=rule), body

    def _part(self, draw: random.Random, method: str, name: str) -> str:
        if name == "org":
            return organisation(draw, method)
        return draw.choice(VALUES.get(name, ["x", "0" * 32, "1"]))

    def _body(self, draw: random.Random, rule: str, path: str) -> Any:
        section = path.rpartition("/")[2]
        if rule in BODIES:
            return BODIES[rule]
        if "settings" in rule:
            return WHOLE.get(section, WHOLE["openai"])
        return draw.choice(({}, {"text": "x"}, {"flow": "greeting"}, {"keywords": ["a"]}))
