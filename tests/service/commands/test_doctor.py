"""`flowhook doctor`: what it says, as words and as JSON; its parts are in tests/service/doctor."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from flowhook.jobs.liveness import Liveness
from flowhook.redis.connect import Client
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import OpenService
from tests.fixtures_commands import CommandLine, Ended

ROOT = Path(__file__).parents[3]
PARTS = (
    "Python", "Packages", "Redis", "Persistence", "When full", "Memory", "Keys", "Clock",
    "Worker", "Disk", "Public address", "Organisations' keys", "WhatsApp", "Models",
)  # fmt: skip


def states(ended: Ended) -> dict[str, str]:
    parts: Any = ended.json["parts"]
    return {part["part"]: part["state"] for part in parts}


def test_each_part_has_a_line_and_a_healthy_service_ends_well(
    cli: CommandLine, real_redis: Client
) -> None:
    liveness = Liveness(real_redis)
    liveness.become_worker()
    said = cli("doctor")
    liveness.close()
    assert [line.partition(":")[0].split(maxsplit=1)[1] for line in said.out.splitlines()] == [
        *PARTS
    ]
    assert said.status == 0, said.out
    assert "wrong" not in said.out


def test_what_is_wrong_is_told_with_its_fix(cli: CommandLine, real_redis: Client) -> None:
    said = cli("doctor", "--json")
    assert (said.status, said.json["success"]) == (1, False)
    assert tuple(states(said)) == PARTS
    assert states(said)["Worker"] == "wrong"
    line = next(line for line in cli("doctor").out.splitlines() if "Worker" in line)
    assert line.endswith("wait: start flowhook run, or flowhook worker beside it")


def test_a_key_that_the_provider_refuses_is_told_from_the_log(
    cli: CommandLine, real_redis: Client, open_service: OpenService, openai: FakeOpenAI
) -> None:
    service = open_service(real_redis)
    service.organisation(openai)
    assert service.call("parse_via_chat_gpt", {"question_text": "Why?"}).status == 200
    service.flush()
    assert states_quietly(cli)["Organisations' keys"] == "ok"
    openai.remove_key(openai.key)
    assert service.call("parse_via_chat_gpt", {"question_text": "Why?"}).status == 502
    assert service.call("get_buttons", {"buttons_data": "Yes|No"}).status == 200
    service.flush()
    said = cli("doctor")
    line = next(line for line in said.out.splitlines() if "Organisations' keys" in line)
    assert line.startswith("wrong")
    assert "invalid_api_key for acme" in line


def states_quietly(cli: CommandLine) -> dict[str, str]:
    return {
        line.split(maxsplit=1)[1].partition(":")[0]: line.split()[0]
        for line in cli("doctor").out.splitlines()
        if not line.startswith("{")
    }


def test_without_a_store_it_says_so_and_makes_none(bare_cli: CommandLine, tmp_path: Any) -> None:
    bare_cli.monkeypatch.chdir(tmp_path)
    said = bare_cli("doctor", "--json")
    assert said.status == 1
    assert states(said) == {"Python": "ok", "Packages": "ok", "Store": "wrong"}
    assert list(tmp_path.iterdir()) == []


def test_keys_that_open_nothing_do_not_end_it(cli: CommandLine, real_redis: Client) -> None:
    cli("org", "create", "acme")
    cli("key", "set", "acme", typed="sk-0123456789\n")
    cli.monkeypatch.setenv("ENCRYPTION_KEYS", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY=")
    said = cli("doctor", "--json")
    assert states(said)["Keys"] == "wrong"
    assert tuple(states(said)) == PARTS


def test_a_package_that_is_missing_is_told_and_ends_nothing() -> None:
    """Of what opens a store; without click or packaging there is no command line."""
    program = (
        "import sys; sys.modules['gevent'] = None; from service.cli import main;"
        "sys.exit(main(['doctor']))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stderr) == (1, "")
    assert said.stdout.splitlines()[2] == (
        "wrong   Store: it cannot be looked at without the module gevent: in a checkout run"
        " make run, elsewhere install this release again with pip"
    )
