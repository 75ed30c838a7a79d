"""A service that listens says where to open it and where the operator's token is."""

from __future__ import annotations

import json
import os
import pty
from pathlib import Path

import pytest

from service.start_words import start_words
from tests.fixtures_app import make_config
from tests.service.web_process import WebProcess


@pytest.mark.parametrize(
    ("host", "public_url", "address"),
    [
        ("0.0.0.0", None, "http://127.0.0.1:8000"),
        ("::", None, "http://[::1]:8000"),
        ("::1", None, "http://[::1]:8000"),
        ("10.0.0.7", None, "http://10.0.0.7:8000"),
        ("0.0.0.0", "https://flows.example.org", "https://flows.example.org"),
    ],
)
def test_it_names_an_address_that_a_browser_takes(
    monkeypatch: pytest.MonkeyPatch, host: str, public_url: str | None, address: str
) -> None:
    monkeypatch.setenv("ADMIN_TOKEN", "a-secret-that-is-never-shown")
    words = start_words(make_config(host=host, public_url=public_url))
    assert words.startswith(f"Flowhook runs. Open {address} in a browser, ")
    assert words.endswith("sign in with the token in ADMIN_TOKEN.")


def test_the_log_and_a_terminal_are_told(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()

    class AtTerminal(WebProcess):
        stderr = theirs

    with AtTerminal(tmp_path / "data", ADMIN_TOKEN="") as web:
        pass
    os.close(theirs)
    said = os.read(ours, 10_000).decode()
    os.close(ours)
    token = tmp_path / "data" / "admin_token"
    words = f"Flowhook runs. Open {web.url} in a browser, and sign in with the token in the file"
    assert f"\r\n{words} {token}.\r\n" in said
    messages = [json.loads(line)["message"] for line in web.output.splitlines()]
    assert f"{words} {token}." in messages
    assert token.read_text().strip() not in said + web.output.decode()
