"""Commands make no store by accident, and tell in one line what keeps them from theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowhook.redis.connect import Client
from tests.fakes.valkey import Valkey
from tests.fixtures_commands import CommandLine

ON_A_STORE = (
    "backup x",
    "key set acme", "org create acme", "org delete acme --yes", "org list",
    "rotate-keys", "rotate-keys --accept-loss", "token create acme --scope admin",
    "token list acme", "token revoke acme 0123",
)  # fmt: skip


@pytest.mark.parametrize("command", ON_A_STORE)
def test_a_folder_without_a_store_stays_without(
    bare_cli: CommandLine, tmp_path: Path, command: str
) -> None:
    bare_cli.monkeypatch.delenv("ENCRYPTION_KEYS")
    bare_cli.monkeypatch.chdir(tmp_path)
    refused = bare_cli(*command.split(), typed="sk-0123456789\n")
    assert (refused.status, refused.out) == (1, "")
    assert refused.err.startswith(f"there is no store in {tmp_path / 'data'}: start flowhook run")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ON_A_STORE)
def test_an_empty_redis_stays_empty(bare_cli: CommandLine, tmp_path: Path, command: str) -> None:
    with Valkey(tmp_path / "valkey") as valkey:
        bare_cli.monkeypatch.setenv("REDIS_URL", f"redis://{valkey.address}")
        refused = bare_cli(*command.split(), typed="sk-0123456789\n")
        assert (refused.status, refused.err.split(":")[0]) == (1, "there is no store in REDIS_URL")
        assert valkey.client().dbsize() == 0


def test_a_newer_store_is_refused(cli: CommandLine, real_redis: Client) -> None:
    real_redis.set("fh:format", 99)
    assert cli("org", "list").err.startswith("DATA_DIR holds the store of a newer release")


def test_a_wrong_variable_is_one_line(cli: CommandLine) -> None:
    cli.monkeypatch.setenv("LOG_LEVEL", "LOUD")
    refused = cli("org", "list")
    assert (refused.status, refused.err.split()[0]) == (1, "LOG_LEVEL")
    assert len(refused.err.splitlines()) == 1
