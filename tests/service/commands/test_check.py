"""`flowhook check`, against a service that runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from flowhook.errors import ProviderUnavailable
from flowhook.providers.flowhook import FlowhookClient
from tests.answers.api.test_gate_routes import HELP, SET, acme, go_live, take_in, with_flow
from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import Service
from tests.fixtures_commands import CommandLine, Ended

__all__ = ["acme"]  # a fixture


class Quiet(WSGIRequestHandler):
    """Logs nothing, since a command's words are read."""

    def log(self, type: str, message: str, *args: object) -> None:
        pass


def check(cli: CommandLine, *arguments: str) -> Ended:
    """Run the command; what the service, which lives in this process, logs is left out."""
    ended = cli("check", *arguments)
    lines = ended.out.splitlines(keepends=True)
    own = (line for line in lines if not line.startswith('{"time":'))
    return Ended(ended.status, "".join(own), ended.err)


@pytest.fixture
def served(acme: Service, bare_cli: CommandLine, openai: FakeOpenAI) -> Iterator[Service]:
    """A service on a port, with version 1 live; the environment names it."""
    assert go_live(acme, 1).status == 200
    server = make_server("127.0.0.1", 0, acme.app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    bare_cli.monkeypatch.setenv("FLOWHOOK_URL", f"http://127.0.0.1:{server.port}")
    bare_cli.monkeypatch.setenv("FLOWHOOK_TOKEN", acme.token("acme", "author"))
    bare_cli.monkeypatch.setattr("service.checked_set.POLL_SECONDS", 0.05)
    yield acme
    server.shutdown()
    thread.join()


def test_a_worse_version_ends_with_1_and_its_cases_first(
    served: Service, bare_cli: CommandLine, tmp_path: Path
) -> None:
    report = tmp_path / "report.xml"
    checked = check(bare_cli, "crops", "--against", "live", "--junit", str(report))
    assert checked.status == 1, checked.err
    lines = checked.out.splitlines()
    assert lines[0].split() == ["CASE", "NOW", "WORSE", "WHY"]
    assert lines[1].startswith("q0    fails  This case must pass, and fails.")
    assert "The live version answers it better." in lines[2]
    assert checked.err == "0% of 12 cases pass; worse.\n"
    suite = ElementTree.parse(report).getroot()[0]
    assert {name: suite.get(name) for name in ("name", "tests", "failures", "skipped")} == {
        "name": "crops",
        "tests": "12",
        "failures": "12",
        "skipped": "0",
    }
    assert [one.get("message") for one in suite[0]] == ["This case must pass, and fails."]


def test_a_version_that_is_no_worse_ends_with_0(served: Service, bare_cli: CommandLine) -> None:
    checked = check(bare_cli, "crops", "--prompt", "help@2", "--json")
    assert (checked.status, checked.err) == (0, "")
    told = checked.json
    assert (told["is_worse"], told["worse"]) == (False, {})
    assert told["comparison"]["verdict"] == "no difference shown"  # type: ignore[index]
    assert len(told["run"]["cases"]) == 12  # type: ignore[index]
    assert told["run"]["next_cursor"] is None  # type: ignore[index]


def test_one_may_compare_with_an_earlier_run(served: Service, bare_cli: CommandLine) -> None:
    first = check(bare_cli, "crops", "--prompt", "help@2", "--json").json
    run_id = first["run"]["id"]  # type: ignore[index]
    assert check(bare_cli, "crops", "--prompt", "help@1", "--against", run_id).status == 0
    assert check(bare_cli, "crops", "--prompt", "help@3", "--against", run_id).status == 1
    assert check(bare_cli, "crops", "--against", "none").status == 2


def test_with_nothing_live_what_must_pass_counts(
    acme: Service, bare_cli: CommandLine, served: Service
) -> None:
    acme.admin("DELETE", HELP)
    acme.admin("POST", HELP, {"text": "Say nothing useful."})
    refused = check(bare_cli, "crops")
    assert refused.status == 1
    assert refused.err == "0% of 12 cases pass; nothing is live yet to compare with.\n"
    acme.admin("POST", HELP, {"text": "You help."})
    assert check(bare_cli, "crops").status == 0


def test_a_flow_is_checked_by_its_draft(served: Service, bare_cli: CommandLine) -> None:
    with_flow(served)
    assert check(bare_cli, "crops").status == 0
    take_in(served, "rice")
    assert check(bare_cli, "crops").status == 1


def test_a_service_that_is_away_for_a_moment_is_asked_again(
    served: Service, bare_cli: CommandLine
) -> None:
    bare_cli.monkeypatch.setattr("service.checked_set.AWAY_SECONDS", 0.01)
    request = FlowhookClient.request
    fallen: list[str] = []

    def flaky(client: FlowhookClient, method: str, path: str, *more: Any) -> Any:
        if "?limit=1" in path and len(fallen) < 3:
            fallen.append(path)
            raise ProviderUnavailable("it is away")
        return request(client, method, path, *more)

    bare_cli.monkeypatch.setattr(FlowhookClient, "request", flaky)
    assert check(bare_cli, "crops", "--prompt", "help@2").status == 0
    assert len(fallen) == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["none"], "this question set does not exist"),
        (["crops", "--prompt", "help"], "--prompt takes a name and a version"),
        (["crops", "--prompt", "help@9"], "the prompt help has no version 9"),
        (["crops", "--prompt", "other@1"], "the set asks the prompt help"),
        (["crops", "--revision", "1"], "the set asks no flow"),
        (["crops", "--junit", "/none/report.xml"], "/none/report.xml"),
        (
            ["crops", "--url", "http://127.0.0.1:1"],
            "no service answers at http://127.0.0.1:1. Check the address",
        ),
    ],
)
def test_what_cannot_be_checked_ends_with_2(
    served: Service, bare_cli: CommandLine, arguments: list[str], says: str
) -> None:
    ended = check(bare_cli, *arguments)
    assert (ended.status, says in ended.err) == (2, True), ended.err


