from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.http import parse_options_header

from tests.fixtures_app import Service
from tests.flows.talking import GREETING, export, publish
from tests.web.visitor import HTML, Page, Visitor, signed_in

FLOWS = "/organisations/acme/flows"
EXAMPLE = Path(__file__).parents[2] / "examples" / "ask_gpt.json"


@pytest.fixture
def visitor(service: Service) -> Visitor:
    service.organisation()
    return signed_in(service, service.tenant.admin_token)


def drop(visitor: Visitor, content: bytes) -> Page:
    return visitor.post(FLOWS, {"file": (io.BytesIO(content), "flow.json")}, Accept=HTML)


def test_a_dropped_file_becomes_a_draft_and_comes_back_out(
    service: Service, visitor: Visitor
) -> None:
    page = drop(visitor, EXAMPLE.read_bytes())
    assert page.status == 200, page.text
    assert "Imported as drafts Ask GPT No issues." in page.text
    [flow] = service.admin("GET", "/flows/acme").json["flows"]
    assert flow["is_published"] is False
    original = json.loads(EXAMPLE.read_text())["flows"][0]["definition"]
    for path in (f"{FLOWS}/export", f"{FLOWS}/{flow['uuid']}/export"):
        sent = visitor.get(path)
        assert "attachment" in sent.headers["Content-Disposition"]
        assert json.loads(sent.html)["flows"][0]["definition"] == original


def test_a_page_without_flows_offers_a_sample(service: Service, visitor: Visitor) -> None:
    empty = visitor.get(FLOWS)
    assert ("button", "sample") in [(tag, known.get("name")) for tag, known in empty.elements]
    page = visitor.post(FLOWS, {"sample": "on"})
    assert page.status == 200, page.text
    assert "Imported as drafts Ask GPT No issues." in page.text
    [flow] = service.admin("GET", "/flows/acme").json["flows"]
    assert (flow["name"], flow["is_published"]) == ("Ask GPT", False)
    assert "Import the sample flow" not in visitor.get(FLOWS).text


def test_who_may_not_change_flows_is_offered_no_sample(service: Service, visitor: Visitor) -> None:
    reader = signed_in(service, service.token("acme", "viewer"))
    page = reader.get(FLOWS)
    assert "No flows yet." in page.text
    assert "sample" not in page.text
    assert reader.post(FLOWS, {"sample": "on"}).status == 403
    service.admin("POST", "/flows/acme", json.loads(EXAMPLE.read_text()))
    [flow] = service.admin("GET", "/flows/acme").json["flows"]
    shown = reader.get(f"{FLOWS}/{flow['uuid']}").text
    assert "Funnel" in shown
    assert "Simulator" not in shown, "which nobody but authors may start"
    assert "Explore" not in shown


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_as_windows_saves_it_is_taken(visitor: Visitor, encoding: str) -> None:
    page = drop(visitor, EXAMPLE.read_text().encode(encoding))
    assert "Imported as drafts Ask GPT No issues." in page.text


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Ask GPT", "Ask GPT.json"),
        ("मदद फ़्लो", "मदद फ़्लो.json"),
        ('../a"; b\n/c.', "a- b-c.json"),
        ("///", "flow.json"),
    ],
)
def test_an_exported_file_is_named_after_its_flow(visitor: Visitor, name: str, file: str) -> None:
    odd = 'x"; y'
    drop(visitor, json.dumps(export({**GREETING, "name": name, "uuid": odd})).encode())
    sent = visitor.get(f"{FLOWS}/{quote(odd)}/export")
    assert sent.status == 200
    options = parse_options_header(sent.headers["Content-Disposition"])[1]
    assert options["filename"] == file


def test_a_picture_in_the_place_of_a_flow_is_refused_by_its_name(visitor: Visitor) -> None:
    picture = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
    page = visitor.post(FLOWS, {"file": (io.BytesIO(picture), "photo.png")})
    assert page.status == 400
    assert "The file photo.png:" in page.text
    assert "Choose the file that Export flow gave you" in page.text
    assert "UTF-8" not in page.text
    assert "JSON object" not in page.text


def test_several_files_are_imported_at_once(service: Service, visitor: Visitor) -> None:
    greeting = json.dumps(export(GREETING)).encode()
    files = [(io.BytesIO(EXAMPLE.read_bytes()), "a.json"), (io.BytesIO(greeting), "b.json")]
    page = visitor.post(FLOWS, {"file": files})
    assert page.status == 200, page.text
    names = [flow["name"] for flow in service.admin("GET", "/flows/acme").json["flows"]]
    assert sorted(names) == ["Ask GPT", "Greeting"]
    assert page.html.count("<h3") == 2
    files = [(io.BytesIO(greeting), "b.json"), (io.BytesIO(b"PK"), "flows.zip")]
    page = visitor.post(FLOWS, {"file": files})
    assert page.status == 400
    assert "The file flows.zip:" in page.text
    assert page.html.count("<h3") == 1, "those before it are imported, and told"


