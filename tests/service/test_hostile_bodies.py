"""No body of `python -m bench.stall` keeps other requests waiting.

Measured as CPU between two pauses, in the application's own thread; an upload waits for nothing.
"""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import Client

from bench.hostile import HOSTILE, Hostile
from service.client_waits import ClientWaits
from service.gunicorn_worker import BoundedBody
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.flows.talking import export
from tests.stretches import MOST, stretches
from tests.web.visitor import Visitor, signed_in

ORGANISATION = "loud"
FIRST = {"uuid": "a", "name": "a", "nodes": [{"id": f"n{n}", "send": "Hi"} for n in range(3000)]}


@pytest.fixture
def loud(service: Service, openai: FakeOpenAI) -> Service:
    service.organisation(openai, org=ORGANISATION)
    service.call("get_buttons", {"buttons_data": "Yes|No"})  # what the first call loads
    return service


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_a_hostile_body_holds_up_nobody(
    loud: Service, openai: FakeOpenAI, hostile: Hostile
) -> None:
    if hostile.method == "GET":
        assert loud.operator("POST", f"/flows/{ORGANISATION}", export(FIRST)).status == 200
    if hostile.answer is not None:
        answer = hostile.answer()
        said = answer if isinstance(answer, str) else json.dumps(answer)
        openai.say_by(lambda _: said)
    client, sent = prepared(loud, hostile)
    with stretches() as measured:
        answered = client.open(hostile.path, method=hostile.method, **sent)
        loud.flush()
    assert answered.status_code != 500
    assert measured.longest < MOST


def prepared(service: Service, hostile: Hostile) -> tuple[Client, dict[str, Any]]:
    """Who sends the body, and all but the path and method."""
    body, headers = hostile.body(), dict(hostile.headers())
    if hostile.proof != "session":
        if hostile.proof:
            headers["Authorization"] = f"Bearer {service.token(ORGANISATION, hostile.proof)}"
        return Client(BoundedBody(service.app, 60, ClientWaits(3))), {
            "data": body,
            "headers": headers,
        }
    visitor: Visitor = signed_in(service, service.token(ORGANISATION, "admin"))
    if hostile.file:
        form = {"csrf": visitor.csrf, "file": (BytesIO(body), "flows.json")}
        return visitor.client, {"data": form}
    return visitor.client, {"data": f"csrf={visitor.csrf}".encode() + body, "headers": headers}
