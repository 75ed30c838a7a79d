"""What all transports promise: certificates, cookies, bounded time, concurrency."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flowhook.providers.pooled_transport import PooledTransport
from flowhook.providers.requests_transport import RequestsTransport
from flowhook.providers.transport import (
    TimedOut,
    Transport,
    TransportError,
    Unreachable,
    has_proxy,
)
from tests.fakes.openai import FakeOpenAI, faults
from tests.fakes.tcp import silent_server, tls_terminator, write_certificate
from tests.fakes.web import answer, serve
from tests.flowhook.providers.conftest import TRANSPORTS
from tests.versions import check_versions

ROOT = Path(__file__).parents[3]


def get(transport: Transport, url: str, seconds: float = 5) -> int:
    return transport.send("GET", url, {"Authorization": "Bearer x"}, None, seconds).status


@pytest.mark.parametrize(
    ("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)]
)
def test_an_answer_that_nobody_asked_to_be_compressed_is_unpacked(
    transport: Transport, coding: str, pack: Callable[[bytes], bytes]
) -> None:
    with serve(answer(pack(b"hello"), headers={"Content-Encoding": coding})) as server:
        reply = transport.send("GET", f"http://127.0.0.1:{server.port}/", {}, None, 5)
    assert reply.body == b"hello"


def test_no_transport_asks_for_a_compressed_answer(
    transport: Transport, openai: FakeOpenAI
) -> None:
    transport.send("GET", f"{openai.base_url}/models", {"Authorization": "Bearer x"}, None, 5)
    assert openai.last.headers["Accept-Encoding"] == "identity"


# --- TLS ---


@pytest.fixture
def secure(openai: FakeOpenAI, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The fake behind TLS under an authority nobody knows: (url, the authority's file)."""
    authority, certificate = write_certificate(tmp_path)
    port = int(openai.origin.rpartition(":")[2])
    with tls_terminator(port, certificate) as secure_port:
        yield f"https://127.0.0.1:{secure_port}/v1/models", authority


