"""JSON is found where a model put it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.endless import ends
from webhooks.chat.json_in_text import NOT_FOUND, find_json

ONE = {"a": 1}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', ONE),
        ('\ufeff{"a": 1}\n', ONE),
        ('```json\n{"a": 1}\n```', ONE),
        ('```JSON\n{"a": 1}\n```', ONE),
        ('```Json {"a": 1}```', ONE),
        ('``` {"a": 1} ```', ONE),
        ("```\n\n[1]\n\n```\n", [1]),
        ('{"a": "one\ntwo\tthree"}', {"a": "one\ntwo\tthree"}),
        ('{"a": [1, 2, ],\n}', {"a": [1, 2]}),
        ('{"a": ",}", "b": [",]",],}', {"a": ",}", "b": [",]"]}),
        ('{\n "a": "say \\"hi\\"\n"\n}', {"a": 'say "hi"\n'}),
    ],
)
def test_it_is_the_text(text: str, value: Any) -> None:
    assert find_json(text, among_words=False) == value
    assert find_json(text, among_words=True) == value


@pytest.mark.parametrize(
    "text",
    [
        'Here it is:\n```json\n{"a": 1}\n```\nAnything else?',
        '```json\n{"a": 1}',
        'Sure! {"a": 1}',
        '{"a": 1}\n{"a": 1}',
        '{"a": 1}\n\nI hope this helps.',
        'Of course.\n\n{"a": 1}\n\nI hope {this} helps.'.replace("{this}", "this"),
        '```python\n{"a": 1}\n```',
        'Fill in {name} as {"a": 1}, where {} is nothing.',
        'It follows [the rules] (see {1}): {"a": 1} [end]',
        'The "answer" is 5" long: {"a": 1}',
        'Write ```x``` and ```y```: {"a": 1}',
        '```json\n{"a": 1}\n```\n```\nthat is all\n```',
    ],
)
def test_it_is_among_words(text: str) -> None:
    assert find_json(text, among_words=True) == ONE
    assert find_json(text, among_words=False) is NOT_FOUND


def test_a_list_among_words_is_found_whole() -> None:
    text = 'Here: [{"a": 1}, {"a": 2}]. Any {other}?'
    assert find_json(text, among_words=True) == [{"a": 1}, {"a": 2}]
    odd = 'So: {"a": "one\ntwo {b} ```"}.'
    assert find_json(odd, among_words=True) == {"a": "one\ntwo {b} ```"}


@pytest.mark.parametrize(
    "text",
    [
        'For example {"a": 0}. The answer: {"a": 1}',
        '```json\n{"a": 0}\n```\nor\n```json\n{"a": 1}\n```',
    ],
)
def test_of_several_none_is_taken(text: str) -> None:
    assert find_json(text, among_words=True) is NOT_FOUND


@pytest.mark.parametrize("text", ["", "1", '"a"', "{", "no", "```", "{a: 1}", '{"a": 1} {"b": 2}'])
def test_there_is_none(text: str) -> None:
    assert find_json(text, among_words=True) is NOT_FOUND


def test_what_no_flow_reads_is_not_found() -> None:
    assert find_json("[" * 65 + "]" * 65, among_words=True) is NOT_FOUND


@pytest.mark.parametrize(
    "unit", ["\n", "`", "```\n", "{", '{"a":', '{"a', ", ", '"', '"\\', '"\\\n', "}"]
)
def test_what_a_model_repeats_without_end_takes_linear_time(unit: str) -> None:
    with ends():
        assert find_json("```json {" + unit * 100_000 + "x}", among_words=True) is NOT_FOUND
