"""Flows as data: what an exploration reaches, finds wrong and proposes."""

from __future__ import annotations

from typing import Any

import pytest

from flows.exploring import explorer as explorers
from flows.exploring import proposals
from flows.exploring.explorer import Explorer
from flows.exploring.personas import PERSONAS
from flows.play.standalone import StandaloneServices
from tests.flows.building import export_of
from tests.flows.exploring.exploring import explored, missed, pretend, turns

Json = dict[str, Any]


def flow(*nodes: Json, **more: Any) -> Json:
    return {"uuid": "f", "name": "F", "nodes": list(nodes), **more}


def said(*ids: str) -> list[Json]:
    return [{"id": one, "send": f"This is {one}."} for one in ids]


def one_wait(*cases: list[Any]) -> Json:
    """A wait with a way for each case, and one for all else."""
    ends = [f"end{number}" for number in range(len(cases))]
    routes = [
        [*case, f"C{at}", end] for at, (case, end) in enumerate(zip(cases, ends, strict=True))
    ]
    wait = {"id": "w", "wait": {"result": "a"}, "cases": routes, "else": "other"}
    return flow({"id": "q", "send": "Well?", "to": "w"}, wait, *said(*ends, "other"))


@pytest.mark.parametrize(
    "cases",
    [
        [["has_any_word", ["yes, haan"]], ["has_any_word", ["no nahi"]]],
        [["has_all_words", ["red blue"]], ["has_phrase", ["green"]]],
        [["has_number_between", ["1", "5"]], ["has_number_between", ["6", "10"]]],
        [["has_number_lt", ["18"]], ["has_number_gte", ["18"]]],
        [["has_number_eq", ["5"]], ["has_number", []]],
        [["has_pattern", [r"^\d{6}$"]], ["has_pattern", ["(hindi|tamil)s?$"]]],
        [["has_phone", []], ["has_email", []]],
        [["has_image", []], ["has_audio", []], ["has_media", []], ["has_location", []]],
        [["has_beginning", ["book"]], ["has_only_phrase", ["cancel it"]]],
        [["has_multiple", ["hindi tamil"]], ["has_only_text", ["stop"]]],
    ],
)
def test_every_category_of_a_wait_is_reached(cases: list[list[Any]]) -> None:
    found = explored(one_wait(*cases))
    assert missed(found) == set()
    assert found["issues"] == []
    assert len(turns(found)) == len(cases) + 1
    assert found["coverage"]["nodes"] == [len(cases) + 3, len(cases) + 3]


@pytest.mark.parametrize(
    "case",
    [
        ["has_number_gt", ["1e999"]],
        ["has_pattern", ["("]],
        ["has_pattern", ["(((a{50}){50}){50}){50}"]],
        ["has_number_between", ["1"]],
        ["has_nothing_known", []],
    ],
)
def test_a_case_that_nothing_passes_does_no_harm(case: list[Any]) -> None:
    assert ("end0", "") in missed(explored(one_wait(case)))


def test_an_earlier_case_that_takes_all_leaves_the_later_one_missed() -> None:
    found = explored(one_wait(["has_text", []], ["has_any_word", ["yes"]]))
    assert {("w", "C1"), ("end1", "")} <= missed(found)


def test_a_button_is_tapped_and_silence_lets_the_time_run_out() -> None:
    buttons = {"quick_replies": ["Yes", "No"]}
    wait = {
        "id": "w",
        "wait": {"seconds": 60},
        "cases": [["has_any_word", ["yes"], "Yes", "y"]],
        "else": "n",
        "silent": "gone",
    }
    found = explored(
        flow(
            {"id": "q", "send": "Sure?", "with": buttons, "to": "w"}, wait, *said("y", "n", "gone")
        )
    )
    assert missed(found) == set()
    assert [{"type": "no_response"}] in turns(found)


def test_functions_fail_and_answer_what_a_split_looks_for() -> None:
    hook = {"url": "ask", "result_name": "it", "body": "{}"}
    split = {
        "id": "s",
        "split": "@results.it.kind",
        "cases": [
            ["has_only_text", ["fees"], "Fees", "fees"],
            ["has_number_gt", ["5"], "Many", "many"],
        ],
        "else": "else",
    }
    found = explored(
        flow(
            {"id": "h", "webhook": hook, "success": "s", "failure": "sorry"},
            split,
            *said("fees", "many", "else", "sorry"),
        )
    )
    assert missed(found) == set()
    assert found["proposals"] == []  # no turn of a contact decides any of it


