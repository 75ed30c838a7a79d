"""The sample flows have no issues, play as their scripts say, and answer over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flows.definition.reading import read_export
from flows.play.script import ScriptPlayer
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.flows.talking import say, texts

FOLDER = Path(__file__).parents[2] / "examples"
SCRIPTS = sorted(FOLDER.glob("*.script.json"))
NAMES = [path.name.removesuffix(".script.json") for path in SCRIPTS]


def test_every_example_has_a_script() -> None:
    flows = {path.stem for path in FOLDER.glob("*.json")} - {path.stem for path in SCRIPTS}
    assert sorted(flows) == NAMES
    assert len(NAMES) >= 6


@pytest.mark.parametrize("name", NAMES)
def test_an_example_plays_as_its_script_says(name: str) -> None:
    export = read_export((FOLDER / f"{name}.json").read_bytes())
    script = json.loads((FOLDER / f"{name}.script.json").read_text())
    assert ScriptPlayer(export, script).play().differences == []


@pytest.mark.parametrize("name", NAMES)
def test_an_example_has_no_issues(service: Service, name: str) -> None:
    service.organisation()
    bring(service, name)


def bring(service: Service, name: str) -> None:
    """Import and publish an example, which must be without issues; the documents that one of them
    asks are there."""
    document = json.loads((FOLDER / f"{name}.json").read_text())
    service.admin("PUT", "/knowledge/acme/leaflet", {"title": "Leaflet"})
    for flow in service.admin("POST", "/flows/acme", document).json["flows"]:
        assert flow["issues"] == []
        assert service.admin("POST", f"/flows/acme/{flow['uuid']}/publish").status == 200


def test_ask_gpt_answers(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    bring(service, "ask_gpt")
    assert texts(say(service, {"text": "Ask!", "contact": {"name": "Asha"}}))[0].startswith("Hello")
    openai.say("Paris.", "Delhi.")
    answer = say(service, "What is the capital of France?")
    assert texts(answer) == ["Paris.\n\nWhat is your question number 2? Or say stop."]
    assert answer.json["results"]["gpt_response"]["parsed_msg"] == "Paris."
    assert openai.last.body["model"] == "gpt-6-luna"
    assert openai.last.body["messages"][-1]["content"] == "What is the capital of France?"
    assert texts(say(service, "And of India?"))[0].startswith("Delhi.")
    assert say(service, "stop").json["status"] == "completed"


def test_a_flow_splits_on_the_rule_that_spoke(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    bring(service, "ask_with_rules")
    rules = {
        "banned": {"action": "reply"},
        "moderation": {"action": "refuse"},
        "replies": {"banned": {"en": "Please be polite."}},
    }
    assert service.admin("PUT", "/settings/acme/guardrails", rules).status == 201
    say(service, "farm")
    openai.say("In June.")
    assert texts(say(service, "When do I sow rice?"))[0].startswith("In June.")
    rude = say(service, "You are a sh1t")
    assert texts(rude) == ["Please be polite.\n\nPlease ask question 3 in other words."]
    assert rude.json["results"]["answer"]["guardrail"] == "banned"
    service.admin("PATCH", "/settings/acme/guardrails", {"banned": {"action": "refuse"}})
    assert texts(say(service, "You are a sh1t"))[0].startswith("Sorry, I could not answer")


def test_a_model_calls_another_flow(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    bring(service, "school_helper")
    say(service, "school")
    openai.say_tool_calls([{"name": "fees_of_a_class", "arguments": {"class": "3"}}])
    openai.say("Class 3 pays 400 rupees.")
    answer = say(service, "What does class 3 pay?")
    assert texts(answer)[0].startswith("Class 3 pays 400 rupees.")
    called: list[dict[str, Any]] = answer.json["results"]["helper"]["calls"]
    assert called == [
        {
            "name": "fees_of_a_class",
            "arguments": {"class": "3"},
            "result": {"success": True, "response": "Class 3 pays 400 rupees a month."},
        }
    ]
    tool = openai.asked("/chat/completions")[0].body["tools"][0]["function"]
    assert tool["parameters"]["properties"] == {
        "class": {"type": "string", "description": "the class as a number, 1 to 10"}
    }
    assert tool["description"] == "What one class of our school pays a month."
    assert answer.json["flow"] != "fees"


def test_a_flow_as_a_tool_cannot_call_flows(service: Service, openai: FakeOpenAI) -> None:
    """A flow that lets a model call the same flow would never end."""
    service.organisation(openai)
    document = json.loads((FOLDER / "school_helper.json").read_text())
    helper = document["flows"][0]["definition"]
    node = next(node for node in helper["nodes"] if "call_webhook" in str(node["actions"]))
    body = json.loads(node["actions"][0]["body"])
    node["actions"][0]["body"] = json.dumps({**body, "functions": ["school_helper"]})
    start = {"position": {"left": 0, "top": -1}, "type": "split_by_webhook"}
    helper["_ui"]["nodes"][node["uuid"]] = start
    service.admin("POST", "/flows/acme", document)
    service.admin("POST", f"/flows/acme/{helper['uuid']}/publish?force=true")
    openai.say_tool_calls([{"name": "school_helper", "arguments": {}}])
    openai.say_tool_calls([{"name": "school_helper", "arguments": {}}])
    openai.say("Inner.", "Outer.")
    started = say(service, {"flow": helper["uuid"], "results": {"question": {"input": "x"}}})
    assert started.status == 200
    assert len(openai.asked("/chat/completions")) <= 4
