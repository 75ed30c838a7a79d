"""The demo's own choices; that it answers is tried by running it."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.__main__ import Service, choose_port


@pytest.mark.parametrize(
    ("named", "host", "url"),
    [
        (None, "127.0.0.1", "http://127.0.0.1:8123"),
        ("", "127.0.0.1", "http://127.0.0.1:8123"),
        ("0.0.0.0", "0.0.0.0", "http://127.0.0.1:8123"),
        ("192.0.2.7", "192.0.2.7", "http://192.0.2.7:8123"),
    ],
)
def test_it_binds_host_and_loopback_where_none_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str | None, host: str, url: str
) -> None:
    monkeypatch.delenv("HOST", raising=False)
    if named is not None:
        monkeypatch.setenv("HOST", named)
    service = Service(8123, tmp_path)
    assert (service.host, service.url) == (host, url)


def test_a_port_that_is_none_ends_it_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8123")
    assert choose_port() == 8123
    monkeypatch.setenv("PORT", "eighty")
    with pytest.raises(SystemExit, match=r"\APORT must be a whole number from 1 to 65535\Z"):
        choose_port()
