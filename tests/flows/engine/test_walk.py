"""How a run walks, where the conversations of this folder do not tell it."""

from __future__ import annotations

from typing import Any

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
LATE = {"id": "late", "send": "Late"}


def test_an_answer_stops_the_clock() -> None:
    again = {"id": "again", "wait": {"result": "b"}, "else": "done"}
    first = {"id": "ask", "wait": {"seconds": 60}, "else": "again", "silent": "late"}
    turns: list[Json] = [{"starts": ""}, {"says": "x"}, {"waits": 61, "sent": []}]
    play([flow(first, again, DONE, LATE)], turns)


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


def test_a_second_pause_waits_again() -> None:
    pause = {"type": "wait_for_time", "delay": "60"}
    paused = flow(
        {"id": "p", "actions": [pause], "to": "q"},
        {"id": "q", "actions": [pause], "to": "done"},
        DONE,
    )
    turns: list[Json] = [{"starts": ""}, {"waits": 60, "sent": []}, {"waits": 60, "sent": ["Done"]}]
    play([paused], turns)


ENTERING = flow(
    {"id": "enter", "enter": "child", "to": "back", "expired": "late"},
    {"id": "back", "send": "Back with @results.child.a.input"},
    LATE,
)


def test_an_empty_sub_flow_fails() -> None:
    failed = event("flow_failed", reason="Cannot start an empty flow", reset=False)
    play([ENTERING, flow(uuid="child")], [{"starts": "", "events": [failed]}])


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
