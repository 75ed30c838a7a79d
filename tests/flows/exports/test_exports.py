"""Every export of this folder is read, written back, linted and played."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from flows.definition.reading import read_export
from flows.engine.engine import Engine
from flows.lint import CRITICAL, WARNING, FunctionSpec, LintContext, lint
from flows.model.contact import Contact
from flows.model.session import Message, Session
from flows.play.script import ScriptPlayer
from flows.play.standalone import StandaloneServices
from tests.flows.exports import EXPORTS, FOLDER, each_export

CONVERSATIONS = [
    pytest.param(path, script, id=f"{path.stem}: {name}")
    for path in EXPORTS
    for name, script in json.loads(path.with_suffix(".scripts.json").read_text()).items()
]

SAID = ("1", "hello", "2", "Yes", "No Response", "success", "👍", "correct", "स्वागत", "<%= 1/0 %>")
SENT: tuple[dict[str, Any], ...] = (
    {"type": "image", "url": "https://x.org/a.png"},
    {"type": "location", "latitude": 1.0, "longitude": 2.0},
)
CHAT = FunctionSpec(
    fields=frozenset(("question_text", "prompt", "gpt_model", "model", "temperature")),
    required=frozenset(("question_text",)),
    results=frozenset(("success", "parsed_msg", "thread_id")),
)
AROUND = LintContext(functions={"parse_via_chat_gpt": CHAT}, flows={}, groups=frozenset())


@pytest.mark.parametrize(("path", "script"), CONVERSATIONS)
def test_conversation(path: Path, script: dict[str, Any]) -> None:
    export = read_export(path.read_bytes())
    assert ScriptPlayer(export, script).play().differences == []


@each_export
def test_export_is_written_back_as_it_was(path: Path) -> None:
    document = orjson.loads(path.read_bytes())
    export = read_export(path.read_bytes())
    if "flows" in document:
        assert export.as_dict() == document
    else:
        assert export.flows[0].source == document
        assert read_export(export.as_dict()).flows[0].source == document


@each_export
def test_export_is_linted(path: Path) -> None:
    for flow in read_export(path.read_bytes()).flows:
        for around in (None, AROUND):
            for issue in lint(flow, around):
                assert issue.message
                assert issue.node in {"", *flow.nodes}


@each_export
def test_export_plays_whatever_is_said(path: Path) -> None:
    export = read_export(path.read_bytes())
    services = StandaloneServices()
    services.add(export)
    engine = Engine(services)
    for flow in export.flows:
        for first in range(len(SAID)):
            session = Session(Contact(id="7", name="Asha", phone="919800000000"))
            engine.start(session, flow.uuid)
            messages = [Message(text=text) for text in SAID[first:] + SAID[:first]]
            for message in (*messages, *(Message(**kind) for kind in SENT)):
                engine.receive(session, message)
                restored = Session.from_dict(orjson.loads(orjson.dumps(session.as_dict())))
                assert restored == session
                session = restored
                assert len(session.runs) <= 2


def test_the_linter_finds_what_was_planted() -> None:
    flow = read_export((FOLDER / "field_visit.json").read_bytes()).flows[0]
    around = LintContext(
        flows={},
        groups=frozenset(("7",)),
        contacts=frozenset(("30",)),
        templates=frozenset(),
        keywords={"guest": "another flow"},
        waiting_nodes=frozenset(("gone",)),
    )
    found = {(issue.severity, issue.message) for issue in lint(flow, around)}
    assert {message for severity, message in found if severity == CRITICAL} == {
        "Could not find Sub Flow: Guest",
        "Could not find Sub Flow: Lost Guests",
        "Could not find Group: Not there",
        "Could not find Contact: Driver",
        "A template could not be found in the flow",
        '"guest" has already been used as a keyword for a flow',
        "Some of your users in the flow have their node deleted",
    }
    assert {message for severity, message in found if severity == WARNING} >= {
        "Your flow has dangling nodes",
        "The next message after a long wait for time should be a template",
        "The next message after a long no response should be a template",
        "The next node after interactive Node e43d should be wait for response",
        "Node 481a is missing translations in Hindi",
    }
