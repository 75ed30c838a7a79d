"""A simulated conversation saved as a script plays, and passes, in the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import redis
from click.testing import CliRunner

from flows.__main__ import command
from flows.definition.reading import read_export
from flows.play.script import ScriptPlayer
from tests.fakes.google import EMAIL, FakeGoogle
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import OpenService, Service
from tests.flows.sheets.flows import reading_and_writing
from tests.flows.talking import GREETING
from tests.web.test_simulator_pages import ASK, ASKING, GREET, PNG, SURE, bubbles, draft
from tests.web.visitor import Visitor, signed_in

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def visitor(service: Service, openai: FakeOpenAI) -> Visitor:
    service.organisation(openai)
    return signed_in(service)


def script_of(visitor: Visitor, page: str) -> dict[str, Any]:
    saved = visitor.get(f"{page}/script")
    assert saved.status == 200, saved.html
    assert "attachment" in saved.headers["Content-Disposition"]
    script: dict[str, Any] = json.loads(saved.html)
    return script


def differences(service: Service, script: dict[str, Any]) -> list[str]:
    exported = service.admin("GET", f"/flows/acme/export?flow={script['flow']}")
    export = read_export(exported.body)
    return ScriptPlayer(export, script).play().differences


def test_a_conversation_with_chance_time_and_languages_plays_again(
    service: Service, visitor: Visitor
) -> None:
    flow = {
        **GREETING,
        "localization": {"hi": {}},
        "nodes": [
            {
                "id": "ask",
                "send": "@contact.name @contact.fields.village @(now()) @(rand_between(1, 99999))"
                " @global.helpline @contact.language",
                "to": "sure",
            },
            {"id": "sure", "actions": [SURE], "to": "wait"},
            {
                "id": "wait",
                "wait": {"result": "sure", "seconds": 82_800},
                "silent": "ask",
                "cases": [["has_any_word", ["yes"], "Yes", "good"]],
                "else": "ask",
            },
            {"id": "good", "send": "Good, @results.sure"},
        ],
    }
    values = {"helpline": "1800 123", "token": "not-mentioned"}
    assert service.operator("PUT", "/settings/acme/globals", {"values": values}).status == 201
    draft(service, flow)
    profile = {"profile_name": "Ravi", "profile_phone": "919811111111", "profile_language": "hi"}
    fields = {"profile_fields": "village = Rampur"}
    page = visitor.post(GREET, {"action": "add_contact", **profile, **fields})
    [contact] = [
        str(one["value"])
        for tag, one in page.elements
        if tag == "button" and one.get("name") == "contact"
    ]
    settings = {"settings": "on", "pretend": "on"}
    visitor.post(GREET, {"action": "start", **settings, "contact": contact})
    visitor.post(GREET, {"text": "what?"})
    visitor.post(GREET, {"action": "wake"})
    visitor.post(GREET, {"action": "set", **settings, "contact": contact, "language": "en"})
    page = visitor.post(GREET, {"type": "quick_reply", "text": "Yes"})
    assert bubbles(page)[-1] == "Good, Yes"
    script = script_of(visitor, GREET)
    assert script["contact"]["name"] == "Ravi"
    assert script["globals"] == {"helpline": "1800 123"}
    steps = [set(turn) & {"starts", "says", "waits", "sends"} for turn in script["turns"]]
    assert steps == [{"starts"}, {"says"}, {"waits"}, {"sends"}]
    assert "Ravi Rampur" in script["turns"][0]["sent"][0]
    assert script["turns"][-1]["language"] == "en"
    assert differences(service, script) == []
    script["turns"][-1]["sent"] = ["Bad"]
    assert len(differences(service, script)) == 1


def test_what_functions_and_servers_answered_is_in_the_script(
    service: Service, visitor: Visitor, openai: FakeOpenAI
) -> None:
    asking = {"id": "more", "wait": {"result": "more"}, "else": "call"}
    call, say, sorry = ASKING["nodes"]
    again = [{**call}, {**say, "to": "more"}, {**sorry, "to": "more"}, asking]
    draft(service, {**ASKING, "nodes": again})
    openai.say("Because of the air.", "It scatters.")
    visitor.post(ASK, {"action": "start", "settings": "on"})
    visitor.post(ASK, {"text": "more"})
    service.operator("PATCH", "/settings/acme/openai", {"is_active": False})
    page = visitor.post(ASK, {"text": "more"})
    assert bubbles(page)[-1] == "Sorry"
    script = script_of(visitor, ASK)
    answers = script["functions"]["parse_via_chat_gpt"]
    assert [one["status"] for one in answers] == [200, 200, 403]
    assert differences(service, script) == []


@pytest.mark.parametrize("pretend", [True, False])
def test_rows_of_sheets_are_in_the_script(
    open_service: OpenService, fake_redis: redis.Redis, pretend: bool
) -> None:
    with FakeGoogle() as google:
        service = open_service(fake_redis, **google.addresses)
        service.organisation()
        account = {"service_account": google.account()}
        assert service.operator("PUT", "/settings/acme/google_sheets", account).status == 201
        sheet = google.sheet([["Key", "Message"], ["1", "Namaste"]], editors={EMAIL})
        draft(service, {**reading_and_writing(sheet.link), "uuid": "greeting"})
        visitor = signed_in(service)
        settings = {"pretend": "on"} if pretend else {}
        visitor.post(GREET, {"action": "start", "settings": "on", **settings})
        script = script_of(visitor, GREET)
        assert ["1", "Namaste"] in script["sheets"][sheet.link]
        assert differences(service, script) == []


def test_a_dropped_picture_is_no_link_to_this_service_in_the_script(
    service: Service, visitor: Visitor, tmp_path: Path
) -> None:
    draft(
        service,
        {
            **GREETING,
            "nodes": [*GREETING["nodes"][:2], {"id": "thank", "send": "Got @results.name.input"}],
        },
    )
    visitor.post(GREET, {"action": "start"})
    picture = tmp_path / "photo.png"
    picture.write_bytes(PNG)
    with picture.open("rb") as file:
        page = visitor.post(GREET, {"file": (file, "photo.png")})
    assert "Got http://localhost/media/acme." in bubbles(page)[-1]
    script = script_of(visitor, GREET)
    assert "localhost" not in json.dumps(script)
    assert script["turns"][1]["sends"] == {
        "type": "image",
        "url": "https://example.org/media.png",
    }
    flow, saved = tmp_path / "flow.json", tmp_path / "talk.json"
    flow.write_bytes(service.admin("GET", "/flows/acme/export?flow=greeting").body)
    saved.write_text(json.dumps(script))
    played = CliRunner().invoke(command, [str(flow), "--script", str(saved)])
    assert (played.exit_code, played.output) == (0, "2 turns went as written\n")


def test_a_conversation_too_long_for_a_script_says_so(service: Service, visitor: Visitor) -> None:
    draft(service, GREETING)
    assert visitor.get(f"{GREET}/script").status == 404, "nothing was said yet"
    for _ in range(2):
        visitor.post(GREET, {"action": "start"})
        page = visitor.post(GREET, {"text": "नमस्ते " * 9000})
        assert "Save this conversation" in page.text
    for _ in range(12):
        page = visitor.post(GREET, {"text": "नमस्ते " * 9000})
    assert "Save this conversation" not in page.text
    refused = visitor.get(f"{GREET}/script")
    assert refused.status == 404
    assert "cannot be saved as a script" in refused.text


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.script.json")), ids=lambda one: one.name)
def test_the_examples_are_talked_through_and_saved(
    service: Service, visitor: Visitor, path: Path
) -> None:
    flow = json.loads(path.with_name(path.name.replace(".script", "")).read_text())
    [imported, *_] = service.admin("POST", "/flows/acme", flow).json["flows"]
    page = f"/organisations/acme/flows/{imported['uuid']}/simulator"
    visitor.post(page, {"action": "start", "settings": "on", "pretend": "on"})
    for turn in json.loads(path.read_text())["turns"]:
        step: dict[str, Any] = {}
        if "says" in turn:
            step = {"text": turn["says"]}
        elif "waits" in turn:
            step = {"action": "wake"}
        elif "sends" in turn:
            sent = turn["sends"]
            place = f"{sent.get('latitude')}, {sent.get('longitude')}"
            text = sent.get("text") or sent.get("url") or place
            step = {"type": sent.get("type", "text"), "text": text}
        assert not step or visitor.post(page, step).status == 200
    script = script_of(visitor, page)
    assert len(script["turns"]) > 1
    assert differences(service, script) == []
