from __future__ import annotations

import io
import json
import re
from html import unescape
from typing import Any

import pytest
import redis

from flows.channels.whatsapp.render import render
from tests.fakes.google import EMAIL, FakeGoogle
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import OpenService, Service
from tests.flows.sheets.flows import reading_and_writing
from tests.flows.talking import GREETING, export
from tests.web.visitor import Page, Visitor, signed_in
from web.chat import media_kind

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
GREET = "/organisations/acme/flows/greeting/simulator"
ASK = "/organisations/acme/flows/asking/simulator"
ASKING: dict[str, Any] = {
    "uuid": "asking",
    "name": "Asking",
    "keywords": ["ask"],
    "nodes": [
        {
            "id": "call",
            "webhook": {
                "url": "parse_via_chat_gpt",
                "body": '{"question_text": "Why?", "wait_seconds": 1}',
                "result_name": "gpt",
            },
            "success": "say",
            "failure": "sorry",
        },
        {"id": "say", "send": "@results.gpt.parsed_msg"},
        {"id": "sorry", "send": "Sorry"},
    ],
}
SURE: dict[str, Any] = {
    "type": "send_interactive_msg",
    "id": 1,
    "name": "Sure",
    "text": json.dumps(
        {
            "type": "quick_reply",
            "content": {"type": "text", "text": "Sure?"},
            "options": [{"type": "text", "title": "Yes"}, {"type": "text", "title": "No"}],
        }
    ),
}


@pytest.fixture
def visitor(service: Service, openai: FakeOpenAI) -> Visitor:
    service.organisation(openai)
    return signed_in(service)


def draft(service: Service, flow: dict[str, Any]) -> None:
    imported = service.admin("POST", "/flows/acme", export(flow))
    assert imported.status == 200, imported.body


def bubbles(page: Page) -> list[str]:
    found = re.findall(r'<div class="said"[^>]*>(.*?)</div>', page.html, re.DOTALL)
    return [one.strip() for one in found]


def test_a_draft_is_talked_to_with_its_node_lit(service: Service, visitor: Visitor) -> None:
    draft(service, GREETING)
    assert "Press Start." in visitor.get(GREET).text
    page = visitor.post(GREET, {"action": "start", "settings": "on", "pretend": "on"})
    assert bubbles(page) == ["What is your name?"]
    assert page.html.count('aria-current="step"') == 1
    assert visitor.post(GREET, {"text": " "}).status == 400, "nobody can send nothing"
    page = visitor.post(GREET, {"text": "आशा"})
    assert bubbles(page) == ["What is your name?", "आशा", "Hello आशा"]
    assert "The flow is completed." in page.text
    assert '"input": "आशा"' in page.text
    assert bubbles(visitor.get(GREET)) == bubbles(page), "it is kept"
    assert bubbles(visitor.post(GREET, {"action": "start"})) == ["What is your name?"]


def test_a_simulation_touches_no_contact_and_counts_nothing(
    service: Service, visitor: Visitor
) -> None:
    draft(service, GREETING)
    visitor.post(GREET, {"action": "start"})
    visitor.post(GREET, {"text": "Asha"})
    assert not service.redis.keys("*flow_tally*")
    assert not service.redis.keys("*:contact:*")
    assert bubbles(signed_in(service).get(GREET)) == [], "everybody plays alone"


def test_pretended_calls_ask_nobody(service: Service, visitor: Visitor, openai: FakeOpenAI) -> None:
    draft(service, ASKING)
    page = visitor.post(ASK, {"action": "start", "settings": "on", "pretend": "on"})
    assert bubbles(page) == ["Blue light scatters most in the air."]
    assert openai.requests == []
    assert "200 pretended parse_via_chat_gpt" in page.text


def test_what_is_pretended_says_so(service: Service, visitor: Visitor, openai: FakeOpenAI) -> None:
    draft(service, ASKING)
    page = visitor.post(ASK, {"action": "start", "settings": "on", "pretend": "on"})
    assert "pretended webhook called · parse_via_chat_gpt" in page.text
    assert "200 pretended parse_via_chat_gpt" in page.text
    page = visitor.post(ASK, {"action": "start", "settings": "on"})
    assert "pretended" not in page.text


