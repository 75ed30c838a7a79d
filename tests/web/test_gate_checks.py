"""Gates on the pages of prompts and flows: chosen, checked, refused, insisted."""

from __future__ import annotations

import pytest

from tests.answers.api.test_gate_routes import check_of, live, prepared
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.fixtures_jobs import JobsService
from tests.flows.talking import publish
from tests.web.test_node_pages import ASKING
from tests.web.visitor import Page, Visitor, signed_in

HELP = "/organisations/acme/prompts/help"
SET = "/question-sets/acme/crops"
FLOW = "/organisations/acme/flows/greeting"


@pytest.fixture
def idle(service: Service, openai: FakeOpenAI) -> Service:
    """The same, where nobody performs a run."""
    return prepared(service, openai)


@pytest.fixture
def acme(jobs: JobsService, openai: FakeOpenAI) -> Service:
    return prepared(jobs.service, openai)


def author(service: Service) -> Visitor:
    return signed_in(service, service.token("acme", "author"))


def send(visitor: Visitor, name: str, **form: str) -> Page:
    """Send a form of the prompt's page as it is now."""
    tag = visitor.get(HELP).values()["tag"]
    return visitor.post(f"{HELP}/{name}", {"tag": tag, **form})


def test_a_gate_is_chosen_and_taken_away(idle: Service) -> None:
    visitor = author(idle)
    assert "Nothing is checked" in visitor.get(HELP).text
    bounded = {"question_set": "crops", "max_tokens_spent": 5000}
    idle.admin("PUT", "/prompts/acme/help/gate", bounded)
    chosen = send(visitor, "gate", question_set="crops", nightly="on")
    assert chosen.headers["Location"] == f"{HELP}?done=gated"
    kept = idle.admin("GET", "/prompts/acme/help/gate").json
    assert (kept["question_set"], kept["nightly"]) == ("crops", True)
    assert kept["max_tokens_spent"] == 5000  # which the page does not show
    page = visitor.get(HELP)
    assert "<strong>crops</strong>" in page.html
    assert 'name="nightly" value="on" aria-describedby="about-nightly" checked' in page.html
    assert send(visitor, "gate", remove="on").status == 303
    assert idle.admin("GET", "/prompts/acme/help/gate").status == 404


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [("", 400, "No question set is chosen"), ("nobody", 404, "nobody")],
)
def test_a_set_that_cannot_be_a_gate(idle: Service, name: str, status: int, said: str) -> None:
    page = send(author(idle), "gate", question_set=name)
    assert page.status == status
    assert said in page.text


def test_only_sets_that_ask_this_prompt_are_offered(idle: Service) -> None:
    target = {"function": "parse_via_chat_gpt", "body": {"saved_prompt": "other"}}
    case = {"id": "a", "question": "Why?"}
    for name, body in (("others", target), ("free", {"function": "parse_via_chat_gpt"})):
        made = {"target": body, "cases": [case]}
        assert idle.admin("PUT", f"/question-sets/acme/{name}", made).status == 201
    page = author(idle).get(HELP)
    assert "<option>crops</option>" in page.html
    assert "<option>free</option>" in page.html
    assert "<option>others</option>" not in page.html
    refused = send(author(idle), "gate", question_set="others")
    assert refused.status == 400
    assert "asks something else" in refused.text


def test_a_gate_on_an_older_state_is_refused(idle: Service) -> None:
    visitor = author(idle)
    opened = visitor.get(HELP).values()["tag"]
    idle.admin("POST", "/prompts/acme/help", {"text": "Another."})
    assert visitor.post(f"{HELP}/gate", {"tag": opened, "question_set": "crops"}).status == 412


def test_the_page_tells_how_far_a_check_is_and_updates_itself(idle: Service) -> None:
    visitor = author(idle)
    assert "data-renew" not in visitor.get(HELP).html
    send(visitor, "gate", question_set="crops")
    begun = send(visitor, "live", alone="1")
    assert begun.headers["Location"] == f"{HELP}?done=checking"
    page = visitor.get(f"{HELP}?done=checking")
    assert "It is being checked with the question set crops" in page.text
    assert "Answers of version 1 : 0 of 12 questions" in page.text
    assert page.html.count(" data-renew") == 5
    assert live(idle) == {}


def test_what_got_worse_is_refused_with_its_cases_unless_one_insists(acme: Service) -> None:
    visitor = author(acme)
    send(visitor, "live", alone="1")
    send(visitor, "gate", question_set="crops")
    send(visitor, "live", alone="3")
    check = check_of(acme)
    assert check["status"] == "refused"
    page = visitor.get(HELP)
    assert "It did not go live: it answers the question set crops worse" in page.text
    assert "What grows in month 0? : This case must pass, and fails." in page.text
    assert 'name="force" value="on" form="put-live"' in page.html
    run = f"/organisations/acme/question-sets/crops/runs/{check['run_id']}"
    assert f'href="{run}"' in page.html
    assert "data-renew" not in page.html
    again = send(visitor, "live", alone="3")
    assert again.status == 409
    assert again.text.count("It did not go live") == 1
    assert live(acme) == {"1": 100}
    assert send(visitor, "live", alone="3", force="on").headers["Location"].endswith("done=live")
    assert live(acme) == {"3": 100}


def test_what_passed_is_live_and_the_page_says_so(acme: Service) -> None:
    visitor = author(acme)
    send(visitor, "gate", question_set="crops")
    send(visitor, "live", alone="2")
    assert check_of(acme)["status"] == "passed"
    page = visitor.get(HELP)
    assert "Version 2 answers all contacts." in page.text
    assert "crops was answered well enough" in page.text


def test_a_flow_has_its_gate_on_its_page(idle: Service) -> None:
    publish(idle, ASKING)
    asked = {"target": {"flow": "greeting"}, "cases": [{"id": "a", "turns": ["hello"]}]}
    assert idle.admin("PUT", "/question-sets/acme/talk", asked).status == 201
    visitor = author(idle)
    assert "<option>talk</option>" in visitor.get(FLOW).html
    chosen = visitor.post(f"{FLOW}/gate", {"question_set": "talk"})
    assert chosen.headers["Location"] == f"{FLOW}?done=gated"
    assert "<strong>talk</strong>" in visitor.get(FLOW).html
    assert visitor.post(f"{FLOW}/gate", {"question_set": "crops"}).status == 400
    assert visitor.post(f"{FLOW}/gate", {"remove": "on"}).status == 303
    assert "Nothing is checked" in visitor.get(FLOW).text
