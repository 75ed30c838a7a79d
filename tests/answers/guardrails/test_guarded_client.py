"""What a provider gets of an organisation that masks, through the front door."""

from __future__ import annotations

import json

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service

PHONE = "98765 43210"


def mask(service: Service, **more: object) -> None:
    answer = service.admin("PUT", "/settings/acme/guardrails", {"mask": ["phone"], **more})
    assert answer.status == 201


def test_what_is_masked_reaches_no_provider_and_comes_back(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    mask(service)
    openai.say_by(lambda body: f"You said: {body['messages'][-1]['content']}")
    answer = service.call("parse_via_chat_gpt", {"question_text": f"Call me at {PHONE}."})
    assert answer.json["parsed_msg"] == f"You said: Call me at {PHONE}."
    sent = json.dumps(openai.last.body)
    assert PHONE not in sent
    assert "[PHONE_" in sent
    service.flush()
    (entry,) = service.admin("GET", "/logs/acme").json["logs"]
    kept = service.admin("GET", f"/logs/acme/{entry['id']}").json
    assert PHONE not in json.dumps(kept)


def test_a_thread_keeps_its_placeholders(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    mask(service)
    body = {"question_text": f"I am {PHONE}", "thread_id": "7"}
    service.call("parse_via_chat_gpt", body)
    first = openai.last.body["messages"][-1]["content"]
    service.call("parse_via_chat_gpt", {"question_text": "And now?", "thread_id": "7"})
    assert first in [message["content"] for message in openai.last.body["messages"]]


def test_a_name_told_late_is_masked_in_what_stands_before(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    mask(service, mask=["name"])
    body = {"prompt": "You help Gopal of Pune.", "input": "My name is Gopal, what is the fee?"}
    assert service.call("chat", body).status == 200
    assert "Gopal" not in json.dumps(openai.last.body)


def test_sound_is_refused_unless_the_organisation_sends_it(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    mask(service)
    refused = service.call("text_to_speech", {"text": "Hello"})
    assert (refused.status, refused.error["type"]) == (403, "blocked")
    mask_again = service.admin("PATCH", "/settings/acme/guardrails", {"unmaskable": "send"})
    assert mask_again.status == 200
    assert service.call("text_to_speech", {"text": "Hello"}).status == 200
