"""Real Glific exports: each is read, written back, linted and played; none may raise.

The exports are not part of this repository; without them these tests are skipped. The scripts in
`glific/` were written from reading the flows; each bears the name of an export.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from flows.definition.definition import Export
from flows.definition.reading import read_export
from flows.engine.engine import Engine
from flows.lint import CRITICAL, FunctionSpec, LintContext, lint
from flows.model.contact import Contact
from flows.model.session import Message, Session
from flows.play.script import ScriptPlayer
from flows.play.standalone import StandaloneServices
from tests.flows.building import export_of

SHARED = Path(__file__).parents[3] / "shared" / "data" / "glific-flows"
EXPORTS = sorted(SHARED.glob("*.json")) if SHARED.is_dir() else []
SCRIPTS = sorted((Path(__file__).parent / "glific").glob("*.json"))

needs_exports = pytest.mark.skipif(not EXPORTS, reason="the real exports are not here")

SAID = ("1", "hello", "2", "Yes", "No Response", "success", "👍", "correct", "स्वागत", "<%= 1/0 %>")
CHAT = FunctionSpec(
    fields=frozenset(("question_text", "prompt", "gpt_model", "model", "temperature")),
    required=frozenset(("question_text",)),
    results=frozenset(("success", "parsed_msg", "thread_id")),
)
AROUND = LintContext(functions={"parse_via_chat_gpt": CHAT}, flows={}, groups=frozenset())


@needs_exports
@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.stem)
def test_export_is_written_back_as_it_was(path: Path) -> None:
    document = orjson.loads(path.read_bytes())
    export = read_export(path.read_bytes())
    if "flows" in document:
        assert export.as_dict() == document
    else:
        assert export.flows[0].source == document
        assert read_export(export.as_dict()).flows[0].source == document


@needs_exports
@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.stem)
def test_export_is_linted(path: Path) -> None:
    for flow in read_export(path.read_bytes()).flows:
        for around in (None, AROUND):
            for issue in lint(flow, around):
                assert issue.message
                assert issue.node in {"", *flow.nodes}


@needs_exports
@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.stem)
def test_export_plays_whatever_is_said(path: Path) -> None:
    export = read_export(path.read_bytes())
    services = StandaloneServices()
    services.add(export)
    engine = Engine(services)
    kinds: tuple[dict[str, Any], ...] = (
        {"type": "image", "url": "https://x.org/a.png"},
        {"type": "location", "latitude": 1.0, "longitude": 2.0},
    )
    for flow in export.flows:
        for first in range(len(SAID)):
            session = Session(Contact(id="7", name="Asha", phone="919800000000"))
            engine.start(session, flow.uuid)
            messages = [Message(text=text) for text in SAID[first:] + SAID[:first]]
            for message in (*messages, *(Message(**kind) for kind in kinds)):
                engine.receive(session, message)
                stored = orjson.loads(orjson.dumps(session.as_dict()))
                restored = Session.from_dict(stored)
                assert restored == session
                session = restored
                assert len(session.runs) <= 2


@needs_exports
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_conversation(path: Path) -> None:
    for name, script in json.loads(path.read_text()).items():
        export = read_export((SHARED / path.name).read_bytes())
        if "also" in script:
            more = export_of(script.pop("also"))
            export = Export(
                flows=export.flows + more.flows,
                interactive_templates=export.interactive_templates,
            )
        assert ScriptPlayer(export, script).play().differences == [], name


@needs_exports
def test_the_linter_finds_what_was_planted() -> None:
    flow = read_export((SHARED / "test.json").read_bytes()).flows[0]
    around = LintContext(
        flows={},
        groups=frozenset(("1",)),
        contacts=frozenset(("12",)),
        templates=frozenset(),
        keywords={"newcontact": "x"},
        standing=frozenset(("gone",)),
    )
    found = {issue.message for issue in lint(flow, around)}
    assert {
        "Could not find Sub Flow: Help Workflow",
        "Could not find Group: Does Not Exist",
        "Could not find Contact: SaaS Admin",
        "A template could not be found in the flow",
        '"newcontact" has already been used as a keyword for a flow',
        "Your flow has dangling nodes",
        "The next message after a long wait for time should be a template",
        "The next message after a long no response should be a template",
        "The next node after interactive Node 731b should be wait for response",
        "Some of your users in the flow have their node deleted",
        "Node cee6 is missing translations in Hindi",
    } <= found
    assert [issue for issue in lint(flow, around) if issue.severity == CRITICAL]


def test_there_are_enough_scripts() -> None:
    assert len(SCRIPTS) >= 12
