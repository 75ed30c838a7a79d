"""An entry's texts are translated by a model that may damage, cut off or misread them."""

from __future__ import annotations

import pytest

from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import Service
from tests.webhooks.translation.translating import texts_of, translate


def test_a_damaged_text_is_asked_for_once_more(translating: Service, openai: FakeOpenAI) -> None:
    openai.say_json({"1": "SUMMER", "2": "HELLO THERE"})
    entry = {"title": "Summer", "say": "Hello {{name}} there"}
    answer = translate(translating, entry)
    assert answer.json["entry"] == {"title": "SUMMER", "say": "HELLO {{name}} THERE"}
    assert len(openai.requests) == 2
    assert texts_of(openai.last.body) == {"1": "Hello ⟦0⟧ there"}
    assert "protected part" in openai.last.body["messages"][0]["content"]


@pytest.mark.parametrize("damaged", ["HELLO", "HELLO ⟦0⟧⟦0⟧", "HELLO ⟦0⟧ <b>", "", "⟦0⟧ {{x}}"])
def test_what_stays_damaged_is_invalid(
    translating: Service, openai: FakeOpenAI, damaged: str
) -> None:
    openai.say_json({"1": damaged})
    openai.say_json({"1": damaged})
    answer = translate(translating, {"say": "Hello {{name}} there"})
    assert (answer.status, answer.error["type"]) == (502, "invalid_response")
    assert answer.error["fields"]["entry"][0].startswith("entry.say: ")
    assert "Hello" not in answer.body.decode()
    assert len(openai.requests) == 2


def test_a_cut_off_batch_is_halved(translating: Service, openai: FakeOpenAI) -> None:
    openai.say_cut_off('{"1": "ON')
    entry = {"a": "one thing", "b": "two things", "c": "three things"}
    answer = translate(translating, entry)
    assert answer.json["entry"] == {"a": "ONE THING", "b": "TWO THINGS", "c": "THREE THINGS"}
    assert [len(texts_of(asked.body)) for asked in openai.requests] == [3, 1, 2]
    openai.say_cut_off('{"1": "ON')
    assert translate(translating, {"a": "one thing"}).error["type"] == "truncated"


@pytest.mark.parametrize("first", ["Here you are: UNE CHOSE", '{"1": "UNE CHOSE"}', "[]"])
def test_a_model_that_cannot_write_the_json_is_asked_text_by_text(
    translating: Service, openai: FakeOpenAI, first: str
) -> None:
    openai.say(first, "UNE CHOSE", "DEUX", "DEUX ⟦0⟧")
    answer = translate(translating, {"a": "one thing", "b": "two {{things}}"})
    assert answer.json["entry"] == {"a": "UNE CHOSE", "b": "DEUX {{things}}"}
    assert [asked.body["messages"][1]["content"] for asked in openai.requests[1:]] == [
        "one thing",
        "two ⟦0⟧",
        "two ⟦0⟧",
    ]


def test_a_model_without_json_schema_is_asked_text_by_text(
    translating: Service, openai: FakeOpenAI
) -> None:
    openai.fail(faults.status(400, message="response_format is not known"))
    openai.say("EINS")
    assert translate(translating, {"a": "one thing"}).json["entry"] == {"a": "EINS"}


def test_two_texts_are_halved_into_one_each(translating: Service, openai: FakeOpenAI) -> None:
    openai.say_cut_off('{"1": "ON')
    answer = translate(translating, {"a": "one thing", "b": "two things"})
    assert answer.json["entry"] == {"a": "ONE THING", "b": "TWO THINGS"}
    assert [list(texts_of(asked.body)) for asked in openai.requests] == [["1", "2"], ["1"], ["1"]]


def test_one_damaged_text_of_several_is_asked_for_alone(
    translating: Service, openai: FakeOpenAI
) -> None:
    openai.say_json({"1": "ONE {{x}}", "2": "TWO", "3": ""})
    openai.say("not the JSON that was asked for")
    entry = {"a": "one {{x}}", "b": "two things", "c": "three things"}
    answer = translate(translating, entry)
    assert (answer.status, answer.error["type"]) == (502, "invalid_response")
    assert texts_of(openai.last.body) == {"1": "one ⟦0⟧", "2": "three things"}
    told = openai.last.body["messages"][0]["content"].splitlines()
    assert [line[:3] for line in told[-2:]] == ["1: ", "2: "]
