"""How a run walks: waits, routers, sub-flows, loops and what breaks, as small conversations."""

from __future__ import annotations

from typing import Any

import pytest

from flows.play.script import ScriptPlayer
from tests.flows.building import export_of

Json = dict[str, Any]


def play(flows: list[Json], turns: list[Json], **world: Any) -> None:
    """Play the turns with the first flow and check what they state."""
    played = ScriptPlayer(export_of(flows), {"turns": turns, **world}).play()
    assert played.differences == []


def flow(*nodes: Json, uuid: str = "f", **more: Any) -> Json:
    return {"uuid": uuid, "nodes": list(nodes), **more}


def event(kind: str, **more: Any) -> Json:
    return {"type": kind, **more}


DONE = {"id": "done", "send": "Done"}
ASK = {"id": "ask", "wait": {"result": "a", "seconds": 60}, "else": "done", "silent": "late"}
LATE = {"id": "late", "send": "Late"}


def asking(**wait: Any) -> Json:
    return flow({"id": "ask", "wait": wait, "else": "done", "silent": "late"}, DONE, LATE)


# --- waits --------------------------------------------------------------------------------


def test_a_wait_takes_what_the_contact_says() -> None:
    turns: list[Json] = [
        {"starts": "", "sent": [], "status": "waiting"},
        {
            "says": " Haan ",
            "sent": ["Done"],
            "results": {"a.input": "Haan", "a.category": "Other", "a.intent": None},
            "status": "completed",
        },
    ]
    play([asking(result="a", seconds=60)], turns)


def test_a_wait_ends_with_its_time() -> None:
    turns: list[Json] = [
        {"starts": ""},
        {"waits": 59, "sent": []},
        {"waits": 1, "sent": ["Late"], "results": {"a.category": "No Response"}},
    ]
    play([asking(result="a", seconds=60)], turns)


def test_an_answer_stops_the_clock() -> None:
    again = {"id": "again", "wait": {"result": "b"}, "else": "done"}
    first = {"id": "ask", "wait": {"seconds": 60}, "else": "again", "silent": "late"}
    turns: list[Json] = [{"starts": ""}, {"says": "x"}, {"waits": 61, "sent": []}]
    play([flow(first, again, DONE, LATE)], turns)


def test_a_contact_who_says_a_reserved_word_waits_on_by_its_category() -> None:
    turns: list[Json] = [{"starts": ""}, {"says": "No Response", "sent": ["Late"]}]
    play([asking(result="a", seconds=60)], turns)


def test_the_time_of_a_wait_may_be_an_expression() -> None:
    wait = {"expression": "<%= 2 * 5 %>"}
    play(
        [asking(**wait)], [{"starts": ""}, {"waits": 9, "sent": []}, {"waits": 1, "sent": ["Late"]}]
    )


def test_a_time_that_is_no_number_fails_until_it_is_one() -> None:
    turns: list[Json] = [
        {
            "starts": "",
            "events": [event("flow_failed", reset=False)],
            "status": "failed",
        },
        {"says": "x", "sent": ["Done"], "status": "completed"},
    ]
    play([asking(expression="@results.none")], turns)


# --- pauses -------------------------------------------------------------------------------

PAUSED = flow(
    {"id": "p", "actions": [{"type": "wait_for_time", "delay": "60"}], "to": "done"}, DONE
)


def test_nothing_but_time_ends_a_pause() -> None:
    reason = "unexpected message received while waiting for time"
    ignored = event("msg_ignored", reason=reason)
    turns: list[Json] = [
        {"starts": "", "sent": [], "status": "waiting"},
        {"says": "hello", "sent": [], "events": [ignored]},
        {"says": "No Response", "sent": [], "events": [ignored]},
        {"waits": 60, "sent": ["Done"], "status": "completed"},
    ]
    play([PAUSED], turns)


def test_a_result_ends_a_wait_for_it() -> None:
    wait = {"type": "wait_for_result", "delay": "60"}
    paused = flow({"id": "p", "actions": [wait], "to": "done"}, DONE)
    turns: list[Json] = [
        {"starts": ""},
        {"resumes": {"paid": "yes"}, "sent": ["Done"], "results": {"paid": "yes"}},
    ]
    play([paused], turns)


