"""The terminal player: what it shows, its commands, scripts, and where webhooks go."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from flowhook.errors import InvalidInput, ProviderUnavailable
from flowhook.providers.google_sheets import GoogleSheetsClient
from flowhook.providers.guard import AddressGuard
from flows.__main__ import pretended
from flows.definition.reading import read_export
from flows.model.contact import Contact
from flows.model.session import Session
from flows.play.chat_view import ChatView
from flows.play.player import Player
from flows.play.script import ScriptPlayer
from flows.play.webhook_choices import (
    PretendedSheets,
    RunningService,
    SharedSheets,
    pretended_request,
)
from flows.sheets.access import SheetAccess
from tests.fakes.google import FakeGoogle
from tests.fakes.web import answer, serve
from tests.flows.sheets.flows import reading_and_writing
from tests.flows.talking import export

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples"

BUTTONS: dict[str, Any] = {
    "type": "send_interactive_msg",
    "name": "Ready",
    "text": json.dumps(
        {
            "type": "quick_reply",
            "content": {"type": "text", "header": "", "text": "Ready?"},
            "options": [{"type": "text", "title": "Yes"}, {"type": "text", "title": "No"}],
        }
    ),
}
CHOOSING: dict[str, Any] = {
    "uuid": "f",
    "name": "Choosing",
    "nodes": [
        {"id": "b", "actions": [BUTTONS], "to": "w"},
        {
            "id": "w",
            "wait": {"result": "r", "seconds": 60},
            "cases": [["has_only_phrase", ["no"], "No", "n"]],
            "else": "p",
            "silent": "s",
        },
        {"id": "n", "send": "You said [no]"},
        {"id": "s", "send": "Silence"},
        {"id": "p", "actions": [{"type": "wait_for_result", "delay": "60"}], "to": "q"},
        {"id": "q", "send": "Given @results.given.x"},
    ],
}


def played(
    *lines: str, trace: bool = False, flow: Any = CHOOSING, sheets: SheetAccess | None = None
) -> tuple[str, Session]:
    """What the terminal shows when a contact types these lines, and the session at the end."""
    shown = io.StringIO()
    left = list(lines)

    def ask(_prompt: str) -> str:
        if not left:
            raise EOFError
        return left.pop(0)

    player = Player(
        read_export(export(flow)),
        ChatView(Console(file=shown, width=100), trace=trace),
        ask,
        functions=pretended(),
        http=pretended_request,
        sheets=sheets or PretendedSheets(),
        contact=Contact(id="1", name="Asha"),
    )
    session = player.play()
    return shown.getvalue(), session


def test_a_number_chooses_a_button() -> None:
    shown, session = played("2")
    assert "1  Yes" in shown
    assert "You said [no]" in shown
    assert session.status == "completed"
    assert session.ending is not None
    assert session.ending.results["r"]["input"] == "No"


def test_time_passes_on_command() -> None:
    shown, _ = played("/wait", "/wait")
    assert "Silence" in shown
    assert "nothing is waiting" in shown


def test_media_places_results_and_the_other_commands() -> None:
    shown, session = played("/image https://example.org/a.png", '/resume {"given": {"x": "it"}}')
    assert "Given it" in shown
    assert session.ending is not None
    assert session.ending.results["r"]["category"] == "media"
    shown, _ = played("/location 26.8, 80.9", "/results")
    assert '"latitude": 26.8' in shown
    shown, _ = played("/location here", "/resume [", "/nothing", "/restart", "/quit", "1")
    assert "takes a latitude" in shown
    assert "no command /nothing" in shown
    assert shown.count("Ready?") == 2


def test_trace_shows_nodes_and_variables() -> None:
    quiet, _ = played("2")
    traced, _ = played("2", trace=True)
    assert "node @results.r" not in quiet
    for sign in (
        "flow Choosing starts",
        "node ☰ Ready",
        "node @results.r",
        "@results.r = No (No)\n",
        "goes to No",
        "waits for message, at most 1 min\n",
        "node You said",
    ):
        assert sign in traced, traced
    assert "{'" not in traced


def test_a_wait_is_told_in_hours() -> None:
    nodes = [{**CHOOSING["nodes"][1], "wait": {"result": "r", "seconds": 82_800}}]
    nodes = [CHOOSING["nodes"][0], *nodes, *CHOOSING["nodes"][2:]]
    shown, _ = played(flow={**CHOOSING, "nodes": nodes})
    assert "(goes on by itself in 23 h; /wait lets the time pass)" in shown


def test_help_tells_the_commands_again() -> None:
    shown, _ = played("/help", "/what")
    assert shown.count("/location 26 80") == 2
    assert "no command /what; /help lists them" in shown


def test_a_file_gets_each_message_in_one_line_and_a_terminal_bubbles_of_its_width() -> None:
    long = ("The air scatters blue light most of all. " * 8).strip()
    flow = {"uuid": "f", "name": "Long", "nodes": [{"id": "a", "send": long}]}
    shown, _ = played(flow=flow)
    assert f"flow: {long}\n" in shown
    for width in (60, 140):
        terminal = io.StringIO()
        view = ChatView(Console(file=terminal, width=width, force_terminal=True, no_color=True))
        view.said(long)
        lines = terminal.getvalue().splitlines()
        assert len(lines) > 3
        assert max(len(line.strip()) for line in lines) == int(width * 0.7)


def test_all_that_differs_in_a_script_is_told() -> None:
    script = {
        "turns": [
            {"starts": "", "sent": ["Ready?", "Hello"], "status": "completed"},
            {"resumes": {"no": "one waits for this"}},
            {"says": "no", "sent": ["You said [yes]"], "results": {"r": {"input": "yes"}}},
        ]
    }
    differences = ScriptPlayer(read_export(export(CHOOSING)), script).play().differences
    assert differences[:3] == [
        "turn 1: sent 1 times, not 2",
        "turn 1: sent without 'Hello'",
        "turn 1: status is 'waiting', not 'completed'",
    ]
    assert differences[3].startswith("turn 2: cannot be played: ")
    assert differences[4] == "turn 3: sent 'You said [no]', not 'You said [yes]'"
    assert '"input":"no"' in differences[5]
    assert len(differences) == 6


def run(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flows", *arguments]
    return subprocess.run(
        command, cwd=ROOT, input=typed, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_script_that_differs_fails(tmp_path: Path) -> None:
    flow, script = str(EXAMPLES / "ask_gpt.json"), EXAMPLES / "ask_gpt.script.json"
    assert run(flow, "--script", str(script)).returncode == 0
    other = tmp_path / "other.json"
    other.write_text(script.read_text().replace("Goodbye!", "Farewell!"))
    differs = run(flow, "--script", str(other))
    assert differs.returncode == 1
    assert "turn 9" in differs.stdout
    assert "sent 'Thank you for asking. Goodbye!', not" in " ".join(differs.stdout.split())


@pytest.mark.parametrize(
    ("script", "named"),
    [
        ({}, "turns"),
        ([], "object"),
        ({"turns": 5}, "turns"),
        ({"turns": [1]}, "turns.0"),
        ({"turns": [{}]}, "turns.0"),
        ({"turns": [{"says": "a", "starts": "b"}]}, "turns.0"),
        ({"turns": [{"say": "a"}]}, "turns.0.say"),
        ({"turns": [{"says": 5}]}, "turns.0.says"),
        ({"turns": [{"waits": "x"}]}, "turns.0.waits"),
        ({"turns": [{"says": "x", "sent": "a"}]}, "turns.0.sent"),
        ({"turns": [{"says": "x", "results": 5}]}, "turns.0.results"),
        ({"turns": [{"answers": {}}]}, "turns.0.answers.status"),
        ({"turns": [{"sends": {"text": 5}}]}, "turns.0.sends.text"),
        ({"turns": [{"sends": {"texts": "a"}}]}, "turns.0.sends.texts"),
        ({"turns": [], "functions": {"a": 5}}, "functions.a"),
        ({"turns": [], "functions": {"a": [{"status": "x"}]}}, "functions.a"),
        ({"turns": [], "requests": {"a": [{"body": {}}]}}, "requests.a"),
        ({"turns": [], "contact": {"shoe": 42}}, "contact.shoe"),
        ({"turns": [], "contact": {"fields": {"a": "b"}}}, "contact.fields.a"),
        ({"turns": [], "contacts": [{"name": "Ravi"}]}, "contacts.0.id"),
        ({"turns": [], "now": "x"}, "now"),
    ],
)
def test_a_script_that_is_none_is_refused(script: Any, named: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(named)):
        ScriptPlayer(read_export(export(CHOOSING)), script)


def test_a_file_that_is_not_there_is_named() -> None:
    missing = run(str(EXAMPLES / "ask_gpt.json"), "--script", "nowhere.json")
    assert (missing.returncode, missing.stderr) == (1, "nowhere.json: No such file or directory\n")


def test_it_plays_as_a_command() -> None:
    flow = str(EXAMPLES / "ask_gpt.json")
    found = run(flow, "--pretend", typed="What is water?\nstop\n")
    assert found.returncode == 0, found.stderr
    assert "Blue light scatters most in the air." in found.stdout
    assert "Goodbye!" in found.stdout


@pytest.mark.parametrize(
    ("write", "sign"),
    [
        (lambda path: path.write_text("no json"), "not JSON"),
        (lambda path: path.write_text('{"nodes": 5, "uuid": "x"}'), "nodes"),
        (lambda path: path.unlink(missing_ok=True), "No such file"),
    ],
)
def test_a_file_that_is_no_flow_is_named(
    tmp_path: Path, write: Callable[[Path], Any], sign: str
) -> None:
    path = tmp_path / "flow.json"
    write(path)
    found = run(str(path))
    assert found.returncode == 1
    assert sign in found.stderr
    assert "Traceback" not in found.stderr


def test_a_flow_that_is_not_in_the_file_is_named_with_those_that_are() -> None:
    found = run(str(EXAMPLES / "ask_gpt.json"), "--pretend", "--flow", "nope")
    flow = read_export((EXAMPLES / "ask_gpt.json").read_bytes()).flows[0]
    words = f"the file holds no flow nope. It holds {flow.uuid} ({flow.name}).\n"
    assert (found.returncode, found.stdout, found.stderr) == (1, "", words)


def test_what_a_command_refuses_is_said_in_whole_sentences() -> None:
    shown, _ = played("no", "/resume 5")
    assert '/resume takes a JSON object. Such as /resume {"found": true}.' in " ".join(
        shown.split()
    )


def test_webhooks_go_to_a_running_service() -> None:
    with serve(answer(b'{"success": true, "parsed_msg": "Hi"}')) as server:
        service = RunningService(f"http://127.0.0.1:{server.port}/", "fh.token")
        later = {"wait_seconds": 4, "callback_url": "https://example.org"}
        body = {"question_text": "x", "organization_id": 1, **later}
        found = service("parse_via_chat_gpt", body)
    assert found.body == {"success": True, "parsed_msg": "Hi"}
    assert "POST /webhooks/parse_via_chat_gpt" in server.requests[0]
    assert "Bearer fh.token" in server.requests[0]
    for left_out in ("organization_id", *later):
        assert left_out not in server.requests[0]
    failure = b'{"error": {"type": "empty_input", "message": "empty", "fix": "fill"}}'
    with serve(answer(failure, "400 Bad Request")) as server:
        found = RunningService(f"http://127.0.0.1:{server.port}", "t")("x", {})
    assert (found.status, found.error, found.succeeded) == (400, "empty fill", False)
    with pytest.raises(ProviderUnavailable):
        RunningService("http://127.0.0.1:1", "t")("x", {})


def test_a_shared_sheet_is_read_in_the_terminal_and_never_written() -> None:
    with FakeGoogle() as google:
        sheet = google.sheet([["Key", "Message"], ["1", "Namaste"]], shared=True)
        client = GoogleSheetsClient(AddressGuard(("127.0.0.1",)), google.url, google.url)
        shown, _ = played(flow=reading_and_writing(sheet.link), sheets=SharedSheets(client))
        assert "[1] [Namaste]" in shown
        assert "pretended: nothing was written" in shown
        assert len(sheet.rows) == 2
        shown, _ = played(flow=reading_and_writing("https://x.org"), sheets=SharedSheets(client))
        assert "failed" in shown
        assert "not the link of a Google sheet" in shown


def test_pretended_sheets_have_every_key() -> None:
    shown, _ = played(flow=reading_and_writing("https://docs.google.com/spreadsheets/d/1AbCdEf012"))
    assert "[1]" in shown
    assert "pretended: nothing was written" in shown
