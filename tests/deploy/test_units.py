"""The systemd units: valid, hardened, and what they say of the service is so."""

from __future__ import annotations

import configparser
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from flowhook.config import Config
from service.cli import main
from tests.service.web_process import WebProcess

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "docs" / "deploy").glob("*.service"))
INSTALLED = "/opt/flowhook/bin/flowhook"
INSTALL = (ROOT / "docs" / "install.md").read_text("utf-8")


def unit(path: Path) -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read(path)
    return found


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("there is no systemd-analyze on this machine")
    return subprocess.run([tool, *arguments], check=False, capture_output=True, text=True)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_it_is_valid(path: Path, tmp_path: Path) -> None:
    """With a program that is there: whether it is installed is not the unit's fault."""
    copy = tmp_path / path.name
    copy.write_text(path.read_text().replace(INSTALLED, "/bin/true"))
    checked = analyze("verify", str(copy))
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_little_is_left_that_it_may_do(path: Path) -> None:
    said = analyze("security", "--offline=true", "--threshold=20", str(path))
    assert said.returncode == 0, said.stdout


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_its_command_exists(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program, command, *options = unit(path)["Service"]["ExecStart"].split()
    assert program == INSTALLED
    assert main([command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert all(option in shown for option in options)


def test_the_two_differ_in_nothing_but_their_command() -> None:
    web, worker = ({**unit(path)["Service"]} for path in UNITS)
    assert web.pop("ExecReload") == "/bin/kill -HUP $MAINPID"
    assert web.pop("Type") == "notify"
    assert worker.pop("Type") == "exec"
    assert (web.pop("ExecStart"), worker.pop("ExecStart")) == (
        f"{INSTALLED} run --no-worker",
        f"{INSTALLED} worker",
    )
    assert web == worker


def test_the_web_process_tells_systemd_when_it_listens(tmp_path: Path) -> None:
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(address))
        systemd.settimeout(60)
        with WebProcess(tmp_path / "data", NOTIFY_SOCKET=str(address)):
            assert b"READY=1" in systemd.recv(4096).splitlines()


def test_the_environment_of_the_docs_is_one_the_service_starts_with(tmp_path: Path) -> None:
    (making,) = re.findall(r"\(umask 077; cat > /etc/flowhook\.env\).*?^END$", INSTALL, re.M | re.S)
    file = tmp_path / "flowhook.env"
    subprocess.run(
        ["sh", "-euc", making.replace("/etc/flowhook.env", str(file))], check=True, cwd=tmp_path
    )
    assert file.stat().st_mode & 0o077 == 0
    named = dict(line.split("=", 1) for line in file.read_text().splitlines())
    config = Config.from_env(named)
    assert (config.host, config.trusted_proxies) == ("127.0.0.1", 1)
