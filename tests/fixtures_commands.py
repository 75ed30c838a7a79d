"""The command line on the embedded server, in this process."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from flowhook.organisations.cipher import Cipher
from flowhook.organisations.key_check import check_keys
from flowhook.redis.connect import Client
from service.cli import main
from tests.fixtures_app import ADMIN_TOKEN, FIRST_KEY


@dataclass(frozen=True)
class Ended:
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        found: dict[str, object] = orjson.loads(self.out)
        return found


@dataclass
class CommandLine:
    """Runs commands as an operator does, with what this environment names."""

    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str, typed: str = "") -> Ended:
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
        self.capsys.readouterr()
        status = main(arguments)
        said = self.capsys.readouterr()
        return Ended(status, said.out, said.err)


@pytest.fixture
def bare_cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The command line without a store; the environment names none."""
    for name in ("REDIS_URL", "DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENCRYPTION_KEYS", FIRST_KEY)
    monkeypatch.setenv("ADMIN_TOKEN", ADMIN_TOKEN)
    return CommandLine(monkeypatch, capsys)


@pytest.fixture
def cli(
    bare_cli: CommandLine, real_redis: Client, embedded_data_dir: Path
) -> Iterator[CommandLine]:
    """The command line, on the embedded store that a service was started on."""
    check_keys(real_redis, Cipher([FIRST_KEY]))
    bare_cli.monkeypatch.setenv("DATA_DIR", str(embedded_data_dir))
    yield bare_cli
