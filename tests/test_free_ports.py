"""Ports for servers that a test starts."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests import free_ports
from tests.free_ports import FIRST, LAST, free_port


@pytest.fixture
def begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "next"
    monkeypatch.setattr(free_ports, "_NEXT", file)
    return file


def test_none_is_given_twice_or_chosen_by_the_kernel() -> None:
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50
    with socket.create_server(("127.0.0.1", 0)) as any_port:
        assert any_port.getsockname()[1] > LAST >= max(ports)


def test_one_in_use_is_passed_by(begun_anew: Path) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        begun_anew.write_text(str(taken.getsockname()[1]))
        assert free_port() > taken.getsockname()[1]


def test_after_the_last_comes_the_first(begun_anew: Path) -> None:
    begun_anew.write_text(str(LAST))
    assert {free_port(), free_port()} <= {LAST, *range(FIRST, LAST)}
    assert FIRST <= int(begun_anew.read_text()) < LAST