def test_an_unknown_authority_is_not_trusted(
    transport: Transport, secure: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Unreachable, match="certificate is not trusted"):
        get(transport, secure[0])


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_an_imported_authority_is_trusted(
    transport: Transport,
    secure: tuple[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    url, authority = secure
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(authority))
    assert get(transport, url) == 401
    assert get(transport, url) == 401


def test_a_certificate_for_another_name_is_not_trusted(
    transport: Transport, secure: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, authority = secure
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    with pytest.raises(Unreachable):
        get(transport, url.replace("127.0.0.1", "localhost"))


# --- one organisation's call leaves nothing for another's ---


def test_cookies_are_neither_kept_nor_sent(transport: Transport, openai: FakeOpenAI) -> None:
    for _ in range(2):
        openai.fail(faults.status(404, headers={"Set-Cookie": "session=one-organisation; Path=/"}))
        get(transport, openai.base_url + "/models")
    assert [asked.headers.get("Cookie") for asked in openai.requests] == [None, None]


def test_no_netrc_speaks_for_the_organisation(
    transport: Transport, openai: FakeOpenAI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    get(transport, openai.base_url + "/models")
    assert openai.last.headers["Authorization"] == "Bearer x"


def test_a_redirect_is_not_followed(transport: Transport, openai: FakeOpenAI) -> None:
    openai.fail(faults.redirect(openai.base_url + "/elsewhere"))
    assert get(transport, openai.base_url + "/models") == 307
    assert len(openai.requests) == 1


def test_a_query_and_a_body_arrive_as_sent(transport: Transport, openai: FakeOpenAI) -> None:
    url = openai.base_url + "/models?limit=5&after=a%20b"
    transport.send("POST", url, {"Content-Type": "text/x"}, b"\x00body\xff", 5)
    assert openai.last.query == {"limit": "5", "after": "a b"}
    assert openai.last.raw == b"\x00body\xff"
    assert openai.last.headers["Content-Type"] == "text/x"
    openai.violations.clear()  # there is nothing to POST to at that address


# --- time ---


def test_a_server_that_lets_connect_and_says_nothing_is_timed_out(transport: Transport) -> None:
    with silent_server() as port, pytest.raises(TimedOut):
        get(transport, f"http://127.0.0.1:{port}/", seconds=0.2)


def test_a_server_that_falls_silent_in_its_body_is_timed_out(
    transport: Transport, openai: FakeOpenAI
) -> None:
    openai.fail(faults.hang_in_body())
    with pytest.raises(TimedOut):
        get(transport, openai.base_url + "/models", seconds=0.3)
    assert get(transport, openai.base_url + "/models") == 401
    assert not openai.last.reused


@pytest.mark.parametrize("name", ["requests", "pooled"])
def test_a_late_head_leaves_the_body_only_the_rest_of_the_time(
    openai: FakeOpenAI, name: str
) -> None:
    openai.fail(faults.hang_in_body(head_seconds=2.5))
    began = time.monotonic()
    with pytest.raises(TimedOut):
        get(TRANSPORTS[name](), openai.base_url + "/models", seconds=3)
    assert time.monotonic() - began < 5  # each read had 3 s of its own


def test_an_error_repeats_no_address(transport: Transport) -> None:
    with pytest.raises(TransportError) as caught:
        get(transport, FakeOpenAI.closed_base_url())
    assert "127.0.0.1" not in str(caught.value)


DRIPPED = """
import gevent.monkey; gevent.monkey.patch_all()
import sys, time
from flowhook.providers.gevent_transport import GeventTransport
from flowhook.providers.requests_transport import RequestsTransport
from flowhook.providers.transport import TimedOut
transport = {"requests": RequestsTransport, "gevent": GeventTransport}[sys.argv[1]]()
began = time.monotonic()
try:
    transport.send("GET", sys.argv[2], {}, None, 0.4)
except TimedOut:
    print("timed out" if time.monotonic() - began > 0.3 else "too soon")
"""
SHARED = """
import gevent.monkey; gevent.monkey.patch_all()
import sys, gevent
from flowhook.providers.gevent_transport import GeventTransport
from flowhook.providers.requests_transport import RequestsTransport
transport = {"requests": RequestsTransport, "gevent": GeventTransport}[sys.argv[1]]()
def ask():
    return transport.send("GET", sys.argv[2], {}, None, 20).status
asked = [gevent.spawn(ask) for _ in range(50)]
gevent.joinall(asked, raise_error=True)
again = [gevent.spawn(ask) for _ in range(5)]
gevent.joinall(again, raise_error=True)
print(len([one for one in asked + again if one.value == 401]))
"""


def run_patched(program: str, *arguments: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return ended.stdout.strip()


@pytest.mark.parametrize("name", ["requests", "gevent"])
def test_a_dripping_server_is_cut_off_where_gevent_serves(openai: FakeOpenAI, name: str) -> None:
    openai.fail(faults.drip(0.05), times=None)
    assert run_patched(DRIPPED, name, openai.base_url + "/models") == "timed out"


@pytest.mark.parametrize("name", ["requests", "gevent"])
def test_greenlets_ask_at_once_and_share_connections(openai: FakeOpenAI, name: str) -> None:
    openai.fail(faults.slow(0.2), times=50)
    assert run_patched(SHARED, name, openai.base_url + "/models") == "55"
    assert openai.peak_in_flight > 25
    assert all(asked.reused for asked in openai.requests[50:])


@pytest.mark.parametrize("make_transport", [RequestsTransport, PooledTransport])
def test_threads_may_share_a_transport(
    openai: FakeOpenAI, make_transport: Callable[[], Transport]
) -> None:
    shared, statuses = make_transport(), []
    threads = [
        threading.Thread(target=lambda: statuses.append(get(shared, openai.base_url + "/models")))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [401] * 20
    assert get(shared, openai.base_url + "/models") == 401
    assert openai.last.reused


# --- proxies ---


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        ({}, False),
        ({"https_proxy": "http://p:1"}, True),
        ({"HTTP_PROXY": "http://p:1"}, True),
        ({"ALL_PROXY": "http://p:1"}, True),
        ({"https_proxy": ""}, False),
        ({"no_proxy": "*"}, False),
    ],
)
def test_a_proxy_is_seen_in_the_environment(environ: dict[str, str], asked: bool) -> None:
    assert has_proxy(environ) is asked


def test_the_geventhttpclient_whose_pool_is_extended() -> None:
    check_versions("geventhttpclient", ">=2.6.1,<2.7")
