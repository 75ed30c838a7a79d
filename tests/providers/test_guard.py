"""Fetching callers' URLs: where the connection goes, how long it lasts, how much it brings."""

from __future__ import annotations

import datetime
import gzip
import ipaddress
import socket
import ssl
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import errors
from providers.guard import AddressGuard, Fetched, Resolver
from tests.fakes.web import WebServer, answer, redirect, serve

NAME = "media.example.org"


def loopback(name: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def guard(*allow: str, resolver: Resolver = loopback) -> AddressGuard:
    return AddressGuard(allow or (NAME,), resolver)


def fetch(server: WebServer, host: str = NAME, path: str = "/voice.ogg", **more: object) -> Fetched:
    options: dict = {"max_bytes": 1000, "timeout_seconds": 5, **more}
    by = options.pop("by", None) or guard()
    return by.fetch(f"http://{host}:{server.port}{path}", **options)


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


def dripping(first: bytes) -> Callable[[socket.socket, str], None]:
    """A handler that sends a byte every 50 ms for as long as anyone listens."""

    def handle(connection: socket.socket, head: str) -> None:
        connection.sendall(first)
        gone = threading.Event()
        while not gone.wait(0.05):
            connection.sendall(b"x")

    return handle


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Long: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n384\r\n",
    ],
)
def test_a_dripping_server_is_cut_off(first: bytes) -> None:
    started = time.monotonic()
    with serve(dripping(first)) as server, pytest.raises(errors.ProviderTimeout) as raised:
        fetch(server, timeout_seconds=0.5)
    assert 0.4 < time.monotonic() - started < 3
    assert raised.value.fields


def test_a_silent_server_and_a_slow_tls_handshake_are_cut_off() -> None:
    def silent(connection: socket.socket, head: str) -> None:
        connection.recv(1)

    with serve(silent) as server:
        with pytest.raises(errors.ProviderTimeout):
            fetch(server, timeout_seconds=0.3)
        with pytest.raises(errors.ProviderTimeout):
            guard().fetch(f"https://{NAME}:{server.port}/", max_bytes=9, timeout_seconds=0.3)


def test_slow_redirects_share_one_deadline() -> None:
    def handle(connection: socket.socket, head: str) -> None:
        threading.Event().wait(0.2)
        redirect("/again")(connection, head)

    started = time.monotonic()
    with serve(handle) as server, pytest.raises(errors.ProviderTimeout):
        fetch(server, timeout_seconds=0.5)
    assert time.monotonic() - started < 2


def test_a_slow_look_up_is_cut_off() -> None:
    released = threading.Event()

    def slow(name: str, port: int) -> list[str]:
        released.wait(10)
        return ["127.0.0.1"]

    started = time.monotonic()
    with serve(answer()) as server, pytest.raises(errors.ProviderTimeout):
        fetch(server, timeout_seconds=0.3, by=guard(resolver=slow))
    released.set()
    assert time.monotonic() - started < 3


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


def test_the_body_is_bounded_by_what_arrives() -> None:
    with serve(answer(b"x" * 1000)) as server:
        assert len(fetch(server, max_bytes=1000).content) == 1000
        with pytest.raises(errors.TooLarge):
            fetch(server, max_bytes=999)


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 10\r\nContent-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"1000\r\n",
        b"Connection: close\r\n\r\n",
        b"Content-Length: 99999999999999999999999999\r\n\r\n",
    ],
)
def test_lies_about_the_length_do_not_help(head: bytes) -> None:
    def handle(connection: socket.socket, request: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"x" * 0x1000)
        connection.recv(1)

    with serve(handle) as server, pytest.raises(errors.TooLarge):
        fetch(server, max_bytes=1000)


def test_a_body_cut_short_is_an_error() -> None:
    handler = answer(b"abc", headers={"Content-Length": "900"})
    with serve(handler) as server, pytest.raises(errors.ProviderUnavailable):
        fetch(server)


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("in_chunks", [False, True])
def test_a_packed_bomb_is_bounded_unpacked(layers: int, in_chunks: bool) -> None:
    body = b"\0" * 50_000_000
    for _ in range(layers):
        body = gzip.compress(body)
    headers = {"Content-Encoding": ", ".join(["gzip"] * layers)}
    if in_chunks:
        body = chunked(body)
        headers |= {"Transfer-Encoding": "chunked"}
    handler = answer(body, headers=headers)
    if in_chunks:
        head = "HTTP/1.1 200 OK\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items())
        whole = head.encode() + b"\r\n" + body

        def handler(connection: socket.socket, request: str) -> None:
            connection.sendall(whole)

    with serve(handler) as server:
        tracemalloc.start()
        with pytest.raises(errors.TooLarge):
            fetch(server, max_bytes=1_000_000)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 12_000_000


