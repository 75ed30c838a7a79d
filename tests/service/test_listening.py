"""A port that cannot be had is told at once, in one sentence, before anything is started."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flowhook.config import ConfigError
from service.listening import HELD, check_listening
from tests.fixtures_app import make_config
from tests.free_ports import free_port

ROOT = Path(__file__).parents[2]


def run(folder: Path, **environment: str) -> tuple[int, str]:
    """How `flowhook run` ended, and all that it said."""
    ended = subprocess.run(
        [sys.executable, "-m", "flowhook", "run"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(folder / "data"), **environment},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1", "::"])
def test_a_taken_port_is_one_sentence_and_no_store_is_made(tmp_path: Path, host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as other:
        port = other.getsockname()[1]
        status, said = run(tmp_path, HOST=host, PORT=str(port))
    assert (status, said) == (
        1,
        f"PORT {port} is taken: another service, or another Flowhook, listens there. End that one,"
        " or set PORT to a free port\n",
    )
    assert not (tmp_path / "data" / "appendonlydir").exists()


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid"])
def test_a_host_of_another_machine_is_told(tmp_path: Path, host: str) -> None:
    status, said = run(tmp_path, HOST=host, PORT=str(free_port()))
    assert status == 1
    assert said.startswith(f"HOST={host} is no address of this machine (")
    assert said.count("\n") == 1


def test_a_port_that_this_user_may_not_have_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The socket refuses as a user's does, whoever runs the tests."""

    def bind(*_: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "socket", type("Socket", (socket.socket,), {"bind": bind}))
    with pytest.raises(ConfigError, match="PORT 80 is not for this user: set PORT to 1024 or more"):
        check_listening(make_config(host="127.0.0.1", port=80))


def test_a_port_that_systemd_hands_over_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv(HELD, "1")
        check_listening(make_config(host="127.0.0.1", port=other.getsockname()[1]))
