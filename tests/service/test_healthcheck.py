"""The health check of a container asks this machine's web process and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from service.healthcheck import main
from tests.free_ports import free_port


class Web(BaseHTTPRequestHandler):
    """Answers /healthz alone, with the server's status."""

    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()


@pytest.fixture(params=["", "127.0.0.1", "0.0.0.0"])
def web(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[HTTPServer]:
    """A web process at PORT, whose HOST the check must reach."""
    with HTTPServer(("127.0.0.1", 0), Web) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PORT", str(server.server_port))
        monkeypatch.setenv("HOST", request.param)
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        try:
            yield server
        finally:
            server.shutdown()


def test_an_answer_is_health(web: HTTPServer) -> None:
    assert main() == 0


def test_another_status_is_none(
    web: HTTPServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Web, "status", 500)
    assert main() == 1
    assert capsys.readouterr().err.endswith("/healthz answered 500\n")


def test_no_answer_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    monkeypatch.setenv("PORT", str(port))
    monkeypatch.setenv("HOST", "127.0.0.1")
    assert main() == 1
    assert capsys.readouterr().err.startswith(f"no answer at port {port}: ")
