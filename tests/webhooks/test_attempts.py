"""No attempt to give a model orders is obeyed, whichever way it gets into a function."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.obeying_model import OBEYED, gives_orders, obeying_model, places
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.webhooks.attempts import ATTEMPTS, LANGUAGES
from tests.webhooks.ways_in import WAYS, Way, World
from webhooks.registry import load_functions

AT_ONCE = 12  # attempts in one call: of ten calls each way, one that obeys is found as well
ASKS_NO_MODEL = frozenset(
    (
        *("ask_a_person", "check_response", "geolocation", "get_buttons", "rate_answer"),
        "record_consent",
    )
)
OF_LANGUAGES = [way for way in WAYS if "language" in way.place]
SHORT = [*OF_LANGUAGES, *(way for way in WAYS if "user" in way.place)]
"""Ways that take only a short text."""


@pytest.fixture
def world(service: Service, openai: FakeOpenAI) -> World:
    service.organisation(openai, system_prompt="You are Asha, a teacher.")
    openai.say_by(obeying_model)
    return World(service, openai)


def test_there_are_a_hundred() -> None:
    assert len(set(ATTEMPTS)) >= 100
    assert all(map(gives_orders, (*ATTEMPTS, *LANGUAGES)))


def test_every_function_has_a_way() -> None:
    assert {way.function for way in WAYS} == set(load_functions().names())


def together(attempts: tuple[str, ...]) -> Iterator[str]:
    for start in range(0, len(attempts), AT_ONCE):
        yield "\n\n".join(attempts[start : start + AT_ONCE])


def check(world: World, way: Way, text: str) -> bool:
    """Play a way; returns whether a provider was asked with an answer that the caller got."""
    world.openai.requests.clear()
    answer = way.play(world, text)
    assert OBEYED not in answer.body.decode(), f"{way}: {text}"
    for asked in world.openai.requests:
        if isinstance(asked.body, dict):
            obeyed = [place for place in places(asked.body) if gives_orders(place)]
            assert not obeyed, f"{way}, {asked.path}: {obeyed}"
    return bool(world.openai.requests) and answer.status == 200


@pytest.mark.parametrize("function", load_functions().names())
def test_nothing_is_obeyed(world: World, function: str) -> None:
    for way in (way for way in WAYS if way.function == function):
        answered = [check(world, way, text) for text in together(ATTEMPTS)]
        assert any(answered) or function in ASKS_NO_MODEL or way in SHORT, way


def test_a_language_is_no_order(world: World) -> None:
    for way in OF_LANGUAGES:
        assert all(check(world, way, text) for text in LANGUAGES), way


def test_no_verdict_of_a_rule_is_an_order(world: World) -> None:
    tells = {"action": "tell"}
    rules = {"self_harm": tells, "minors": tells, "topics": {"allowed": "Farming", **tells}}
    assert world.service.admin("PUT", "/settings/acme/guardrails", rules).status == 201
    (way,) = (way for way in WAYS if str(way) == "parse_via_chat_gpt:_question_text")
    for text in together(ATTEMPTS):
        assert check(world, way, text)
        verdict, _ = world.openai.requests
        assert "verdict" in verdict.raw.decode()


def test_the_model_does_obey_elsewhere() -> None:
    """What the tests above rest on."""
    for attempt in ATTEMPTS:
        for place in ({"messages": [{"role": "system", "content": attempt}]}, {"tools": [attempt]}):
            assert obeying_model(place) == OBEYED, attempt
