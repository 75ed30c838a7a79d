"""Gates over HTTP, with real runs in a worker against a fake provider."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from flowhook.alerts.alerts import Alerts
from service.gating import Gating
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Answer, Service
from tests.fixtures_jobs import JobsService
from tests.flows.talking import export, publish
from tests.waiting import wait_for
from tests.web.visitor import signed_in

HELP = "/prompts/acme/help"
SET = "/question-sets/acme/crops"
FLOW = "/flows/acme/ask"
SPLIT = {"1": 80, "2": 20}
GOOD, BETTER, BAD = "You help farmers.", "You help farmers well.", "Say nothing useful."
CASES = [
    {
        "id": f"q{number}",
        "question": f"What grows in month {number}?",
        "checks": [{"contains": "wheat"}],
        "must": number == 0,
    }
    for number in range(12)
]


def says(body: dict[str, Any]) -> str:
    """What the model answers: wrong where it was told to be of no use."""
    return "rice" if BAD in str(body) else "wheat"


@pytest.fixture
def acme(jobs: JobsService, openai: FakeOpenAI) -> Service:
    return prepared(jobs.service, openai)


def prepared(service: Service, openai: FakeOpenAI) -> Service:
    """An organisation with a prompt of three versions, and a question set that asks it."""
    service.organisation(openai)
    openai.say_by(says)
    for text in (GOOD, BETTER, BAD):
        assert service.admin("POST", HELP, {"text": text}).status == 201
    target = {"function": "parse_via_chat_gpt", "body": {"saved_prompt": "help"}}
    made = service.admin("PUT", SET, {"target": target, "cases": CASES})
    assert made.status == 201, made.body
    return service


@pytest.fixture
def gated(acme: Service) -> Service:
    put = acme.admin("PUT", f"{HELP}/gate", {"question_set": "crops"})
    assert put.status == 201, put.body
    return acme


def go_live(service: Service, number: int, query: str = "", share: int = 100) -> Answer:
    return service.admin("POST", f"{HELP}/live{query}", {"versions": {str(number): share}})


def check_of(service: Service, path: str = HELP) -> dict[str, Any]:
    """The check once it is over."""

    def newest() -> dict[str, Any]:
        check: dict[str, Any] = service.admin("GET", f"{path}/gate").json["check"]
        return check

    wait_for(lambda: newest()["status"] != "checking", "the check", seconds=20)
    return newest()


def live(service: Service) -> dict[str, int]:
    found: dict[str, int] = service.admin("GET", HELP).json["live"]
    return found


def test_nothing_goes_live_that_answers_worse(gated: Service, openai: FakeOpenAI) -> None:
    """Nothing live, a worse version, a better one, and the way back."""
    first = go_live(gated, 1)
    assert (first.status, first.json["status"]) == (202, "checking")
    assert first.json["against"] is None
    assert check_of(gated)["status"] == "passed"
    assert live(gated) == {"1": 100}

    worse = go_live(gated, 3)
    assert worse.status == 202
    run_id = worse.json["run_id"]
    refused = check_of(gated)
    assert {name: refused[name] for name in ("status", "run_id", "against")} == {
        "status": "refused",
        "run_id": run_id,
        "against": 1,
    }
    assert refused["cases"] == [f"q{number}" for number in range(12)]
    assert refused["by"].startswith("token ")
    assert live(gated) == {"1": 100}

    again = go_live(gated, 3)
    assert (again.status, again.error["type"]) == (409, "gate_failed")
    assert "cases that must pass fail: q0" in again.error["message"]
    assert again.error["fields"]["q0"] == ["This case must pass, and fails."]
    assert set(again.error["fields"]) == {case["id"] for case in CASES}

    assert go_live(gated, 2).status == 202
    assert check_of(gated)["status"] == "passed"
    assert live(gated) == {"2": 100}

    asked = len(openai.asked("/chat/completions"))
    back = go_live(gated, 1)
    assert (back.status, back.json["live"]) == (200, {"1": 100})
    assert live(gated) == {"1": 100}
    assert len(openai.asked("/chat/completions")) == asked == 36


def run_by_hand(service: Service, **body: int) -> dict[str, Any]:
    """A run of the set that somebody asked for, once it is over."""
    started = service.admin("POST", f"{SET}/runs", body)
    assert started.status == 202, started.body
    path = f"{SET}/runs/{started.json['run_id']}"
    wait_for(lambda: service.admin("GET", path).json["status"] == "done", "the run", seconds=20)
    return service.admin("GET", path).json


def test_runs_by_hand_decide_at_once(gated: Service) -> None:
    """A run that names no version is one of the version that was live when it began."""
    go_live(gated, 1, "?force=true")
    assert run_by_hand(gated)["prompts"] == {"help": 1}
    for number in (2, 3):
        run_by_hand(gated, prompt_version=number)
    worse = go_live(gated, 3)
    assert (worse.status, worse.error["type"]) == (409, "gate_failed")
    better = go_live(gated, 2)
    assert (better.status, better.json["live"]) == (200, {"2": 100})
    assert gated.admin("POST", f"{HELP}/live?force=true", {"versions": SPLIT}).status == 200
    assert run_by_hand(gated)["prompts"] == {}


def test_force_passes_the_gate_and_is_audited(gated: Service) -> None:
    forced = go_live(gated, 3, "?force=true")
    assert (forced.status, forced.json["live"]) == (200, {"3": 100})
    gating: Gating = gated.app.extensions[Gating.NAME]
    audit = gating.gates.audit.read("acme", "", 1)
    assert (audit[0]["action"], audit[0]["what"]) == ("force", "prompts/help")


def test_a_call_gets_what_went_live_by_itself(gated: Service) -> None:
    body = {"question_text": "What grows?", "saved_prompt": "help"}
    assert gated.call("parse_via_chat_gpt", body).status == 404
    go_live(gated, 1)
    check_of(gated)
    asked = partial(gated.call, "parse_via_chat_gpt", body)
    wait_for(lambda: asked().status == 200, "settings of a second ago to be read again")
    answer = asked()
    assert (answer.json["parsed_msg"], answer.json["prompt_version"]) == ("wheat", 1)


def test_a_gate_is_put_shown_and_taken_away(acme: Service) -> None:
    path = f"{HELP}/gate"
    assert acme.admin("GET", path).error["type"] == "not_found"
    assert acme.admin("DELETE", path).status == 404
    made = acme.admin("PUT", path, {"question_set": "crops"})
    shown = {
        "question_set": "crops",
        "nightly": False,
        "max_tokens_spent": 1_000_000,
        "max_cost": 10.0,
        "check": None,
        "earlier": [],
    }
    assert (made.status, made.json) == (201, shown)
    again = acme.admin("PUT", path, {"question_set": "crops", "nightly": True})
    assert (again.status, again.json) == (200, shown | {"nightly": True})
    assert acme.admin("GET", path).json == shown | {"nightly": True}
    assert acme.admin("DELETE", path).status == 204
    assert acme.admin("GET", path).status == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"question_set": "none"}, 404),
        ({"question_set": "No!"}, 400),
        ({}, 400),
        ({"question_set": "crops", "nightly": "perhaps"}, 400),
        ({"question_set": "crops", "more": 1}, 400),
        ({"question_set": "crops", "max_tokens_spent": 0}, 400),
    ],
)
def test_a_wrong_gate_is_refused(acme: Service, body: dict[str, Any], status: int) -> None:
    assert acme.admin("PUT", f"{HELP}/gate", body).status == status
    assert acme.admin("GET", f"{HELP}/gate").status == 404


def test_nothing_is_gated_that_is_not_there(acme: Service) -> None:
    gate = {"question_set": "crops"}
    assert acme.admin("PUT", "/prompts/acme/none/gate", gate).status == 404
    assert acme.admin("PUT", "/flows/acme/none/gate", gate).status == 404
    assert acme.admin("GET", "/flows/acme/none/gate").status == 404


def test_a_set_that_is_a_gate_cannot_be_deleted(gated: Service) -> None:
    refused = gated.admin("DELETE", SET)
    assert (refused.status, refused.error["type"]) == (409, "conflict")
    assert "the prompt help" in refused.error["message"]
    gated.admin("DELETE", f"{HELP}/gate")
    assert gated.admin("DELETE", SET).status == 204


def put_set(service: Service, target: dict[str, Any]) -> Answer:
    return service.admin("PUT", SET, {"target": target, "cases": CASES})


def test_a_set_that_names_no_prompt_is_asked_of_the_gated_one(gated: Service) -> None:
    assert put_set(gated, {"function": "parse_via_chat_gpt"}).status == 200
    go_live(gated, 3)
    assert check_of(gated)["cases"] == ["q0"]
    go_live(gated, 2)
    assert check_of(gated)["status"] == "passed"
    assert live(gated) == {"2": 100}


def test_a_set_of_a_flow_is_asked_with_the_gated_prompt(gated: Service) -> None:
    """The prompt is asked where the flow asks it."""
    body = json.dumps({"question_text": "@results.question", "saved_prompt": "help"})
    call = {"url": "parse_via_chat_gpt", "result_name": "gpt", "body": body}
    nodes = [
        {"id": "wait", "wait": {"result": "question"}, "cases": [], "else": "call"},
        {"id": "call", "webhook": call, "success": "say", "failure": "say"},
        {"id": "say", "send": "@results.gpt.parsed_msg"},
    ]
    publish(gated, {"uuid": "ask", "name": "Ask", "nodes": nodes})
    assert put_set(gated, {"flow": "ask"}).status == 200
    go_live(gated, 3)
    assert check_of(gated)["status"] == "refused"
    go_live(gated, 1)
    assert check_of(gated)["status"] == "passed"


def test_a_set_that_cannot_be_asked_with_a_prompt_is_no_gate(acme: Service) -> None:
    assert put_set(acme, {"function": "get_buttons", "body": {}}).status == 200
    refused = acme.admin("PUT", f"{HELP}/gate", {"question_set": "crops"})
    assert refused.status == 400, refused.body


def test_the_alert_tells_that_the_same_version_got_worse(
    gated: Service, openai: FakeOpenAI
) -> None:
    nights = iter((1, 2))
    gating: Gating = gated.app.extensions[Gating.NAME]
    gated.admin("PUT", f"{HELP}/gate", {"question_set": "crops", "nightly": True})
    gated.admin("PUT", "/settings/acme/timezone", {"name": "UTC"})
    go_live(gated, 1)
    check_of(gated)

    def night() -> None:
        """Run the set as if it were half past three."""
        begins = datetime(2100, 1, next(nights), 3, 30, tzinfo=UTC).timestamp()
        gating.nightly.clock = lambda: begins
        gating.sweep.look()
        [found] = gating.gates.nights.nights("acme").values()
        assert found.open
        wait_for(lambda: not next(iter(gating.gates.nights.nights("acme").values())).open, "night")

    def told() -> list[str]:
        alerts: Alerts = gated.app.extensions["alerts"]
        alerts.check(gated.background.settings.get("acme"))
        return [alert["event"] for alert in alerts.open("acme")]

    night()
    assert told() == []
    openai.say_by(lambda body: "rice")  # the provider changed the model
    night()
    assert told() == ["answers_worse:prompt:help"]
    go_live(gated, 2, "?force=true")
    assert told() == []


# --- flows ------------------------------------------------------------------------------

NODES = [{"id": "a", "send": "Say wheat."}]


@pytest.fixture
def flow(acme: Service) -> Service:
    return with_flow(acme)


def with_flow(acme: Service) -> Service:
    """A flow that is published, and its set."""
    take_in(acme, "wheat")
    assert acme.admin("POST", f"{FLOW}/publish").status == 200
    cases = [{**case, "question": "hello"} for case in CASES]
    made = acme.admin("PUT", SET, {"target": {"flow": "ask"}, "cases": cases})
    assert made.status == 200, made.body
    assert acme.admin("PUT", f"{FLOW}/gate", {"question_set": "crops"}).status == 201
    return acme


def take_in(service: Service, says: str) -> None:
    nodes = [{"id": "a", "send": f"It is {says}."}]
    made = service.admin(
        "POST", "/flows/acme", export({"uuid": "ask", "name": "Ask", "nodes": nodes})
    )
    assert made.status == 200, made.body


def published(service: Service) -> int:
    listed = service.admin("GET", f"{FLOW}/revisions").json["revisions"]
    [found] = [one["revision"] for one in listed if one["is_published"]]
    return int(found)


def test_a_flow_that_answers_worse_is_not_published(flow: Service) -> None:
    before = published(flow)
    take_in(flow, "rice")
    checking = flow.admin("POST", f"{FLOW}/publish")
    assert (checking.status, checking.json["status"]) == (202, "checking")
    refused = check_of(flow, FLOW)
    assert (refused["status"], refused["against"]) == ("refused", before)
    assert published(flow) == before
    again = flow.admin("POST", f"{FLOW}/publish")
    assert (again.status, again.error["type"]) == (409, "gate_failed")
    assert flow.admin("POST", f"{FLOW}/publish?force=true").status == 200
    assert published(flow) > before
    back = flow.admin("POST", f"{FLOW}/publish", {"revision": before})
    assert (back.status, published(flow)) == (200, before)


def test_runs_of_a_flow_by_hand_decide_at_once(flow: Service) -> None:
    before = published(flow)
    assert run_by_hand(flow)["revision"] == before
    take_in(flow, "wheat, wheat")
    newest = flow.admin("GET", f"{FLOW}/revisions").json["revisions"][0]["revision"]
    run_by_hand(flow, revision=newest)
    assert flow.admin("POST", f"{FLOW}/publish").status == 200
    assert published(flow) == newest > before


def test_a_flow_that_answers_as_well_is_published(flow: Service) -> None:
    before = published(flow)
    take_in(flow, "wheat, wheat")
    assert flow.admin("POST", f"{FLOW}/publish").status == 202
    assert check_of(flow, FLOW)["status"] == "passed"
    assert published(flow) > before


def test_a_deleted_flow_comes_back_with_its_gate(flow: Service) -> None:
    flow.admin("DELETE", FLOW)
    assert flow.admin("GET", f"{FLOW}/gate").status == 404
    [item] = flow.admin("GET", "/trash/acme").json["trash"]
    flow.admin("POST", f"/trash/acme/{item['id']}/restore")
    assert flow.admin("GET", f"{FLOW}/gate").json["question_set"] == "crops"


def test_a_gate_whose_set_was_deleted_meanwhile_says_so(flow: Service) -> None:
    flow.admin("DELETE", FLOW)
    assert flow.admin("DELETE", SET).status == 204  # nothing has it as a gate now
    for item in flow.admin("GET", "/trash/acme").json["trash"]:
        if item["kind"] == "flow":
            flow.admin("POST", f"/trash/acme/{item['id']}/restore")
    take_in(flow, "wheat, wheat")
    refused = flow.admin("POST", f"{FLOW}/publish")
    assert (refused.status, refused.error["type"]) == (409, "conflict")
    assert refused.error["message"] == "its gate, the question set crops, was deleted"
    assert flow.admin("POST", f"{FLOW}/publish?force=true").status == 200


def test_critical_issues_refuse_a_publish_before_its_gate(flow: Service) -> None:
    nodes = [{"id": "a", "send": ""}]
    flow.admin("POST", "/flows/acme", export({"uuid": "ask", "name": "Ask", "nodes": nodes}))
    refused = flow.admin("POST", f"{FLOW}/publish")
    assert (refused.status, refused.error["type"]) == (409, "conflict")
    assert flow.admin("GET", f"{FLOW}/gate").json["check"] is None


def test_a_set_that_asks_something_else_is_no_gate_of_a_flow(acme: Service) -> None:
    take_in(acme, "wheat")
    refused = acme.admin("PUT", f"{FLOW}/gate", {"question_set": "crops"})
    assert refused.status == 400
    assert refused.error["fields"] == {
        "question_set": ["It asks no flow, or another one than this."]
    }


def test_the_page_says_that_it_is_checked_and_what_refused_it(
    jobs_unattended: JobsService, openai: FakeOpenAI
) -> None:
    flow = with_flow(prepared(jobs_unattended.service, openai))
    visitor = signed_in(flow)
    page = "/organisations/acme/flows/ask"
    take_in(flow, "rice")
    sent = visitor.post(f"{page}/publish", {})
    assert sent.headers["Location"].endswith("?done=checking")
    assert "It is being checked with the question set crops" in visitor.get(page).text
    jobs_unattended.start_worker()
    check_of(flow, FLOW)
    jobs_unattended.stop_worker()
    shown = visitor.get(page).text
    assert "It did not go live: it answers the question set crops worse" in shown
    assert "This case must pass, and fails." in shown
    refused = visitor.post(f"{page}/publish", {})
    assert refused.status == 409
    assert "was not published by the question set crops" in refused.text
    forced = visitor.post(f"{page}/publish", {"force": "on"})
    assert forced.headers["Location"].endswith("?done=published")


def test_the_page_of_a_prompt_says_so_too(jobs_unattended: JobsService, openai: FakeOpenAI) -> None:
    acme = prepared(jobs_unattended.service, openai)
    acme.admin("PUT", f"{HELP}/gate", {"question_set": "crops"})
    go_live(acme, 1, "?force=true")
    visitor = signed_in(acme)
    page = "/organisations/acme/prompts/help"
    sent = visitor.post(f"{page}/live", {"alone": "3"})
    assert sent.headers["Location"].endswith("?done=checking")
    assert "It is being checked with the question set crops" in visitor.get(page).text
    jobs_unattended.start_worker()
    check_of(acme)
    jobs_unattended.stop_worker()
    assert "It did not go live: it answers the question set crops worse" in visitor.get(page).text
    assert visitor.post(f"{page}/live", {"alone": "3"}).status == 409
    assert live(acme) == {"1": 100}
    forced = visitor.post(f"{page}/live", {"alone": "3", "force": "on"})
    assert forced.headers["Location"].endswith("?done=live")
    assert live(acme) == {"3": 100}


def test_what_cannot_go_live_is_not_asked(gated: Service) -> None:
    assert go_live(gated, 9).error["type"] == "not_found"
    assert go_live(gated, 1, share=50).error["type"] == "invalid_input"
    body = {"versions": {"1": 100}}
    changed = gated.admin("POST", f"{HELP}/live", body, headers={"If-Match": '"other"'})
    assert changed.status == 412
    assert gated.admin("GET", f"{HELP}/gate").json["check"] is None
