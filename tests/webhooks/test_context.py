"""What a function's Context holds, and that of what a model calls inside it."""

from __future__ import annotations

import pytest
import redis

from flowhook.errors import MissingApiKey
from flowhook.organisations.organisation import Organisation
from flowhook.providers.model_client import ChatRequest
from tests.fakes.openai import FakeOpenAI
from tests.webhooks.contexts import context_factory, organisation
from webhooks.context import Context


def ask(context: Context) -> None:
    context.model_client().chat(ChatRequest([{"role": "user", "content": "Hi"}], None))


def test_all_its_clients_are_of_one_account(fake_redis: redis.Redis, openai: FakeOpenAI) -> None:
    context = context_factory(fake_redis).open(organisation(openai), "r1", "chat", "7", "3")
    assert (context.contact, context.flow, context.function) == ("7", "3", "chat")
    first = context.model_client()
    assert context.model_client() is first
    other = context.another_model_client()
    assert other is not first
    assert other.account == first.account
    assert context.clients == [first, other]


def test_the_tokens_of_nested_calls_are_the_outer_calls_too(
    fake_redis: redis.Redis, openai: FakeOpenAI
) -> None:
    outer = context_factory(fake_redis).open(organisation(openai), "r1", "function_calling", "7")
    openai.say("Hello!", "Hello again!")
    ask(outer)
    own = outer.tokens_used()
    inner = outer.nested()
    ask(inner)
    assert inner.tokens_used() > 0
    assert outer.tokens_used() == own + inner.tokens_used()
    assert (inner.depth, inner.called_by, inner.contact) == (1, "function_calling", "7")


def test_the_prompt_is_that_of_the_calls_account(
    fake_redis: redis.Redis, openai: FakeOpenAI
) -> None:
    second = {"openai/accounts/second": {"system_prompt": "Second."}}
    context = context_factory(fake_redis).open(organisation(openai, **second), "r1", "chat")
    assert context.system_prompt is None
    context.account = "second"
    assert context.system_prompt == "Second."
    assert context.nested().system_prompt == "Second."


def test_maps_need_a_key(fake_redis: redis.Redis) -> None:
    contexts = context_factory(fake_redis)
    without = contexts.open(Organisation("acme", {}, {}), "r1", "geolocation")
    with pytest.raises(MissingApiKey):
        without.google_maps()
    sections = {"google_maps": {"api_key": "maps-key"}}
    assert contexts.open(Organisation("acme", sections, {}), "r1", "geolocation").google_maps()
