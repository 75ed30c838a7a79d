"""Reading definitions: every shape, clear errors, nothing hostile gets through."""

from __future__ import annotations

import contextlib
import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowhook.errors import FlowhookError, InvalidInput, TooLarge
from flows.definition.reading import read_export, read_flow
from flows.engine.engine import Engine
from flows.lint import lint
from flows.model.bounds import MAX_DEPTH
from flows.model.contact import Contact
from flows.model.events import MsgCreated
from flows.model.session import Message, Session
from flows.play.standalone import StandaloneServices
from tests.flows.building import definition_of, export_of, node_of

FLOW: dict[str, Any] = {
    "uuid": "f-0001",
    "name": "Enrol",
    "nodes": [
        {"id": "ask1", "send": "Ready?", "to": "hear"},
        {
            "id": "hear",
            "wait": {"result": "a", "seconds": 5},
            "cases": [["has_any_word", ["yes"], "Yes", "hook"]],
            "else": "ask1",
            "silent": "ask1",
        },
        {
            "id": "hook",
            "webhook": {"url": "chat", "result_name": "r", "body": "{}"},
            "success": "ask1",
            "failure": "dice",
        },
        {"id": "dice", "random": ["ask1", "hear"]},
    ],
}


def definition() -> dict[str, Any]:
    return definition_of(FLOW)


def test_three_shapes() -> None:
    bare = definition()
    assert read_export(bare).flows == read_export({"definition": bare}).flows
    entry = {"definition": bare, "keywords": ["enrol"], "unknown": 1}
    document = {
        "flows": [entry],
        "contact_field": ["village"],
        "collections": ["Enrolled 2026"],
        "interactive_templates": [{"source_id": 41}],
        "extra": {"kept": True},
    }
    export = read_export(json.dumps(document))
    assert export.flows[0].keywords == ("enrol",)
    assert export.as_dict() == document
    assert read_export(json.dumps(export.as_dict()).encode()).as_dict() == document


def test_the_start_node_is_the_topmost_then_leftmost() -> None:
    source = definition()
    places = {"ask1": (5, 0), "hear": (1, 9), "hook": (1, 3.5), "dice": (9, 0)}
    source["_ui"]["nodes"] = {
        uuid: {"position": {"top": top, "left": left}} for uuid, (top, left) in places.items()
    }
    assert read_flow(source).start == "hook"
    source["_ui"]["nodes"]["deleted"] = {"position": {"top": 0, "left": 0}}
    assert read_flow(source).start == ""


@pytest.mark.parametrize("drawing", [None, {}, {"nodes": {}}, {"nodes": {"hook": {}}}])
def test_an_undrawn_flow_starts_where_no_exit_leads(drawing: Any) -> None:
    source = definition()
    source["nodes"].append(node_of({"id": "hello", "send": "Hello", "to": "ask1"}))
    source["_ui"] = drawing
    assert read_flow(source).start == "hello"
    del source["_ui"]
    assert read_flow(source).start == "hello"
    source["nodes"].pop()
    assert read_flow(source).start == "ask1"  # every node is led to
    source["nodes"] = []
    assert read_flow(source).start == ""


def test_a_node_that_leads_to_itself_can_be_the_start() -> None:
    nodes: list[Any] = [{"id": "end1", "send": "Bye"}, {"id": "ask1", "wait": {}, "else": "ask1"}]
    nodes[1]["cases"] = [["has_any_word", ["yes"], "Yes", "end1"]]
    source = definition_of({"uuid": "f", "nodes": nodes})
    assert read_flow({**source, "_ui": {}}).start == "ask1"


@pytest.mark.parametrize("left_out", [True, False])
def test_lists_that_a_script_leaves_out_are_empty(left_out: bool) -> None:
    """`actions`, `cases`, `arguments` and `headers` may be missing, or null."""
    source = definition()
    _, hear, hook = source["nodes"][:3]
    for holder, key in (
        (hear, "actions"),
        (hear["router"]["cases"][0], "arguments"),
        (hook["actions"][0], "headers"),
        (hook["router"], "cases"),
    ):
        if left_out:
            del holder[key]
        else:
            holder[key] = None
    flow = read_flow(source)
    assert flow.nodes["hear"].actions == ()
    router = flow.nodes["hear"].router
    assert router is not None
    assert router.cases[0].arguments == ()
    services = StandaloneServices()
    services.publish(flow)
    session = Session(Contact(id="1"))
    said = Engine(services).start(session, flow.uuid)
    said += Engine(services).receive(session, Message(text="no"))
    assert [one.text for one in said if isinstance(one, MsgCreated)] == ["Ready?", "Ready?"]
    assert lint(flow)


def test_an_unconnected_other_can_repeat_the_question() -> None:
    flow = copy.deepcopy(FLOW)
    flow["nodes"] = [*FLOW["nodes"][:1], {**FLOW["nodes"][1], "else": None}]
    plain = export_of([flow]).flows[0]
    repeating = export_of([{**flow, "respond_other": True}]).flows[0]
    assert plain.nodes["hear"].destination("hear.e.Other") is None
    assert repeating.nodes["hear"].destination("hear.e.Other") == "ask1"


def _without(*path: Any) -> dict[str, Any]:
    source = definition()
    inner: Any = source
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return source


def _with(value: Any, *path: Any) -> dict[str, Any]:
    source = definition()
    inner: Any = source
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return source


