"""Issues name nodes by what they say, wherever pages show them."""

from __future__ import annotations

import json

from tests.fixtures_app import Service
from tests.flows.talking import GREETING, Json, export
from tests.web.visitor import signed_in

FLOW = "/organisations/acme/flows/greeting"
LOOPING: Json = {
    **GREETING,
    "nodes": [
        {"id": "0000-ask1", "send": "How are you?", "to": "0000-tel2"},
        {"id": "0000-tel2", "send": "Fine", "to": "0000-ask1"},
    ],
}


def test_issues_name_nodes_by_their_titles(service: Service) -> None:
    service.organisation()
    service.admin("POST", "/flows/acme", export(LOOPING))
    visitor = signed_in(service)
    page = visitor.get(FLOW)
    told = "Nodes “How are you?”, “Fine” form a loop that never waits"
    assert page.text.count(told) == 2, "in the list and at its node"
    assert '<a href="#node-0000-ask1">How are you?</a>' in page.html
    assert "ask1 form" not in page.text
    assert told in visitor.get(f"{FLOW}/nodes/0000-ask1").text
    looked = visitor.post(f"{FLOW}/nodes/0000-ask1/issues", {"text": "Well?"})
    assert "“Fine”" in json.loads(looked.html)["issues"][0]["message"]