def test_long_answers_are_the_bubbles_that_whatsapp_would_show(
    service: Service, visitor: Visitor, openai: FakeOpenAI
) -> None:
    draft(service, ASKING)
    answer = "**Sky**\n\n" + "The air scatters blue light most of all. " * 300
    openai.say(answer)
    page = visitor.post(ASK, {"action": "start", "settings": "on"})
    sent = [one["text"]["body"] for one in render({"type": "text", "text": answer}).contents]
    assert len(sent) == 4
    assert [unescape(one) for one in bubbles(page)] == sent
    assert page.html.count('class="bubble out"') == 4
    assert (
        page.html.count('<details class="long-text">') == sum(len(one) > 1000 for one in sent) >= 2
    )


def test_many_options_are_a_numbered_text_and_a_number_chooses(
    service: Service, visitor: Visitor
) -> None:
    titles = [f"Choice {number}" for number in range(1, 13)]
    content = {
        "type": "list",
        "title": "Pick",
        "body": "Which?",
        "globalButtons": [{"title": "☰"}],
    }
    items = [{"title": "All", "options": [{"type": "text", "title": one} for one in titles]}]
    ask = {"type": "send_interactive_msg", "id": 1, "name": "Pick"}
    ask["text"] = json.dumps({**content, "items": items})
    flow = {
        **GREETING,
        "nodes": [
            {"id": "ask", "actions": [ask], "to": "wait"},
            {
                "id": "wait",
                "wait": {"result": "pick"},
                "cases": [["has_phrase", ["Choice 2"], "Two", "good"]],
                "else": "bad",
            },
            {"id": "good", "send": "Good"},
            {"id": "bad", "send": "Bad"},
        ],
    }
    draft(service, flow)
    page = visitor.post(GREET, {"action": "start"})
    assert "12. Choice 12" in bubbles(page)[0]
    assert 'class="option"' not in page.html
    page = visitor.post(GREET, {"text": "2"})
    assert bubbles(page)[1:] == ["2", "Good"]


def test_who_may_only_look_is_shown_nothing_to_press(service: Service, visitor: Visitor) -> None:
    draft(service, GREETING)
    viewer = signed_in(service, service.token("acme", "viewer"))
    page = viewer.get(GREET)
    assert page.status == 200
    assert "Your token may look only" in page.text
    assert "Start" not in page.text
    assert viewer.post(GREET, {"action": "start"}).status == 403


def test_real_calls_show_their_time(service: Service, visitor: Visitor, openai: FakeOpenAI) -> None:
    draft(service, ASKING)
    openai.say("Because of the air.")
    page = visitor.post(ASK, {"action": "start", "settings": "on"})
    assert bubbles(page) == ["Because of the air."]
    assert len(openai.asked("/chat/completions")) == 1
    assert re.search(r"200 parse_via_chat_gpt [1-9]\d* ms", page.text)
    service.operator("PATCH", "/settings/acme/openai", {"is_active": False})
    failed = visitor.post(ASK, {"action": "start", "settings": "on"})
    assert bubbles(failed) == ["Sorry"]
    assert "403 parse_via_chat_gpt" in failed.text


def test_buttons_and_time_and_language(service: Service, visitor: Visitor) -> None:
    flow = {
        **GREETING,
        "localization": {"hi": {}, "ta": {}, "xx": {}},
        "nodes": [
            {"id": "ask", "actions": [SURE], "to": "wait"},
            {
                "id": "wait",
                "wait": {"result": "sure", "seconds": 3600},
                "silent": "late",
                "cases": [["has_any_word", ["yes"], "Yes", "good"]],
                "else": "late",
            },
            {"id": "good", "send": "Good"},
            {"id": "late", "send": "Too late"},
        ],
    }
    draft(service, flow)
    page = visitor.post(GREET, {"action": "start", "settings": "on", "language": "hi"})
    offered = page.html.partition('id="language"')[2].partition("</select>")[0]
    assert re.findall(r'<option value="(\w{2})"', offered) == ["en", "hi", "ta"]
    assert '<option value="hi" selected>' in page.html
    assert "The flow waits up to 1 h." in page.text
    assert '<button class="option" name="text" value="Yes" dir="auto">Yes' in page.html
    page = visitor.post(GREET, {"type": "quick_reply", "text": "Yes"})
    assert bubbles(page)[-2:] == ["Yes", "Good"]
    visitor.post(GREET, {"action": "start"})
    page = visitor.post(GREET, {"action": "wake"})
    assert bubbles(page)[-1] == "Too late"
    page = visitor.post(GREET, {"action": "set", "settings": "on", "language": "ta"})
    assert '<option value="ta" selected>' in page.html
    assert 'value="on" checked' not in page.html, "no longer pretended"


