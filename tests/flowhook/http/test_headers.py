"""Headers of every answer, and of requests that are none."""

from __future__ import annotations

import pytest

from tests.fixtures_app import Service

PATHS = [
    ("GET", "/healthz"),
    ("GET", "/docs"),
    ("GET", "/docs/start.js"),
    ("GET", "/openapi.json"),
    ("GET", "/nothing"),
    ("GET", "/sign-in"),
    ("GET", "/"),
    ("OPTIONS", "/webhooks/chat"),
    ("POST", "/webhooks/get_buttons"),
    ("GET", "/media/acme/nothing.ogg"),
    ("DELETE", "/healthz"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_no_browser_guesses_the_type_of_an_answer(service: Service, method: str, path: str) -> None:
    answer = service.request(method, path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_https_is_remembered_where_it_was_used(service: Service, method: str, path: str) -> None:
    answer = service.client.open(path, method=method, base_url="https://flowhook.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(
    "host", ["a b", "a/b", "a\\b", "a@b", "a:b", "<script>", "", "[::1", "a:123456", "x" * 300]
)
def test_a_malformed_host_is_refused(service: Service, host: str) -> None:
    answer = service.request("GET", "/healthz", headers={"Host": host})
    assert (answer.status, answer.error["type"]) == (400, "invalid_input")
    assert "Host" in answer.error["fix"]


@pytest.mark.parametrize("host", ["localhost", "a_b.example:8000", "127.0.0.1", "[::1]:80", "x"])
def test_other_hosts_are_answered(service: Service, host: str) -> None:
    assert service.client.get("/healthz", headers={"Host": host}).status_code == 200