def test_packed_content_is_unpacked_and_broken_packing_named() -> None:
    packed = gzip.compress(b"hello")
    with serve(answer(packed, headers={"Content-Encoding": "gzip"})) as server:
        assert fetch(server).content == b"hello"
    handler = answer(b"hello", headers={"Content-Encoding": "gzip"})
    with serve(handler) as server, pytest.raises(errors.InvalidInput, match="unpacked"):
        fetch(server)


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "500 Oops", "304 Same"])
def test_a_link_that_leads_nowhere_says_so_without_the_page(status: str) -> None:
    handler = answer(b"private page", status)
    with serve(handler) as server, pytest.raises(errors.InvalidInput, match=status[:3]) as raised:
        fetch(server)
    assert "private" not in str(raised.value.as_dict())


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


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for NAME, signed by itself, and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName(NAME), x509.IPAddress(ipaddress.ip_address("127.0.0.9"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "cert.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def test_tls_verifies_the_name_though_the_address_is_what_is_connected(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda sock, name, ctx: names.append(name)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    trusting = guard(NAME, "wrong.example.org")
    with serve(answer(), tls=context) as server:
        url = f"https://{NAME}:{server.port}/"
        assert trusting.fetch(url, max_bytes=99, timeout_seconds=5).content == b"hello"
        assert names == [NAME]
        assert f"Host: {NAME}:{server.port}" in server.requests[0]
        with pytest.raises(errors.ProviderUnavailable, match="certificate"):
            trusting.fetch(
                f"https://wrong.example.org:{server.port}/", max_bytes=99, timeout_seconds=5
            )
        monkeypatch.delenv("REQUESTS_CA_BUNDLE")
        with pytest.raises(errors.ProviderUnavailable, match="certificate"):
            guard().fetch(url, max_bytes=99, timeout_seconds=5)
    assert len(server.requests) == 1


GREENLETS = """
from gevent import monkey
monkey.patch_all()
import socket, time, gevent, errors
from providers.guard import AddressGuard
from tests.fakes.web import answer, serve

def drip(connection, head):
    connection.sendall(b"HTTP/1.1 200 OK\\r\\nX: ")
    while True:
        gevent.sleep(0.05)
        connection.sendall(b"x")

def slow(connection, head):
    gevent.sleep(0.3)
    answer()(connection, head)

by = AddressGuard(["localhost"])
def fetch(server, seconds):
    return by.fetch(f"http://localhost:{server.port}/", max_bytes=99, timeout_seconds=seconds)

with serve(slow) as server:
    started = time.monotonic()
    jobs = [gevent.spawn(fetch, server, 5) for _ in range(20)]
    gevent.joinall(jobs, raise_error=True)
    assert all(job.value.content == b"hello" for job in jobs)
    assert time.monotonic() - started < 3, "fetches waited for each other"
with serve(drip) as server:
    started = time.monotonic()
    try:
        fetch(server, 0.5)
    except errors.ProviderTimeout:
        assert time.monotonic() - started < 3
        print("cut off")
"""


SLOW_NAMES = """
from gevent import monkey
monkey.patch_all()
import os, socket, gevent, errors
from providers.guard import AddressGuard

gate = monkey.get_original("_thread", "allocate_lock")()
gate.acquire()
by = AddressGuard(resolver=lambda name, port: gate.acquire() and [])

def ask():
    try:
        by.addresses_of("slow.example", 80, 0.2)
    except errors.ProviderTimeout:
        return "too slow"

asked = [gevent.spawn(ask) for _ in range(50)]
gevent.sleep(0)
with gevent.Timeout(20):
    socket.getaddrinfo("localhost", 80)
    gevent.joinall(asked)
print({job.value for job in asked}, flush=True)
os._exit(0)
"""


def test_slow_names_of_callers_hold_up_no_name_of_the_services_own() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SLOW_NAMES], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.stdout == "{'too slow'}\n", ran.stderr


def test_it_works_under_gevent() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", GREENLETS], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.stdout == "cut off\n", ran.stderr


def test_nothing_is_left_behind() -> None:
    before = threading.active_count()
    with serve(answer()) as server:
        for _ in range(5):
            fetch(server)
    limit = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < limit:
        threading.Event().wait(0.01)
    assert threading.active_count() <= before
