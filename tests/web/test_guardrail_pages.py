from __future__ import annotations

import re
from typing import Any

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.web.visitor import Visitor, signed_in

GUARDRAILS = "/organisations/acme/settings/guardrails"
TRY, ASK = f"{GUARDRAILS}/try", f"{GUARDRAILS}/ask"


@pytest.fixture
def visitor(service: Service) -> Visitor:
    service.organisation(is_active=False)
    return signed_in(service, service.tenant.admin_token)


def stored(service: Service) -> dict[str, Any]:
    return service.operator("GET", "/settings/acme/guardrails").json


def test_what_is_ticked_is_masked(service: Service, visitor: Visitor) -> None:
    page = visitor.get(GUARDRAILS)
    assert "98765 43210" in page.text
    saved = visitor.post(GUARDRAILS, {"mask:phone": "on", "mask:email": "on"})
    assert saved.status == 303
    assert stored(service) == {"mask": ["phone", "email"]}
    ticked = [known["name"] for _, known in visitor.get(GUARDRAILS).elements if "checked" in known]
    assert ticked == ["mask:phone", "mask:email"]


def test_rules_and_replies_are_written_without_json(service: Service, visitor: Visitor) -> None:
    typed = {
        "banned.action": "reply",
        "banned.words": "gutkha\r\nbidi",
        "replies.banned.0.key": "Hindi",
        "replies.banned.0.text": "कृपया शिष्ट भाषा में लिखें।",
        "topics.action": "tell",
        "topics.allowed": "Rice and wheat",
        "retention.logs_days": "30",
        "consent": "required",
    }
    assert visitor.post(GUARDRAILS, typed).status == 303
    assert stored(service) == {
        "banned": {"action": "reply", "words": ["gutkha", "bidi"]},
        "topics": {"action": "tell", "allowed": "Rice and wheat"},
        "replies": {"banned": {"Hindi": "कृपया शिष्ट भाषा में लिखें।"}},
        "retention": {"logs_days": 30},
        "consent": "required",
    }
    shown = visitor.get(GUARDRAILS)
    assert shown.values()["replies.banned.0.key"] == "Hindi"
    assert "कृपया शिष्ट भाषा में लिखें।" in shown.text
    emptied = {**typed, "replies.banned.0.text": "", "topics.action": "", "topics.allowed": ""}
    assert visitor.post(GUARDRAILS, emptied).status == 303
    assert not {"replies", "topics"} & set(stored(service))


def test_a_rule_that_is_switched_off_loses_nothing_unasked(
    service: Service, visitor: Visitor
) -> None:
    service.operator("PUT", "/settings/acme/guardrails", {"banned": {"words": ["bidi"]}})
    assert '<option value="reply" selected>' in visitor.get(GUARDRAILS).html
    refused = visitor.post(GUARDRAILS, {"banned.words": "bidi", "banned.lists": "mild"})
    assert refused.status == 400
    assert "clear what you typed below" in refused.text
    assert stored(service) == {"banned": {"words": ["bidi"]}}
    assert visitor.post(GUARDRAILS, {"banned.lists": "mild"}).status == 303
    assert stored(service) == {}


def test_what_is_wrong_stands_beside_its_field(service: Service, visitor: Visitor) -> None:
    typed = {
        "topics.action": "tell",
        "retention.logs_days": "0",
        "replies.minors.0.key": "",
        "replies.minors.0.text": "For grown-ups alone.",
    }
    refused = visitor.post(GUARDRAILS, typed)
    assert refused.status == 400
    invalid = {known["name"] for _, known in refused.elements if "aria-invalid" in known}
    assert invalid == {"topics.allowed", "retention.logs_days", "replies.minors.0.key"}
    assert "For grown-ups alone." in refused.text