def test_a_second_pause_waits_again() -> None:
    pause = {"type": "wait_for_time", "delay": "60"}
    paused = flow(
        {"id": "p", "actions": [pause], "to": "q"},
        {"id": "q", "actions": [pause], "to": "done"},
        DONE,
    )
    turns: list[Json] = [{"starts": ""}, {"waits": 60, "sent": []}, {"waits": 60, "sent": ["Done"]}]
    play([paused], turns)


# --- webhooks -----------------------------------------------------------------------------

CALLING = flow(
    {
        "id": "hook",
        "webhook": {"url": "chat", "result_name": "r", "body": ""},
        "success": "done",
        "failure": "late",
    },
    DONE,
    LATE,
)
PENDING = {"functions": {"chat": [{"pending": True, "timeout_seconds": 30}]}}


def test_a_webhook_goes_one_of_two_ways() -> None:
    for status, sent in ((200, "Done"), (500, "Late")):
        answer = {"status": status, "body": {"x": 1}}
        play([CALLING], [{"starts": "", "sent": [sent]}], functions={"chat": [answer]})


def test_a_webhook_that_takes_long_is_waited_for() -> None:
    reason = "message received while waiting for a webhook's answer"
    turns: list[Json] = [
        {"starts": "", "sent": []},
        {"says": "hello", "sent": [], "events": [event("msg_ignored", reason=reason)]},
        {"answers": {"status": 200, "body": {"x": 1}}, "sent": ["Done"], "results": {"r.x": 1}},
    ]
    play([CALLING], turns, **PENDING)


def test_a_webhook_that_takes_too_long_has_failed() -> None:
    turns: list[Json] = [{"starts": ""}, {"waits": 29, "sent": []}, {"waits": 1, "sent": ["Late"]}]
    play([CALLING], turns, **PENDING)


# --- sub-flows ----------------------------------------------------------------------------

ENTERING = flow(
    {"id": "enter", "enter": "child", "to": "back", "expired": "late"},
    {"id": "back", "send": "Back with @results.child.a.input"},
    LATE,
)
CHILD = flow(
    {"id": "hear", "wait": {"result": "a"}, "else": "bye"},
    {"id": "bye", "send": "Bye"},
    uuid="child",
)


def test_a_sub_flow_comes_back_with_its_results() -> None:
    turns: list[Json] = [
        {"starts": "", "with": {"x": {"input": "1"}}},
        {
            "says": "haan",
            "sent": [
                {"text": "Bye", "delay_seconds": 0},
                {"text": "Back with haan", "delay_seconds": 4},
            ],
            "results": {"x.input": "1", "child.a.input": "haan", "child.parent": "(missing)"},
            "status": "completed",
        },
    ]
    play([ENTERING, CHILD], turns)


def test_a_sub_flow_sees_its_parents_results() -> None:
    child = flow({"id": "say", "send": "@results.parent.x.input"}, uuid="child")
    turns: list[Json] = [{"starts": "", "with": {"x": {"input": "1"}}, "sent": ["1", "…"]}]
    play([ENTERING, child], turns)


def test_a_flow_that_ends_by_entering_another_is_completed() -> None:
    ending = flow({"id": "enter", "actions": [{"type": "enter_flow", "flow": {"uuid": "child"}}]})
    turns: list[Json] = [
        {"starts": "", "events": [event("flow_completed", flow="f")]},
        {"says": "x", "sent": ["Bye"], "events": [event("flow_completed", flow="child")]},
    ]
    play([ending, CHILD], turns)


def test_a_sub_flow_that_is_not_waited_for_leaves_the_flow_to_go_on() -> None:
    enter = {"type": "enter_flow", "flow": {"uuid": "child"}}
    going = flow({"id": "enter", "actions": [enter], "to": "done"}, DONE)
    child = flow({"id": "say", "send": "Child"}, uuid="child")
    turns: list[Json] = [{"starts": "", "sent": ["Child", "Done"], "status": "completed"}]
    play([going, child], turns)


