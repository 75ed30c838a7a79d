"""Fetching callers' URLs: where the connection goes, and what is told of it."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest

from flowhook import errors
from flowhook.providers.guard import Fetched
from tests.fakes.web import answer, redirect, serve
from tests.flowhook.providers.fetching import NAME, fetch, guard
from tests.versions import check_versions


def test_it_brings_content_type_status_and_address() -> None:
    with serve(answer(b"abc", headers={"Content-Type": "audio/ogg; codecs=opus"})) as server:
        got = fetch(server, path="/a b?x=1", headers={"Authorization": "Bearer t"})
    assert got == Fetched(
        content=b"abc",
        content_type="audio/ogg; codecs=opus",
        url=f"http://{NAME}:{server.port}/a%20b?x=1",
        status=200,
    )
    head = server.requests[0]
    assert head.startswith("GET /a%20b?x=1 HTTP/1.1\r\n")
    assert f"Host: {NAME}:{server.port}\r\n" in head
    assert "Authorization: Bearer t\r\n" in head
    assert "User-Agent: Flowhook\r\n" in head


@pytest.mark.parametrize(
    ("allow", "host"),
    [("127.0.0.0/8", "127.0.0.1"), ("127.0.0.1", "0x7f.1"), ("127.0.0.0/8", NAME), (NAME, NAME)],
)
def test_the_allow_list_opens_by_host_and_by_network(allow: str, host: str) -> None:
    with serve(answer()) as server:
        assert fetch(server, host, by=guard(allow)).content == b"hello"


def has_ipv6_loopback() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6_loopback(), reason="this machine has no IPv6")
def test_ipv6_works() -> None:
    with serve(answer(), host="::1") as server:
        assert fetch(server, "[::1]", by=guard("::1")).content == b"hello"


@pytest.mark.parametrize("host", ["127.0.0.1", "other.example.org"])
def test_what_is_not_allowed_never_gets_a_connection(host: str) -> None:
    with serve(answer()) as server, pytest.raises(errors.InvalidInput) as raised:
        fetch(server, host, field="speech")
    assert server.requests == []
    assert "127.0.0.1" not in str(raised.value.as_dict())
    assert set(raised.value.fields or {}) == {"speech"}


def test_a_name_is_looked_up_once_so_rebinding_finds_no_second_answer() -> None:
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    asked: list[tuple[str, int]] = []

    def rebinding(name: str, port: int) -> list[str]:
        asked.append((name, port))
        return answers[len(asked) - 1]

    with serve(answer()) as server:
        assert fetch(server, by=guard("127.0.0.0/8", resolver=rebinding)).status == 200
        assert asked == [(NAME, server.port)]
        with pytest.raises(errors.InvalidInput):
            fetch(server, by=guard("127.0.0.0/8", resolver=rebinding))
    assert len(server.requests) == 1


def test_the_system_resolver_is_not_asked_behind_the_guards_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: asked.append(args))
    with serve(answer()) as server:
        assert fetch(server).status == 200
    assert asked == []


def test_the_next_address_is_tried_when_one_refuses() -> None:
    by = guard(NAME, resolver=lambda name, port: ["127.0.0.2", "127.0.0.1"])
    with serve(answer()) as server:
        assert fetch(server, by=by).status == 200


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (socket.gaierror(socket.EAI_NONAME, "no"), errors.InvalidInput),
        (socket.gaierror(socket.EAI_AGAIN, "later"), errors.ProviderUnavailable),
    ],
)
def test_a_failed_look_up_says_whose_it_is(failure: OSError, kind: type[Exception]) -> None:
    def failing(name: str, port: int) -> list[str]:
        raise failure

    with pytest.raises(kind):
        guard(resolver=failing).fetch(f"http://{NAME}/", max_bytes=9, timeout_seconds=5)


def test_a_refused_connection_is_unavailable_and_names_no_address() -> None:
    with serve(answer()) as server:
        port = server.port
    with pytest.raises(errors.ProviderUnavailable) as raised:
        guard().fetch(f"http://{NAME}:{port}/", max_bytes=9, timeout_seconds=5, field="speech")
    assert raised.value.fields and set(raised.value.fields) == {"speech"}
    assert "127.0.0.1" not in str(raised.value.as_dict())


def test_proxies_and_netrc_of_the_environment_are_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text(f"machine {NAME} login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for variable in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    with serve(answer()) as server:
        assert fetch(server).status == 200
    assert "Authorization" not in server.requests[0]


def test_post_signs_and_does_not_follow() -> None:
    with serve(redirect("/elsewhere")) as server:
        got = guard().guarded_post(
            f"http://{NAME}:{server.port}/done",
            b'{"a":1}',
            {"X-Signature": "v1=x", "Content-Type": "application/json"},
            timeout_seconds=5,
        )
    assert got.status == 302
    assert len(server.requests) == 1
    assert server.requests[0].startswith("POST /done HTTP/1.1\r\n")
    assert server.requests[0].endswith('\r\n\r\n{"a":1}')
    assert "X-Signature: v1=x\r\n" in server.requests[0]


def test_post_gives_any_status_and_refuses_forbidden_addresses() -> None:
    with serve(answer(b"", "503 Busy")) as server:
        got = guard().guarded_post(f"http://{NAME}:{server.port}/", b"", timeout_seconds=5)
        assert got.status == 503
        with pytest.raises(errors.InvalidInput) as raised:
            guard().guarded_post(f"http://127.0.0.1:{server.port}/", b"", timeout_seconds=5)
    assert raised.value.fields and set(raised.value.fields) == {"callback_url"}


def test_nothing_is_left_behind() -> None:
    before = threading.active_count()
    with serve(answer()) as server:
        for _ in range(5):
            fetch(server)
    limit = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < limit:
        threading.Event().wait(0.01)
    assert threading.active_count() <= before


def test_the_urllib3_whose_connections_are_opened_by_the_guard() -> None:
    check_versions("urllib3", ">=2.8.0,<3")