def test_a_text_is_tried_and_nothing_of_it_kept(service: Service, visitor: Visitor) -> None:
    text = "Call 98765 43210 & <b>write</b> to asha@example.org"
    tried = visitor.post(TRY, {"text": text})
    assert "nothing is ticked above" in tried.text
    visitor.post(GUARDRAILS, {"mask:phone": "on"})
    tried = visitor.post(TRY, {"text": text})
    assert tried.status == 200
    assert "<mark>98765 43210" in tried.html
    assert "[PHONE_" in tried.html
    assert "<b>write" not in tried.html
    assert "Masked: Phone numbers (1)" in tried.text
    service.flush()
    assert not any(b"98765" in service.redis.dump(key) for key in service.redis.scan_iter())


def test_the_rule_that_speaks_is_shown_with_its_reply(service: Service, visitor: Visitor) -> None:
    settings = {"banned": {"words": ["gutkha"]}, "replies": {"banned": {"Hindi": "शिष्ट लिखें"}}}
    service.operator("PUT", "/settings/acme/guardrails", settings)
    tried = visitor.post(TRY, {"text": "Where is gutkha?", "language": "Hindi"})
    assert "The rule that speaks" in tried.text
    assert "शिष्ट लिखें" in tried.text
    assert "No rule speaks." in visitor.post(TRY, {"text": "Where is rice?"}).text
    assert f'formaction="{ASK}' not in tried.html, "nothing asks the model"


def test_the_model_is_asked_only_by_its_own_button(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    admin = signed_in(service, service.tenant.admin_token)
    settings = {"minors": {"action": "refuse"}}
    service.operator("PUT", "/settings/acme/guardrails", settings)
    tried = admin.post(TRY, {"text": "I am in class five"})
    assert "only your provider can tell" in tried.text
    assert f'formaction="{ASK}' in tried.html
    assert not openai.requests
    openai.say('{"child": true}')
    asked = admin.post(ASK, {"text": "I am in class five"})
    assert "Children The call fails, and says why" in asked.text
    assert len(openai.requests) == 1
    openai.remove_key(openai.key)
    failed = admin.post(ASK, {"text": "I am in class six"})
    assert (failed.status, "class six" in failed.text) == (502, True)


def test_how_often_rules_spoke_is_told_by_day(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    admin = signed_in(service, service.tenant.admin_token)
    service.operator("PUT", "/settings/acme/guardrails", {"banned": {"words": ["gutkha"]}})
    assert "None spoke." in admin.get(GUARDRAILS).text
    for _ in range(2):
        service.call("parse_via_chat_gpt", {"question_text": "Where is gutkha sold?"})
    service.flush()
    page = admin.get(GUARDRAILS)
    assert re.search(r"Day Banned words \d{4}-\d\d-\d\d 2 All 2", page.text)
    assert "/logs?guardrail=banned" in page.html
    assert "sold" not in page.text


@pytest.mark.parametrize("text", ["", " \n", "x" * 4_001])
def test_what_cannot_be_tried_is_told(visitor: Visitor, text: str) -> None:
    refused = visitor.post(TRY, {"text": text})
    assert refused.status == 400
    assert "Type up to 4,000 characters." in refused.text


def test_a_viewer_tries_and_changes_nothing(service: Service, visitor: Visitor) -> None:
    visitor.post(GUARDRAILS, {"mask:phone": "on"})
    viewer = signed_in(service, service.token("acme", "viewer"))
    tried = viewer.post(TRY, {"text": "98765 43210"})
    assert "[PHONE_" in tried.html
    assert "<fieldset disabled>" in tried.html
    assert viewer.post(GUARDRAILS, {}).status == 403


def test_somebody_elses_change_is_shown_beside_mine(service: Service, visitor: Visitor) -> None:
    visitor.post(GUARDRAILS, {"banned.action": "reply"})
    tag = visitor.get(GUARDRAILS).values()["tag"]
    service.operator("PATCH", "/settings/acme/guardrails", {"banned": {"action": "tell"}})
    refused = visitor.post(GUARDRAILS, {"tag": tag, "banned.action": "refuse"})
    assert refused.status == 412
    assert "Was changed since you opened this page" in refused.text
    assert "You had: What happens: refuse." in refused.text
    assert stored(service) == {"banned": {"action": "tell"}}