def test_a_provider_that_is_away_is_no_worse_version(
    served: Service, bare_cli: CommandLine, openai: FakeOpenAI
) -> None:
    bare_cli.monkeypatch.setattr("answers.question_sets.runs.asking.MAX_TRIES", 1)
    openai.fail(faults.status(500), times=None)
    checked = check(bare_cli, "crops", "--prompt", "help@2")
    assert checked.status == 2
    assert "12 questions got no answer from the provider" in checked.err


def test_a_judge_who_cannot_be_asked_is_no_verdict(served: Service, bare_cli: CommandLine) -> None:
    cases = [{"question": "What grows?", "answer": "Wheat.", "checks": [{"judge": True}]}]
    target = {"function": "parse_via_chat_gpt", "body": {"saved_prompt": "help"}}
    judge = {"model": "no-such-model"}
    put = served.admin("PUT", SET, {"target": target, "cases": cases, "judge": judge})
    assert put.status == 200, put.body
    checked = check(bare_cli, "crops", "--prompt", "help@2")
    assert checked.status == 2
    assert "1 answers were scored by no judge" in checked.err


def test_a_token_is_needed_and_tells_the_organisation(
    served: Service, bare_cli: CommandLine
) -> None:
    bare_cli.monkeypatch.delenv("FLOWHOOK_TOKEN")
    assert check(bare_cli, "crops").err.startswith("FLOWHOOK_TOKEN is not set")
    bare_cli.monkeypatch.setenv("FLOWHOOK_TOKEN", served.config.admin_token)
    assert check(bare_cli, "crops").err.startswith("the token names no organisation: say --org")
    assert check(bare_cli, "crops", "--org", "acme", "--prompt", "help@2").status == 0
    assert SET