def test_the_contact_and_what_is_given_decide() -> None:
    by_field = {
        "id": "a",
        "split": "@contact.fields.village",
        "cases": [["has_only_text", ["Rampur"], "Rampur", "b"]],
        "else": "b",
    }
    by_language = {
        "id": "b",
        "split": "@contact.language",
        "cases": [["has_any_word", ["hindi"], "Hindi", "c"]],
        "else": "c",
    }
    given = {
        "id": "c",
        "split": "@results.class",
        "cases": [["has_number_between", ["1", "5"], "Small", "w"]],
        "else": "w",
    }
    wait = {"id": "w", "wait": {}, "cases": [], "else": "end"}
    found = explored(flow(by_field, by_language, given, wait, *said("end")))
    assert missed(found) == set()


def test_a_collection_is_varied_and_not_proposed() -> None:
    split = {
        "id": "s",
        "split": "@contact.groups",
        "cases": [["has_group", ["5", "Five"], "In", "in"]],
        "else": "out",
    }
    found = explored(flow(split, *said("in", "out"), keywords=["go"]))
    assert missed(found) == set()
    assert [one["reaches"] for one in found["proposals"]] == [["Other", "out", "s"]]


def test_a_later_split_by_an_answer_gets_the_answers_that_it_needs() -> None:
    wait = {"id": "w", "wait": {"result": "age"}, "cases": [], "else": "s"}
    split = {
        "id": "s",
        "split": "@results.age",
        "cases": [
            ["has_number_lt", ["18"], "Child", "child"],
            ["has_number_gt", ["60"], "Old", "old"],
        ],
        "else": "else",
    }
    found = explored(flow(wait, split, *said("child", "old", "else")))
    assert missed(found) == set()
    assert ["17"] in turns(found)


def test_chance_takes_every_way_and_waits_of_the_flow_end() -> None:
    pause = {"type": "wait_for_time", "delay": "3600"}
    nodes: list[Json] = [
        {"id": "r", "random": ["p", "b"]},
        {"id": "p", "actions": [pause], "to": "a"},
    ]
    assert missed(explored(flow(*nodes, *said("a", "b")))) == set()


def test_the_branches_of_a_flow_that_it_enters_are_walked_and_not_counted() -> None:
    inner = {**one_wait(["has_any_word", ["yes"]]), "uuid": "inner"}
    found = explored(flow({"id": "e", "enter": "inner", "to": "end"}, *said("end")), inner)
    assert found["coverage"]["nodes"] == [2, 2]
    assert missed(found) == {("e", "Expired")}


def issues(found: Json) -> list[tuple[str, str, str]]:
    """Issues by node, severity and how their message goes on."""
    return [
        (one["node"], one["severity"], one["message"].partition(" ")[2]) for one in found["issues"]
    ]


def test_a_flow_that_fails_is_told_with_what_was_said() -> None:
    wait = {"id": "w", "wait": {}, "cases": [["has_any_word", ["go"], "Go", "e"]], "else": "ok"}
    found = explored(flow(wait, {"id": "e", "enter": "nowhere"}, *said("ok")))
    assert issues(found) == [
        ("e", "Critical", "e fails after “go”: Could not find Sub Flow: nowhere")
    ]


def test_an_answer_without_a_reply_is_told() -> None:
    wait = {"id": "w", "wait": {}, "cases": [["has_any_word", ["go"], "Go", None]], "else": "ok"}
    found = explored(flow(wait, *said("ok")))
    assert issues(found) == [("w", "Warning", 'w: an answer ("Go") gets no reply after “go”')]


def test_a_wait_that_no_answer_leaves_is_told() -> None:
    wait = {"id": "w", "wait": {}, "cases": [["has_intent", ["book", "0.9"], "In", "ok"]]}
    found = explored(flow(wait, *said("ok")))
    told = "w waits for an answer, and no answer goes on from it"
    assert ("w", "Critical", told) in issues(found)


