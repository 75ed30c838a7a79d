"""An organisation's key, judged by its log: the newest call that says something of it."""

from __future__ import annotations

from flowhook.organisations.cipher import Cipher
from flowhook.records.key_state import KeyState, key_state
from flowhook.records.log import LogStore
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import FIRST_KEY, Service


def state(service: Service) -> KeyState:
    service.flush()
    return key_state(LogStore(service.redis, Cipher([FIRST_KEY]), 100, 30), "acme")


def test_it_follows_the_calls(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    assert state(service) == KeyState("unknown")
    assert service.call("get_buttons", {"buttons_data": "Yes|No"}).status == 200
    assert state(service) == KeyState("unknown")
    ask = {"question_text": "Why?"}
    assert service.call("parse_via_chat_gpt", ask).status == 200
    assert state(service).state == "works"
    key = openai.key
    openai.remove_key(key)
    assert service.call("parse_via_chat_gpt", ask).status == 502
    service.call("parse_via_chat_gpt", {})
    assert state(service).state == "invalid_api_key"
    assert state(service).is_bad
    openai.add_key(key)
    assert service.call("parse_via_chat_gpt", ask).status == 200
    assert not state(service).is_bad
