"""Short ways to import flows and to talk to them through HTTP, for tests."""

from __future__ import annotations

from typing import Any

from tests.fixtures_app import Answer, Service
from tests.flows.building import definition_of

Json = dict[str, Any]

GREETING: Json = {
    "uuid": "greeting",
    "name": "Greeting",
    "keywords": ["hello"],
    "nodes": [
        {"id": "ask", "send": "What is your name?", "to": "wait"},
        {
            "id": "wait",
            "wait": {"result": "name"},
            "cases": [["has_any_word", ["stop"], "Stop", None]],
            "else": "thank",
        },
        {"id": "thank", "send": "Hello @results.name"},
    ],
}


def export(*flows: Json, **more: Any) -> Json:
    """Flows in their short form as an export; `more` are its other lists."""
    known = {"uuid", "name", "nodes", "localization"}
    entries = [
        {
            "definition": definition_of(flow),
            "keywords": [],
            **{key: value for key, value in flow.items() if key not in known},
        }
        for flow in flows
    ]
    lists: Json = {"contact_field": [], "collections": [], "interactive_templates": []}
    return {"flows": entries, **lists, **more}


def publish(service: Service, *flows: Json, **more: Any) -> None:
    """Import and publish flows, whatever the linter says of them."""
    org = service.tenant.id
    imported = service.admin("POST", f"/flows/{org}", export(*flows, **more))
    assert imported.status == 200, imported.body
    for flow in flows:
        published = service.admin("POST", f"/flows/{org}/{flow['uuid']}/publish?force=true")
        assert published.status == 200, published.body


def say(service: Service, body: Any, contact: str = "7", **more: Any) -> Answer:
    """A contact's message: a text, or the whole body."""
    body = {"text": body} if isinstance(body, str) else body
    path = f"/conversations/{service.tenant.id}/{contact}/messages"
    return service.admin("POST", path, body, **more)


def texts(answer: Answer) -> list[str]:
    """The texts sent in an answer, which must be a success."""
    assert answer.status == 200, answer.body
    return [message["text"] for message in answer.json["messages"]]