def test_a_flow_without_an_end_is_told_once() -> None:
    wait = {"id": "w", "wait": {}, "cases": [["has_any_word", ["a"], "A", "q"]], "else": "q"}
    found = explored(flow({"id": "q", "send": "Well?", "to": "w"}, wait))
    endless = [one for one in issues(found) if "an end of the flow" in one[2]]
    assert [one[:2] for one in endless] == [("w", "Warning")]


def test_a_loop_that_never_waits_ends_the_exploration_with_its_reason() -> None:
    found = explored(flow({"id": "a", "send": "A", "to": "b"}, {"id": "b", "send": "B", "to": "a"}))
    assert [one["severity"] for one in found["issues"]] == ["Critical"]
    assert "Infinite loop" in found["issues"][0]["message"]
    assert found["is_whole"]


def test_a_long_way_is_walked_and_only_what_a_case_can_hold_is_proposed() -> None:
    waits = [
        {"id": f"w{at}", "wait": {"result": f"r{at}"}, "cases": [], "else": f"w{at + 1}"}
        for at in range(60)
    ]
    found = explored(flow(*waits, {"id": "w60", "send": "End"}), most=200)
    assert missed(found) == set()
    assert max(map(len, turns(found))) == 50


def test_the_number_of_turns_is_bounded() -> None:
    """In a flow that keeps all answers, most turns lead to a state that was not seen before."""
    cases = [["has_any_word", [word], word, "q"] for word in ("a", "b", "c", "d")]
    waits = [
        {"id": f"w{at}", "wait": {"result": f"r{at}"}, "cases": cases, "else": f"w{(at + 1) % 9}"}
        for at in range(9)
    ]
    start = {"id": "q", "send": "Well?", "to": "w0"}
    export = export_of([flow(start, *waits, *said("never"))])
    services = StandaloneServices()
    services.add(export)
    explorer = Explorer(export.flows[0], services, pretend)
    assert explorer.explore(most_steps=20).is_whole is False
    assert explorer.walker.steps <= 20 + len(waits)


def test_the_time_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = one_wait(["has_any_word", ["yes"]])
    monkeypatch.setattr(proposals, "MAX_SECONDS", -1.0)
    assert {one["persona"] for one in explored(asked, personas=["short"])["proposals"]} == {""}
    monkeypatch.setattr(explorers, "MAX_SECONDS", -1.0)
    found = explored(asked)
    assert not found["is_whole"]
    assert found["coverage"]["nodes"][0] == 0


def test_what_is_kept_of_all_turns_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = one_wait(*([["has_any_word", [f"w{at}"]] for at in range(9)]))
    asked["nodes"][0]["send"] = "x" * 1_000
    monkeypatch.setattr(explorers, "MAX_KEPT_BYTES", 500)
    found = explored(asked)
    assert not found["is_whole"]
    assert len(missed(found)) > 9


def test_a_pattern_without_a_known_letter_is_passed_over() -> None:
    found = explored(one_wait(["has_pattern", ["[^abc123 ]{4}"]], ["has_pattern", ["[^abc123 ]"]]))
    assert found["coverage"]["nodes"] == [5, 5]


@pytest.mark.parametrize("persona", sorted(PERSONAS))
def test_a_persona_says_the_same_in_other_words(persona: str) -> None:
    found = explored(one_wait(["has_any_word", ["yes"]]), personas=[persona])
    [spoken] = turns(found, persona)
    assert spoken != ["When should I sow the seeds?"]
    assert turns(found) == [["yes"], ["When should I sow the seeds?"]]
    assert turns(explored(one_wait(["has_any_word", ["yes"]]), personas=[persona]), persona) == [
        spoken
    ]


def test_words_that_lead_elsewhere_are_not_proposed() -> None:
    found = explored(one_wait(["has_text", []]), personas=["voice_note"])
    assert turns(found, "voice_note") == []


def test_no_more_than_asked_are_proposed_the_shortest_first() -> None:
    found = explored(one_wait(["has_any_word", ["yes"]]), personas=list(PERSONAS), most=2)
    assert len(found["proposals"]) == 2
    assert {one["persona"] for one in found["proposals"]} == {""}
