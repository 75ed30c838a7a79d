"""Redirects of callers' URLs: followed by hand, each checked as the first."""

from __future__ import annotations

import socket

import pytest

from flowhook import errors
from tests.fakes.web import answer, redirect, serve
from tests.flowhook.providers.fetching import NAME, fetch, guard


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:{port}/",
        "//0x7f.1:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[::1]:{port}/",
        "http://localhost:{port}/",
        "http://①②⑦.0.0.1:{port}/",
        "http://forbidden.example.org:{port}/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_x",
        "http://user:pw@media.example.org:{port}/",
        "http://[",
        "http://media.example.org:22/",
    ],
)
def test_a_redirect_to_what_is_forbidden_is_refused(target: str) -> None:
    with serve(answer()) as inner, serve(redirect(target.format(port=inner.port))) as server:
        with pytest.raises(errors.InvalidInput) as raised:
            fetch(server, field="url")
        assert len(server.requests) == 1
        assert inner.requests == []
    assert "169.254" not in str(raised.value.as_dict())


@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
def test_redirects_are_followed_by_hand(status: str) -> None:
    def handle(connection: socket.socket, head: str) -> None:
        after = head.split(" ")[1] == "/end"
        (answer(b"there") if after else redirect("/end", status))(connection, head)

    with serve(handle) as server:
        got = fetch(server)
    assert (got.content, got.url) == (b"there", f"http://{NAME}:{server.port}/end")


def test_authorization_stays_with_the_origin() -> None:
    by = guard("one.example.org", "two.example.org")
    secret = {"Authorization": "Bearer s3cret", "X-Api-Key": "s3cret", "Accept": "audio/*"}
    with (
        serve(answer()) as second,
        serve(redirect(f"http://two.example.org:{second.port}/")) as first,
    ):
        fetch(first, "one.example.org", by=by, headers=secret)
    assert first.requests[0].count("s3cret") == 2
    assert "s3cret" not in second.requests[0]
    assert "Accept: audio/*" in second.requests[0]


def test_authorization_goes_along_within_the_origin() -> None:
    def handle(connection: socket.socket, head: str) -> None:
        (answer() if head.startswith("GET /2 ") else redirect("/2"))(connection, head)

    with serve(handle) as server:
        fetch(server, headers={"Authorization": "Bearer t"})
    assert all("Authorization: Bearer t" in head for head in server.requests)
    assert len(server.requests) == 2


def test_endless_redirects_end() -> None:
    with serve(redirect("/again")) as server, pytest.raises(errors.InvalidInput, match="5 times"):
        fetch(server)
    assert len(server.requests) == 6
