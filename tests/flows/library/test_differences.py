"""What changed between two revisions, in an author's words."""

from __future__ import annotations

from typing import Any

from flows.definition.definition import Flow
from flows.definition.reading import read_entry
from flows.library.differences import differences
from tests.flows.building import definition_of

BODY = '{"question_text": "@results.q", "prompt": "%s"}'


def flow_of(*nodes: dict[str, Any], keywords: tuple[str, ...] = (), **more: Any) -> Flow:
    definition = definition_of({"uuid": "f", "nodes": nodes, **more})
    return read_entry({"definition": definition, "keywords": list(keywords)})


def said(before: Flow, after: Flow) -> list[tuple[str, str | None, str | None]]:
    return [(one.words, one.before, one.after) for one in differences(before, after)]


def test_the_same_flow_has_no_differences() -> None:
    flow = flow_of({"id": "n", "send": "Hello"})
    assert differences(flow, flow) == []


def test_a_changed_text_is_told_by_its_node() -> None:
    before, after = (flow_of({"id": "n", "send": text}) for text in ("What is it?", "Who is it?"))
    assert said(before, after) == [("Node 'Who is it?': text changed", "What is it?", "Who is it?")]


def test_a_prompt_is_told_as_a_key_of_the_body() -> None:
    before, after = (
        flow_of({"id": "n", "webhook": {"url": "u", "result_name": "r", "body": BODY % prompt}})
        for prompt in ("Be short", "Be kind")
    )
    [(words, old, new)] = said(before, after)
    assert words.endswith(": body: prompt changed")
    assert (old, new) == ("Be short", "Be kind")


def test_an_added_translation_keywords_and_name() -> None:
    plain = flow_of({"id": "n", "send": "Hello"}, name="A")
    action = plain.nodes["n"].actions[0].uuid
    told = flow_of(
        {"id": "n", "send": "Hello"},
        name="B",
        keywords=("hi",),
        localization={"hi": {action: {"text": ["नमस्ते"]}}},
    )
    assert said(plain, told) == [
        ("name changed", "A", "B"),
        ("keywords added", None, "hi"),
        ("Node 'Hello': text in hi added", None, "नमस्ते"),
    ]


def test_nodes_that_came_and_went() -> None:
    before = flow_of({"id": "a", "send": "One", "to": "b"}, {"id": "b", "send": "Two"})
    after = flow_of({"id": "a", "send": "One", "to": "c"}, {"id": "c", "send": "Three"})
    told = {words: (old, new) for words, old, new in said(before, after)}
    assert told["Node 'One': leads to changed"] == ("Two", "Three")
    assert "text: Two" in (told["Node 'Two': removed"][0] or "")
    assert "text: Three" in (told["Node 'Three': added"][1] or "")


def test_a_new_title_of_the_target_is_no_change_of_the_way_there() -> None:
    before, after = (
        flow_of({"id": "a", "send": "One", "to": "b"}, {"id": "b", "send": text})
        for text in ("Two", "Drei")
    )
    assert [words for words, _, _ in said(before, after)] == ["Node 'Drei': text changed"]


def test_cases_ways_and_time_outs() -> None:
    def asking(words: str, to: str | None, seconds: int) -> Flow:
        return flow_of(
            {
                "id": "a",
                "wait": {"result": "r", "seconds": seconds},
                "cases": [["has_any_word", [words], "Yes", to]],
                "else": None,
            },
            {"id": "b", "send": "Fine"},
        )

    told = said(asking("yes", "b", 60), asking("yes, haan", None, 90))
    assert told == [
        ("Node '@results.r': time-out changed", "60 s", "90 s"),
        (
            "Node '@results.r': case 1 changed",
            "has_any_word yes → Yes",
            "has_any_word yes, haan → Yes",
        ),
        ("Node '@results.r': 'Yes' leads to changed", "Fine", "the end"),
    ]
