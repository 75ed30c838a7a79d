"""Where a demo runs; that it answers there is tried by running it (test_beside_another.py)."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from demo.place import DEMO_LOCK, FOLDER, choose_port, own_environment, own_folder
from demo.service import Service
from tests.free_ports import free_port


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8123"),
        ("0.0.0.0", "http://127.0.0.1:8123"),
        ("192.0.2.7", "http://192.0.2.7:8123"),
        ("::1", "http://[::1]:8123"),
    ],
)
def test_its_address_is_that_of_its_host(tmp_path: Path, host: str, url: str) -> None:
    assert Service(host, 8123, tmp_path).url == url


@pytest.mark.parametrize("wrong", ["eighty", "0", "65536", "-1"])
def test_a_port_that_is_none_ends_it_with_one_line(
    monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("PORT", wrong)
    with pytest.raises(SystemExit, match=r"\APORT must be a whole number from 1 to 65535\Z"):
        choose_port()


def test_an_address_of_another_machine_ends_it_with_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PORT", raising=False)
    with pytest.raises(SystemExit, match=r"\AHOST=192\.0\.2\.7 is no address of this machine"):
        choose_port("192.0.2.7")


def test_it_takes_the_named_port_and_a_free_one_where_that_is_taken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        monkeypatch.setenv("PORT", str(port))
        other = choose_port()
        assert other != port
    said = f"Port {port} is taken by another service: this demo takes {other}.\n"
    assert capsys.readouterr().out == said
    assert choose_port() == port
    assert capsys.readouterr().out == ""


def test_a_service_on_loopback_takes_the_port_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        assert choose_port("0.0.0.0") != taken.getsockname()[1]


def test_each_demo_has_a_folder_of_its_own_until_its_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATA_DIR", raising=False)
    with own_folder() as one, own_folder() as two, own_folder() as three:
        assert [folder.name for folder in (one, two, three)] == [
            FOLDER,
            f"{FOLDER}-2",
            f"{FOLDER}-3",
        ]
        monkeypatch.setenv("DATA_DIR", str(two))
        with pytest.raises(SystemExit, match="is used by a service that runs"), own_folder():
            pytest.fail("it was used twice")
    with own_folder() as again:
        assert again == two
        assert (again / DEMO_LOCK).exists()


def test_somebody_elses_store_and_keys_are_left_aside() -> None:
    given = {"REDIS_URL": "redis://production", "ADMIN_TOKEN": "x", "PUBLIC_URL": "https://x.org"}
    assert own_environment(given) == {"PUBLIC_URL": "https://x.org"}
