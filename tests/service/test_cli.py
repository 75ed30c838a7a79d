"""The command line: what each command says of itself, and what needs no running service."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flowhook.version import VERSION
from service.cli import main
from tests.fixtures_app import Service
from tests.flows.building import export_of

ROOT = Path(__file__).parents[2]
COMMANDS = ("play", "rotate-keys", "run", "version", "worker")
FLOW = str(ROOT / "examples" / "ask_gpt.json")
SCRIPT = str(ROOT / "examples" / "ask_gpt.script.json")


def test_it_lists_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert sorted(re.findall(r"^ {4}([a-z-]+)", shown, re.MULTILINE)) == list(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_its_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: flowhook {command}")


@pytest.mark.parametrize("arguments", [[], ["serve"], ["run", "--workers"], ["play"]])
def test_a_mistake_is_told_with_the_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: flowhook")


@pytest.mark.parametrize("module", ["flowhook", "service.cli"])
def test_a_checkout_that_is_not_installed_knows_its_version(module: str) -> None:
    said = subprocess.check_output([sys.executable, "-m", module, "version"], cwd=ROOT, text=True)
    assert said == f"{VERSION}\n"


def test_it_plays_a_flow_with_made_up_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("Why is the sky blue?\n"))
    assert main(["play", FLOW, "--pretend"]) == 0
    assert "(what parse_via_chat_gpt would answer)" in capsys.readouterr().out


def test_it_finds_the_issues_that_the_service_finds(
    service: Service,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Functions, their fields and keys, models, templates: all that an import knows."""
    body = {"question_text": "why", "gtp_model": "x", "model": "text-davinci-003"}
    nodes = [
        {
            "id": "hook",
            "webhook": {"url": "parse_via_chat_gpt", "result_name": "r", "body": json.dumps(body)},
            "success": "tell",
            "failure": "cert",
        },
        {"id": "cert", "webhook": {"url": "create_certificate", "result_name": "c"}},
        {"id": "tell", "send": "@results.r.answer", "to": "pick"},
        {"id": "pick", "actions": [{"type": "send_interactive_msg", "id": 1, "name": "x"}]},
    ]
    template = {"source_id": 1, "label": "x", "interactive_content": {"type": "list"}}
    export = export_of([{"uuid": "f", "nodes": nodes}], interactive_templates=[template]).as_dict()
    path = tmp_path / "flow.json"
    path.write_text(json.dumps(export))
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert main(["play", str(path), "--pretend"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    service.organisation()
    issues = service.admin("POST", "/flows/validate", export).json["issues"]
    assert len(issues) >= 6
    for issue in issues:
        assert f"{issue['severity']}: {issue['message']}" in shown


def test_it_plays_a_conversation_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", FLOW, "--script", SCRIPT]) == 0
    assert "went as written" in capsys.readouterr().out


def test_what_is_no_flow_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", str(ROOT / "examples" / "none.json")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("none.json: No such file or directory")