def test_the_list_sorts_as_people_do_and_shows_dates_and_issues(
    service: Service, visitor: Visitor
) -> None:
    for number, name in enumerate(("Zebra", "apple", "Mango")):
        flow = {**GREETING, "name": name, "uuid": f"f{number}", "keywords": [f"word{number}"]}
        if name == "Mango":
            flow["nodes"] = [{"id": "say", "send": ""}, {"id": "more", "send": "@results.never"}]
        drop(visitor, json.dumps(export(flow)).encode())
    page = visitor.get(FLOWS)
    assert page.text.index("apple") < page.text.index("Mango") < page.text.index("Zebra")
    listed = service.admin("GET", "/flows/acme").json["flows"]
    for flow in listed:
        assert f'datetime="{flow["updated_at"]}"' in page.html
    issues = service.admin("GET", "/flows/acme/f2").json["issues"]
    critical = sum(issue["severity"] == "Critical" for issue in issues)
    assert 0 < critical < len(issues)
    assert f"Critical: {critical} Warning: {len(issues) - critical}" in page.text
    assert page.text.count("Critical:") == 1


def test_a_card_without_words_says_its_kind_in_the_language(visitor: Visitor) -> None:
    empty = json.loads(json.dumps(GREETING))
    empty["nodes"][0]["send"] = ""
    drop(visitor, json.dumps(export(empty)).encode())
    assert "send msg" in visitor.get(f"{FLOWS}/greeting").text
    page = visitor.get(f"{FLOWS}/greeting", **{"Accept-Language": "hi"})
    assert "send msg" not in page.text
    assert "Hello @results.name" in page.text, "what a contact reads stays as it is"


def test_publish_stands_before_the_picture(visitor: Visitor) -> None:
    drop(visitor, json.dumps(export(GREETING)).encode())
    page = visitor.get(f"{FLOWS}/greeting")
    assert page.html.index("/publish") < page.html.index("data-picture")
    assert "in spite of" not in page.text
    visitor.post(f"{FLOWS}/greeting/publish")
    assert "/publish" not in visitor.get(f"{FLOWS}/greeting").html, "nothing is left to publish"


@pytest.mark.parametrize("content", [b"", b"no json", b"[]", b'{"flows": [{"definition": {}}]}'])
def test_a_file_that_cannot_be_read_stores_nothing(
    service: Service, visitor: Visitor, content: bytes
) -> None:
    page = drop(visitor, content)
    assert page.status == 400
    assert 'role="alert"' in page.html
    assert service.admin("GET", "/flows/acme").json["flows"] == []


def test_a_large_file_is_taken(visitor: Visitor) -> None:
    long = [{"id": f"n{number}", "send": "x" * 100_000} for number in range(15)]
    flow = {**GREETING, "nodes": long}
    page = drop(visitor, json.dumps(export(flow)).encode())
    assert page.status == 200, page.text


def test_issues_stand_beside_their_nodes(service: Service, visitor: Visitor) -> None:
    flow = json.loads(json.dumps(GREETING))
    flow["nodes"][2]["send"] = "Hello @results.nothing_sets_this"
    page = drop(visitor, json.dumps(export(flow)).encode())
    api = service.admin("GET", "/flows/acme/greeting").json
    assert api["issues"]
    drawn = visitor.get(f"{FLOWS}/greeting")
    for issue in api["issues"]:
        issue["message"] = issue["message"].replace(
            "Node hank", f"Node “{flow['nodes'][2]['send']}”"
        )
        assert issue["message"] in page.text
        node = drawn.html.partition(f'id="node-{issue["node"]}"')[2].partition("</ul></li>")[0]
        assert issue["severity"] in node


def test_a_flow_is_published_unless_it_is_critically_wrong(
    service: Service, visitor: Visitor
) -> None:
    drop(visitor, json.dumps(export(GREETING)).encode())
    done = visitor.post(f"{FLOWS}/greeting/publish")
    assert done.headers["Location"] == f"{FLOWS}/greeting?done=published"
    assert "Published." in visitor.get(done.headers["Location"]).text
    broken = json.loads(json.dumps(GREETING))
    broken["nodes"][0]["send"] = ""
    drop(visitor, json.dumps(export(broken)).encode())
    refused = visitor.post(f"{FLOWS}/greeting/publish")
    assert refused.status == 409
    assert "The flow has Critical issues (1), the first:" in refused.text
    assert "or publish it anyway above" in refused.text
    assert visitor.post(f"{FLOWS}/greeting/publish", {"force": "on"}).status == 303
    assert service.admin("GET", "/flows/acme/greeting").json["has_draft"] is False