def test_media_and_places_are_sent(service: Service, visitor: Visitor) -> None:
    draft(service, GREETING)
    visitor.post(GREET, {"action": "start"})
    page = visitor.post(GREET, {"type": "image", "text": "https://media.example/a.png"})
    assert '<img src="https://media.example/a.png"' in page.html
    assert "img-src 'self' data: https:" in page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    visitor.post(GREET, {"action": "start"})
    assert "26.9, 80.9" in visitor.post(GREET, {"type": "location", "text": "26.9, 80.9"}).text
    refused = visitor.post(GREET, {"type": "location", "text": "nowhere"})
    assert refused.status == 400
    assert "A location is a latitude and a longitude" in refused.text
    assert refused.values()["text"] == "nowhere", "what was typed stays"
    assert '<option value="location" selected>' in refused.html


@pytest.mark.parametrize(
    ("kind", "url", "shown"),
    [
        ("quick_reply", "https://media.example/a.png", "image"),
        ("quick_reply", "https://media.example/a.webp", "image"),
        ("list", "https://media.example/a.mp4", "video"),
        ("quick_reply", "https://media.example/a", "image"),
        ("sticker", "https://media.example/a.webp", "image"),
        ("audio", "http://localhost/media/a.mp3", "audio"),
        ("audio", "http://media.example/a.mp3", ""),
        ("image", "javascript:alert(1)", ""),
    ],
)
def test_media_are_shown_as_what_they_are(
    service: Service, kind: str, url: str, shown: str
) -> None:
    with service.app.test_request_context():
        assert media_kind({"type": kind, "url": url}) == shown


def test_buttons_have_their_picture(service: Service, visitor: Visitor) -> None:
    content = json.loads(SURE["text"])
    content["content"] |= {"type": "image", "url": "https://media.example/a.png"}
    pictured = {**SURE, "text": json.dumps(content)}
    draft(service, {**GREETING, "nodes": [{"id": "ask", "actions": [pictured]}]})
    page = visitor.post(GREET, {"action": "start"})
    assert '<img src="https://media.example/a.png"' in page.html


def dropped(visitor: Visitor, content: bytes, name: str) -> Page:
    return visitor.post(GREET, {"file": (io.BytesIO(content), name)})


def test_a_picture_or_a_voice_note_is_dropped_in(service: Service, visitor: Visitor) -> None:
    draft(service, GREETING)
    for content, name, shown in (
        (PNG, "photo.jpg", r'<img src="(http://localhost/media/acme\.[\w-]{43}\.png)"'),
        (b"OggS" + bytes(60), "note.bin", r'<audio controls src="(http://[^"]+\.ogg)"'),
    ):
        visitor.post(GREET, {"action": "start"})
        page = dropped(visitor, content, name)
        found = re.search(shown, page.html)
        assert found, page.html
        served = service.app.test_client().get(found[1].removeprefix("http://localhost"))
        assert served.data == content
        assert "The flow is completed." in page.text


@pytest.mark.parametrize(
    ("content", "status", "sign"),
    [
        (b"<script>alert(1)</script>", 400, "The file is neither a picture nor a recording"),
        (PNG + bytes(5 * 1024 * 1024), 413, "The file is larger than 5 MiB"),
        (PNG + bytes(6 * 1024 * 1024), 413, ""),
    ],
)
def test_what_whatsapp_would_not_bring_is_refused(
    service: Service, visitor: Visitor, content: bytes, status: int, sign: str
) -> None:
    draft(service, GREETING)
    visitor.post(GREET, {"action": "start"})
    page = dropped(visitor, content, "a.png")
    assert page.status == status
    assert sign in page.text
    assert not service.redis.keys("*media_index*")


