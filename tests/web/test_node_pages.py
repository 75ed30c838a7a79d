"""The page of a node: its texts, translations, prompt and answers, changed in place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fixtures_app import Service
from tests.flows.talking import GREETING, Json, export, publish
from tests.web.visitor import Visitor, signed_in

FLOW = "/organisations/acme/flows/greeting"
BODY = {
    "question_text": "@results.name",
    "prompt": "Be kind",
    "temperature": 0.2,
    "max_tokens": "50",
    "contact": "@contact",
}
ASKING: Json = {
    **GREETING,
    "nodes": [
        *GREETING["nodes"],
        {
            "id": "gpt",
            "webhook": {
                "url": "parse_via_chat_gpt",
                "result_name": "gpt",
                "body": json.dumps(BODY),
            },
        },
    ],
}


@pytest.fixture
def visitor(service: Service) -> Visitor:
    service.organisation()
    publish(service, ASKING)
    return signed_in(service, service.token("acme", "author"))


def node(service: Service, uuid: str) -> dict[str, Any]:
    nodes = service.admin("GET", "/flows/acme/greeting").json["definition"]["nodes"]
    return next(one for one in nodes if one["uuid"] == uuid)


def sent(visitor: Visitor, uuid: str, **more: str) -> dict[str, str]:
    """The first form of a node's page as a browser would send it, with other values."""
    page = visitor.get(f"{FLOW}/nodes/{uuid}")
    fields = page.values()
    for tag, known in page.elements:
        if tag == "textarea" and known.get("name"):
            text = page.html.partition(f'id="{known["id"]}"')[2].partition(">")[2]
            fields[str(known["name"])] = text.partition("</textarea>")[0].lstrip("\n")
    return {**fields, **more}


def test_a_prompt_is_changed_and_the_rest_of_the_body_stays(
    service: Service, visitor: Visitor
) -> None:
    before = node(service, "gpt")
    form = sent(visitor, "gpt", note="Shorter")
    form = {name: text.replace("&#34;", '"') for name, text in form.items()}
    form = {name: text for name, text in form.items() if not name.startswith(("case:", "timeout"))}
    form |= {"body:prompt": "Be short", "method": "FUNCTION"}
    assert visitor.post(f"{FLOW}/nodes/gpt", form).status == 303
    after = node(service, "gpt")
    assert json.loads(after["actions"][0]["body"]) == {**BODY, "prompt": "Be short"}
    assert list(json.loads(after["actions"][0]["body"])) == list(BODY)
    after["actions"][0]["body"] = before["actions"][0]["body"]
    assert after == before
    [newest, _] = service.admin("GET", "/flows/acme/greeting/revisions").json["revisions"]
    assert newest["note"] == "Shorter"


def test_translations_stand_beside_and_missing_ones_are_marked(
    service: Service, visitor: Visitor
) -> None:
    action = node(service, "ask")["actions"][0]["uuid"]
    service.admin(
        "PATCH", "/flows/acme/greeting/nodes/ask", {"translations": {"hi": "आपका नाम?", "ta": "x"}}
    )
    service.admin("PATCH", "/flows/acme/greeting/nodes/ask", {"translations": {"ta": ""}})
    service.admin("PATCH", "/flows/acme/greeting/nodes/thank", {"translations": {"ta": "நன்றி"}})
    page = visitor.get(f"{FLOW}/nodes/ask")
    assert "आपका नाम?" in page.text
    assert "ta missing" in page.text
    assert "hi missing" not in page.text
    visitor.post(f"{FLOW}/nodes/ask", {"action": action, "translation:ta:text": "பெயர்?"})
    shown = service.admin("GET", "/flows/acme/greeting").json["definition"]["localization"]
    assert shown["ta"][action]["text"] == ["பெயர்?"]
    assert shown["hi"][action]["text"] == ["आपका नाम?"]


def test_variables_that_nodes_before_set_are_offered(visitor: Visitor) -> None:
    assert "@results.name" in visitor.get(f"{FLOW}/nodes/thank").text
    before = visitor.get(f"{FLOW}/nodes/ask").text
    assert "@results.name" not in before
    assert "@contact.name" in before