BROKEN = [
    (_without("uuid"), "uuid"),
    (_without("nodes"), "nodes"),
    (_with({}, "nodes"), "list"),
    (_with([1], "nodes"), "is not an object"),
    (_without("nodes", 0, "uuid"), "a node"),
    (_without("nodes", 0, "exits"), "ask1"),
    (_with({}, "nodes", 0, "actions"), "ask1"),
    (_without("nodes", 0, "actions", 0, "text"), "Node ask1 (ask1), action send_msg: Missing"),
    (_without("nodes", 0, "actions", 0, "uuid"), "ask1"),
    (_without("nodes", 0, "actions", 0, "type"), "ask1"),
    (_with("", "nodes", 0, "actions", 0, "delay"), '"delay"'),
    (_with(1.5, "nodes", 0, "actions", 0, "delay"), '"delay"'),
    (_with("9" * 5000, "nodes", 0, "actions", 0, "delay"), '"delay"'),
    (_with(5, "nodes", 0, "exits", 0, "destination_uuid"), "ask1"),
    (_with(5, "nodes", 1, "router"), "hear"),
    (_with("dance", "nodes", 1, "router", "type"), "switch or random"),
    (_without("nodes", 1, "router", "categories"), "categories"),
    (_with([], "nodes", 3, "router", "categories"), "no categories"),
    (_with("x", "nodes", 1, "router", "default_category_uuid"), "Default Category"),
    (_with("x", "nodes", 1, "router", "cases", 0, "category_uuid"), "Category ID does not exist"),
    (_with("x", "nodes", 1, "router", "categories", 0, "exit_uuid"), "exit"),
    (_with(5, "nodes", 1, "router", "categories", 0, "name"), "no name"),
    (_with("x", "nodes", 1, "router", "cases"), "cases"),
    (_with("x", "nodes", 1, "router", "cases", 0, "arguments"), "arguments"),
    (_without("nodes", 1, "router", "wait", "type"), "wait"),
    (_with("soon", "nodes", 1, "router", "wait", "timeout", "seconds"), "seconds"),
    (_with("9" * 12, "nodes", 1, "router", "wait", "timeout", "seconds"), "seconds"),
    (_with(True, "nodes", 1, "router", "wait", "timeout", "seconds"), "seconds"),
    (_with([1], "nodes", 1, "router", "wait", "timeout"), '"timeout"'),
]


@pytest.mark.parametrize(("written", "seconds"), [("5", 5), ("9" * 11, 366 * 86_400), ("", 0)])
def test_a_time_may_be_written_as_text(written: str, seconds: int) -> None:
    source = _with(written, "nodes", 1, "router", "wait", "timeout", "seconds")
    router = read_flow(source).nodes["hear"].router
    assert router is not None
    assert router.wait is not None
    assert router.wait.timeout_seconds == seconds


@pytest.mark.parametrize(("source", "named"), BROKEN)
def test_what_cannot_be_loaded_is_named(source: Any, named: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_flow(source)
    assert named in caught.value.message


@pytest.mark.parametrize(
    "document",
    [
        "",
        "[]",
        "5",
        "{",
        b"\xff\xfe",
        '{"flows": 1}',
        '{"flows": [1]}',
        '{"flows": [{}]}',
        '{"flows": [{"definition": {"uuid": "a", "nodes": []}, "keywords": [1]}]}',
        '{"flows": []}',
        '{"nodes": NaN}',
        '{"a":' * 5000 + "1" + "}" * 5000,
        "[" * 200_000,
    ],
)
def test_hostile_documents_are_refused(document: str | bytes) -> None:
    with pytest.raises(InvalidInput):
        read_export(document)


def test_hostile_objects_are_refused() -> None:
    deep: Any = 1
    for _ in range(MAX_DEPTH + 2):
        deep = [deep]
    endless: dict[str, Any] = {"uuid": "a"}
    endless["nodes"] = endless
    for document in ({"nodes": deep}, {1: 2}, {"uuid": "a\ud800", "nodes": []}, endless):
        with pytest.raises(InvalidInput):
            read_export(document)  # type: ignore[arg-type]


def test_large_documents_are_refused() -> None:
    node = definition()["nodes"][0]
    many = {"uuid": "a", "nodes": [{**node, "uuid": str(number)} for number in range(3_001)]}
    for document in (many, "x" * (8 * 1024 * 1024 + 1), {"a": [0] * 300_001}, {"a": "x" * 200_001}):
        with pytest.raises(TooLarge):
            read_export(document)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in pairs:
        found += _paths(inner, (*path, key))
    return found


PATHS = _paths(definition())


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PATHS), JUNK), min_size=1, max_size=3))
def test_a_damaged_definition_is_refused_or_runs(
    damages: list[tuple[tuple[Any, ...], Any]],
) -> None:
    source = definition()
    for path, value in damages:
        inner: Any = source
        with contextlib.suppress(KeyError, IndexError, TypeError):
            for step in path[:-1]:
                inner = inner[step]
            inner[path[-1]] = value
    try:
        flow = read_flow(source)
    except FlowhookError:
        return
    lint(flow)
    services = StandaloneServices()
    services.publish(flow)
    engine = Engine(services)
    session = Session(Contact(id="1"))
    try:
        engine.start(session, flow.uuid)
    except InvalidInput:
        return
    for text in ("yes", "no", "Failure"):
        engine.receive(session, Message(text=text))
        assert Session.from_dict(json.loads(json.dumps(session.as_dict()))) == session


def test_odd_characters_of_a_file_are_mended() -> None:
    written = json.dumps({**definition_of(FLOW), "name": "Enrol \ud83d\0"})
    for document in (written.encode("utf-8-sig"), written, "\ufeff" + written):
        (flow,) = read_export(document).flows
        assert flow.name == "Enrol \ufffd"