def test_a_sub_flow_that_is_not_there_fails() -> None:
    failed = event("flow_failed", reason="Could not find Sub Flow: child", reset=False)
    play([ENTERING], [{"starts": "", "events": [failed], "status": "failed"}])


def test_an_empty_sub_flow_fails() -> None:
    failed = event("flow_failed", reason="Cannot start an empty flow", reset=False)
    play([ENTERING, flow(uuid="child")], [{"starts": "", "events": [failed]}])


def test_flows_that_enter_each_other_end() -> None:
    child = flow({"id": "enter2", "enter": "f", "to": None}, uuid="child")
    failed = event("flow_failed", reason="Repeated loop, hence finished the flow", reset=False)
    play([ENTERING, child], [{"starts": "", "sent": [], "events": [failed]}])


# --- loops and what breaks ----------------------------------------------------------------


def test_a_node_is_visited_six_times_between_two_messages() -> None:
    loop = flow(
        {
            "id": "a",
            "actions": [{"type": "set_run_result", "name": "x", "value": "1", "category": ""}],
            "to": "a",
        },
    )
    reason = "Infinite loop detected, body: a. Resetting flows"
    failed = event("flow_failed", reason=reason, reset=True)
    player = ScriptPlayer(export_of([loop]), {"turns": [{"starts": "", "events": [failed]}]})
    played = player.play()
    assert played.differences == []
    assert [one.type for one in played.turns[0]].count("result_set") == 6


def test_a_loop_in_a_sub_flow_ends_its_parent_too() -> None:
    loop = flow({"id": "a", "split": "x", "else": "a"}, uuid="child")
    turns: list[Json] = [{"starts": "", "sent": [], "status": "failed"}, {"says": "x", "sent": []}]
    play([ENTERING, loop], turns)


def test_the_fifth_same_message_leaves_by_exit_loop() -> None:
    nodes: list[Json] = [
        {"id": "say", "send": "Again?", "to": "hear"},
        {
            "id": "hear",
            "wait": {},
            "cases": [["has_phrase", ["never"], "Exit Loop", "done"]],
            "else": "say",
        },
        DONE,
    ]
    turns: list[Json] = [{"starts": "", "sent": ["Again?"]}]
    turns += [{"says": "x", "sent": ["Again?"]}] * 3
    turns += [{"says": "x", "sent": ["Done"], "events": [event("msg_not_sent")]}]
    play([flow(*nodes)], turns)


def test_a_message_that_cannot_be_sent_ends_the_flow_after_this_turn() -> None:
    broken = flow(
        {"id": "say", "send": "", "to": "hear"}, {"id": "hear", "wait": {}, "else": "done"}, DONE
    )
    turns: list[Json] = [
        {
            "starts": "",
            "sent": [],
            "events": [event("flow_failed", reset=True)],
            "status": "failed",
        },
        {"says": "x", "sent": []},
    ]
    play([broken], turns)


def test_an_exit_that_leads_nowhere_fails_where_it_stands() -> None:
    broken = flow({"id": "say", "send": "Hi", "to": "node-gone"})
    failed = event("flow_failed", reason="the exit leads to node gone, which does not exist")
    play([broken], [{"starts": "", "sent": ["Hi"], "events": [failed], "status": "failed"}])


def test_a_reserved_word_without_a_category_ends_the_flow() -> None:
    waiting = flow({"id": "hear", "wait": {}, "else": "done"}, DONE)
    reason = "Could not find category for: Success"
    turns: list[Json] = [
        {"starts": ""},
        {"says": "Success", "sent": [], "events": [event("flow_failed", reason=reason)]},
    ]
    play([waiting], turns)


@pytest.mark.parametrize("background", [False, True])
def test_only_a_background_flow_lets_another_begin_beside_its_pause(background: bool) -> None:
    paused = {**PAUSED, "is_background": background}
    other = flow({"id": "o", "send": "Other"}, uuid="other", keywords=["other"])
    turns: list[Json] = [
        {"starts": ""},
        {"says": "other", "sent": ["Other"]},
        {"waits": 60, "sent": ["Done"] if background else []},
    ]
    play([paused, other], turns)