def test_made_up_contacts_are_kept_chosen_and_removed(service: Service, visitor: Visitor) -> None:
    told = {
        **GREETING,
        "nodes": [{"id": "a", "send": "@contact.name @contact.phone @contact.fields.village"}],
    }
    draft(service, told)
    sent = {"profile_name": "Ravi", "profile_phone": "919811111111", "profile_language": "hi"}
    page = visitor.post(
        GREET, {"action": "add_contact", **sent, "profile_fields": "village = Rampur"}
    )
    assert "Ravi 919811111111" in page.text
    colleague = signed_in(service)
    page = colleague.get(GREET)
    ravi = re.findall(r'<option value="(\w{16})"', page.html)
    assert len(ravi) == 1, "it belongs to the organisation"
    page = colleague.post(GREET, {"action": "start", "settings": "on", "contact": ravi[0]})
    assert bubbles(page) == ["Ravi 919811111111 Rampur"]
    assert '"language": "hi"' in page.text
    assert f'<option value="{ravi[0]}" dir="auto" selected>' in page.html
    assert not any(
        b"Ravi" in value for value in service.redis.hvals("fh:{acme}:simulated_contacts")
    )
    page = visitor.post(GREET, {"action": "remove_contact", "contact": ravi[0]})
    assert "919811111111" not in page.text
    page = colleague.post(GREET, {"action": "start", "settings": "on", "contact": ravi[0]})
    assert bubbles(page)[0].startswith("Asha 919800000000"), "who is gone is nobody"


def test_a_wrong_made_up_contact_is_refused_and_at_most_20_are_kept(
    service: Service, visitor: Visitor
) -> None:
    draft(service, GREETING)
    add = {"action": "add_contact", "profile_name": "Ravi"}
    many = "\n".join(f"f{number} = 1" for number in range(21))
    for wrong in ({"profile_name": " "}, {"profile_language": "xx"}, {"profile_fields": many}):
        page = visitor.post(GREET, {**add, "profile_phone": "91", **wrong})
        assert page.status == 400, wrong
        assert page.values()["profile_phone"] == "91", "what was typed stays"
    for _ in range(20):
        page = visitor.post(GREET, add)
        assert page.status == 200, page.text
    assert "Add the contact" not in page.text
    page = visitor.post(GREET, add)
    assert page.status == 409
    assert "There are 20 contacts already" in page.text
    assert service.redis.hlen("fh:{acme}:simulated_contacts") == 20


def test_a_flow_started_for_others_is_told_by_its_name(service: Service, visitor: Visitor) -> None:
    others = {
        "type": "start_session",
        "flow": {"uuid": "asking"},
        "contacts": [{"uuid": "7"}],
        "groups": [],
        "create_contact": False,
        "exclusions": {},
    }
    draft(service, ASKING)
    draft(service, {**GREETING, "nodes": [{"id": "start", "actions": [others]}]})
    page = visitor.post(GREET, {"action": "start"})
    assert "flow started for others · Asking" in page.text


def test_the_node_and_the_variables_stand_beside(service: Service, visitor: Visitor) -> None:
    draft(service, GREETING)
    page = visitor.post(GREET, {"action": "start"})
    assert "The flow waits at: @results.name" in page.text
    assert '"name": "Asha"' in page.text


@pytest.mark.parametrize("pretend", [True, False])
def test_sheets_are_read_and_only_written_where_nothing_is_pretended(
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
        page = visitor.post(GREET, {"action": "start", "settings": "on", **settings})
        assert bubbles(page) == ["[1] [Namaste]"]
        assert ("pretended: nothing was written" in page.text) == pretend
        hindi = visitor.get(GREET, **{"Accept-Language": "hi"})
        assert ("कुछ लिखा नहीं गया" in hindi.text) == pretend
        assert sheet.rows[2:] == ([] if pretend else [["x"]])
        assert "sheet read" in page.text