def test_the_picture_counts_contacts_and_ways(service: Service, visitor: Visitor) -> None:
    publish(service, GREETING)
    for contact in ("a", "b", "c"):
        say(service, contact, flow="greeting")
    say(service, "a", text="Asha")
    say(service, "b", text="stop")
    page = visitor.get(f"{FLOWS}/greeting")
    assert "1 waiting" in page.text
    assert "Stop 1×" in page.text
    assert "then 3× → @results.name" in page.text, "also where there is no choice"
    assert "then 1× ends" in page.text
    assert service.admin("DELETE", "/conversations/acme/c").status == 204
    assert "waiting</span>" not in visitor.get(f"{FLOWS}/greeting").html


def test_a_flow_is_deleted_with_its_counts_for_30_days(service: Service, visitor: Visitor) -> None:
    publish(service, GREETING)
    say(service, "a", flow="greeting")
    assert "1 contact waits in it" in visitor.get(f"{FLOWS}/greeting").text
    assert visitor.post(f"{FLOWS}/greeting/delete").headers["Location"] == f"{FLOWS}?done=deleted"
    assert visitor.get(f"{FLOWS}/greeting").status == 404
    (tally,) = service.redis.keys("*flow_tally*")
    assert 0 < service.redis.ttl(tally) <= 30 * 24 * 3600


def say(service: Service, contact: str, **body: Any) -> None:
    answer = service.admin("POST", f"/conversations/acme/{contact}/messages", body)
    assert answer.status == 200, answer.body


def long_flow() -> dict[str, Any]:
    """450 messages behind one another, then a question."""
    says = [{"id": f"say{n}", "send": "@results.never", "to": f"say{n + 1}"} for n in range(450)]
    ask = {"id": "say450", "wait": {"result": "answer"}, "cases": [], "else": "say0"}
    return {"uuid": "long", "name": "Long", "keywords": ["long"], "nodes": [*says, ask]}


def test_a_long_flow_is_one_picture_with_its_author_s_places(visitor: Visitor) -> None:
    drop(visitor, json.dumps(export(long_flow())).encode())
    page = visitor.get(f"{FLOWS}/long")
    assert page.html.count("data-node=") == 451
    assert 'data-node="say444" data-left="0.0" data-top="444.0"' in page.html
    assert page.html.count('data-start="yes"') == 1
    assert "100 more, each shown at its node." in page.text
    assert ">@results.never</a>)" in page.html, "an issue names its node by what it says"
    assert "data-renew" not in page.html.partition('id="picture"')[2].partition(">")[0]


def test_a_card_follows_its_counts_and_issues_and_the_reader_s_language(
    service: Service, visitor: Visitor
) -> None:
    publish(service, GREETING)
    flow = f"{FLOWS}/greeting"
    before = visitor.get(flow).text
    assert "1 waiting" not in before
    say(service, "7", flow="greeting")
    assert "Question 1 waiting" in visitor.get(flow).text
    assert "1 इंतज़ार में" in visitor.get(flow, Accept_Language="hi").text
    say(service, "7", text="Asha")
    assert visitor.get(flow).text.count("1×") == 3
    service.admin("PATCH", "/flows/acme/greeting/nodes/thank", {"text": "Hi @results.nam"})
    page = visitor.get(flow)
    assert page.html.partition('id="node-thank"')[2].count("@results.nam") >= 2


def test_the_simulator_lights_the_node_of_a_long_flow(visitor: Visitor) -> None:
    drop(visitor, json.dumps(export(long_flow())).encode())
    page = visitor.post(f"{FLOWS}/long/simulator", {"action": "start"})
    assert page.html.count('aria-current="step"') == 1
    assert 'id="node-say450" data-node="say450"' in page.html


@pytest.mark.parametrize("place", [{"left": "1", "top": 2}, {}, None, {"left": 1e300, "top": 5}])
def test_a_drawing_with_odd_places_is_drawn(visitor: Visitor, place: Any) -> None:
    document = export(GREETING)
    document["flows"][0]["definition"]["_ui"]["nodes"]["ask"] = {"position": place}
    drop(visitor, json.dumps(document).encode())
    assert visitor.get(f"{FLOWS}/greeting").status == 200


def test_a_card_shows_the_buttons_of_a_message(visitor: Visitor) -> None:
    options = [{"type": "text", "title": title} for title in ("Yes", "No")]
    content = {"type": "quick_reply", "content": {"type": "text", "text": "Sure?"}}
    texts = (json.dumps({**content, "options": options}), "no template", '{"type": "list"}')
    asks = [
        {"type": "send_interactive_msg", "id": 1, "name": "Consent", "text": text} for text in texts
    ]
    nodes = [{"id": f"ask{place}", "actions": [ask]} for place, ask in enumerate(asks)]
    drop(visitor, json.dumps(export({**GREETING, "nodes": nodes})).encode())
    page = visitor.get(f"{FLOWS}/greeting")
    assert "☰ Consent Sure? • Yes • No" in page.text
    assert page.html.count('<p class="does">☰ Consent') == 3
