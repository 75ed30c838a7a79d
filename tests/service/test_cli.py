"""The command line: what each command says of itself, and what needs no running service."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flowhook.version import VERSION
from service.cli import main

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


def test_it_plays_a_conversation_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", FLOW, "--script", SCRIPT]) == 0
    assert "went as written" in capsys.readouterr().out


def test_what_is_no_flow_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", str(ROOT / "examples" / "none.json")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("none.json: No such file or directory")
