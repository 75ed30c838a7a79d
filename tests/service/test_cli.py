"""The command line: what each command says of itself, and what needs no running service."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from flowhook.version import VERSION
from service.cli import COMMANDS, flowhook, main
from tests.fixtures_app import Service
from tests.flows.building import export_of

ROOT = Path(__file__).parents[2]
FLOW = str(ROOT / "examples" / "ask_gpt.json")
SCRIPT = str(ROOT / "examples" / "ask_gpt.script.json")


def test_it_lists_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out.partition("Commands:")[2]
    assert re.findall(r"^  ([a-z-]+)", shown, re.MULTILINE) == list(COMMANDS)


def commands(
    group: click.Group, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command, those of groups inside too."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        yield (*path, name), found
        if isinstance(found, click.Group):
            yield from commands(found, (*path, name))


@pytest.mark.parametrize("path", [path for path, _ in commands(flowhook)], ids=" ".join)
def test_each_command_has_its_help(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*path, "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Usage: flowhook {' '.join(path)} ")
    assert said.splitlines()[2].endswith((".", ",")) or len(said.splitlines()[3]) > 2


def test_each_option_is_described_and_each_list_has_json() -> None:
    for path, command in commands(flowhook):
        options = [one for one in command.params if isinstance(one, click.Option)]
        assert all(option.help for option in options), path
        if path[-1] == "list":
            assert "as_json" in [option.name for option in options]


@pytest.mark.parametrize("arguments", [[], ["serve"], ["run", "--workers"], ["play"], ["org"]])
def test_a_mistake_is_told_with_the_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("Usage: flowhook")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_it_completes_in_each_shell(shell: str) -> None:
    environment = {"PATH": os.environ["PATH"], "_FLOWHOOK_COMPLETE": f"{shell}_source"}
    command = [sys.executable, "-m", "flowhook"]
    assert "flowhook" in subprocess.check_output(command, env=environment, cwd=ROOT, text=True)
    asked = {"COMP_WORDS": "flowhook org c", "COMP_CWORD": "c" if shell == "fish" else "2"}
    environment |= {"_FLOWHOOK_COMPLETE": f"{shell}_complete", **asked}
    assert "create" in subprocess.check_output(command, env=environment, cwd=ROOT, text=True)


def test_colours_are_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    assert b"\x1b[" not in said_at(terminal=False)
    assert b"\x1b[31m" in said_at(terminal=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert b"\x1b[" not in said_at(terminal=True)


def said_at(*, terminal: bool) -> bytes:
    """What a command that fails says, at a terminal or into a pipe."""
    ours, theirs = pty.openpty() if terminal else os.pipe()
    environment = {**os.environ, "DATA_DIR": "/nowhere", "REDIS_URL": "", "TERM": "xterm"}
    command = [sys.executable, "-m", "flowhook", "org", "list"]
    subprocess.run(command, env=environment, cwd=ROOT, stderr=theirs, check=False)
    said = os.read(ours, 1000)
    assert b"there is no store in /nowhere" in said
    os.close(ours)
    os.close(theirs)
    return said


@pytest.mark.parametrize("module", ["flowhook", "service.cli"])
def test_a_checkout_that_is_not_installed_knows_its_version(module: str) -> None:
    said = subprocess.check_output([sys.executable, "-m", module, "version"], cwd=ROOT, text=True)
    assert said == f"{VERSION}\n"


def test_it_plays_a_flow_with_made_up_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("Why is the sky blue?\n"))
    assert main(["play", FLOW, "--pretend"]) == 0
    assert "Blue light scatters most in the air." in capsys.readouterr().out


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


def test_it_plays_under_its_older_name_too() -> None:
    command = [sys.executable, "-m", "flows", FLOW, "--script", SCRIPT]
    assert "went as written" in subprocess.check_output(command, cwd=ROOT, text=True)
    assert subprocess.run(command[:3], cwd=ROOT, capture_output=True, check=False).returncode == 2


def test_it_plays_a_conversation_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", FLOW, "--script", SCRIPT]) == 0
    assert "went as written" in capsys.readouterr().out


def test_what_is_no_flow_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", str(ROOT / "examples" / "none.json")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("none.json: No such file or directory")
