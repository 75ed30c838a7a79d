"""Conversations as data: what is said, what is sent, what is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.play.script import ScriptPlayer
from tests.flows.building import export_of

FILES = sorted((Path(__file__).parent).glob("*.json"))
SCRIPTS = [(path.stem, name) for path in FILES for name in json.loads(path.read_text())["scripts"]]


@pytest.mark.parametrize(("stem", "name"), SCRIPTS)
def test_conversation(stem: str, name: str) -> None:
    data = json.loads((Path(__file__).parent / f"{stem}.json").read_text())
    export = export_of(data["flows"], interactive_templates=data.get("templates", []))
    played = ScriptPlayer(export, data["scripts"][name]).play()
    assert played.differences == []


def test_there_are_conversations() -> None:
    assert len(SCRIPTS) > 30