def test_two_authors_see_both_versions(service: Service, visitor: Visitor) -> None:
    form = sent(visitor, "ask", text="Mine")
    service.admin("PATCH", "/flows/acme/greeting/nodes/ask", {"text": "Theirs"})
    page = visitor.post(f"{FLOW}/nodes/ask", form)
    assert page.status == 412
    assert "Both versions" in page.text
    assert "Mine" in page.text
    assert "Theirs" in page.text
    assert node(service, "ask")["actions"][0]["text"] == "Theirs"
    fresh = service.admin("GET", "/flows/acme/greeting").json["revision"]
    assert ("base", str(fresh)) in page.values().items()
    again = visitor.post(f"{FLOW}/nodes/ask", {**form, "base": str(fresh)})
    assert again.status == 303
    assert node(service, "ask")["actions"][0]["text"] == "Mine"


def test_the_answers_of_a_question_are_changed(service: Service, visitor: Visitor) -> None:
    [case] = node(service, "wait")["router"]["cases"]
    answer = visitor.post(f"{FLOW}/nodes/wait", {f"case:{case['uuid']}": "stop, end"})
    assert answer.status == 303
    assert node(service, "wait")["router"]["cases"][0]["arguments"] == ["stop, end"]


def test_the_linter_looks_at_what_is_typed_and_nothing_is_stored(
    service: Service, visitor: Visitor
) -> None:
    form = sent(visitor, "thank", text="Hello @results.nam")
    page = visitor.post(f"{FLOW}/nodes/thank/issues", form, Accept="application/json")
    [issue] = json.loads(page.html)["issues"]
    assert "@results.nam" in issue["message"]
    assert len(service.admin("GET", "/flows/acme/greeting/revisions").json["revisions"]) == 1


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"others": "{no json"}, "body"),
        ({"others": "[]"}, "body"),
        ({"url": "", "text": "x"}, "text"),
        ({"timeout_seconds": "soon"}, "timeout seconds"),
        ({"timeout_seconds": "9" * 40}, "timeout seconds"),
        ({"attachments": "a picture"}, "attachment"),
    ],
)
def test_what_does_not_fit_is_told_and_stored_nowhere(
    service: Service, visitor: Visitor, form: dict[str, str], told: str
) -> None:
    page = visitor.post(f"{FLOW}/nodes/gpt", form)
    assert page.status == 400
    assert told in page.text.lower()
    assert len(service.admin("GET", "/flows/acme/greeting/revisions").json["revisions"]) == 1


def test_what_was_typed_stays_where_the_change_is_refused(
    service: Service, visitor: Visitor
) -> None:
    form = sent(visitor, "ask", text="A long new text", attachments="no picture", note="Kinder")
    page = visitor.post(f"{FLOW}/nodes/ask", form)
    assert page.status == 400
    assert "A long new text" in page.text
    assert "no picture" in page.text
    assert page.values()["note"] == "Kinder"
    [case] = node(service, "wait")["router"]["cases"]
    answers = {f"case:{case['uuid']}": "stop, end", "timeout_seconds": "soon"}
    assert "stop, end" in visitor.post(f"{FLOW}/nodes/wait", answers).text


def test_who_reads_cannot_change(service: Service, visitor: Visitor) -> None:
    viewer = signed_in(service, service.token("acme", "viewer"))
    page = viewer.get(f"{FLOW}/nodes/ask")
    assert "Save as draft" not in page.text
    assert viewer.post(f"{FLOW}/nodes/ask", {"text": "x"}).status == 403


def test_a_node_that_is_not_there(visitor: Visitor) -> None:
    assert visitor.get(f"{FLOW}/nodes/none").status == 404


def test_a_script_in_a_text_stays_text(service: Service, visitor: Visitor) -> None:
    evil = "</textarea><script>alert(1)</script>"
    service.admin("POST", "/flows/acme", export({**GREETING, "nodes": [{"id": "a", "send": evil}]}))
    assert "<script>alert" not in visitor.get(f"{FLOW}/nodes/a").html


def test_saved_prompts_are_offered_as_a_node_may_name_them(
    service: Service, visitor: Visitor
) -> None:
    for text in ("One", "Two"):
        for name in ("farmer_help", "draft"):
            service.admin("POST", f"/prompts/acme/{name}", {"text": text})
    service.admin("POST", "/prompts/acme/farmer_help/live", {"versions": {"1": 100}})
    page = visitor.get(f"{FLOW}/nodes/gpt")
    offered = page.html.partition('<datalist id="prompts">')[2].partition("</datalist>")[0]
    assert offered == '<option value="draft@2"></option><option value="farmer_help"></option>'
    fields = [known for tag, known in page.elements if known.get("name") == "body:saved_prompt"]
    assert [field["list"] for field in fields] == ["prompts"]
