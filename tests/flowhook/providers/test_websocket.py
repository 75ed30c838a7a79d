"""What every transport promises of a WebSocket: certificates, bounds, time, and its end."""

from __future__ import annotations

import socket
import threading
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Message,
    Ping,
    Pong,
    RejectConnection,
    RejectData,
    TextMessage,
)

from flowhook.errors import Overloaded
from flowhook.limits.fair_shares import FairShares
from flowhook.limits.shared_transport import SharedTransport
from flowhook.providers import websocket
from flowhook.providers.model_client import Usage
from flowhook.providers.pooled_transport import PooledTransport
from flowhook.providers.transport import (
    ConnectionBroken,
    HttpReply,
    ReplyTooLarge,
    TimedOut,
    Unreachable,
)
from flowhook.providers.websocket import ConversingTransport
from tests.examples import check_examples
from tests.fakes.tcp import silent_server, tls_terminator, write_certificate
from tests.fakes.web import WebServer, serve
from tests.flowhook.providers.test_transports import run_patched
from tests.free_ports import free_port

HEADERS = {"Authorization": "Bearer x"}


class Echo:
    """A dialogue that says `hello` to `welcome`, and ends with what it hears next."""

    usage: Usage | None = None

    def __init__(self) -> None:
        self.reply: HttpReply | None = None
        self.heard: list[str] = []
        self.ended = ""
        self.begun = 0

    def begin(self) -> None:
        self.begun += 1

    def hear(self, message: str) -> Iterable[str]:
        self.heard.append(message)
        if message == "welcome":
            yield "hello"
        else:
            self.reply = HttpReply(200, {}, message.encode())

    def refuse(self, reply: HttpReply) -> None:
        self.heard.append(f"refused {reply.status}")

    def end(self, reason: str) -> None:
        self.ended = reason


class Peer:
    """The server's side of one WebSocket."""

    def __init__(self, connection: socket.socket, head: str) -> None:
        self.connection = connection
        self.protocol = WSConnection(ConnectionType.SERVER)
        self.protocol.receive_data(head.encode("latin-1"))
        self.events = self.protocol.events()
        next(self.events)

    def say(self, *events: Event) -> None:
        for event in events:
            self.connection.sendall(self.protocol.send(event))

    def hear(self) -> Event:
        """Return what the client says next; raises ConnectionError where it has gone."""
        while True:
            for event in self.protocol.events():
                return event
            data = self.connection.recv(65_536)
            if not data:
                raise ConnectionResetError
            self.protocol.receive_data(data)


Script = Callable[[Peer], None]


@contextmanager
def peer(script: Script) -> Iterator[WebServer]:
    with serve(lambda connection, head: script(Peer(connection, head))) as server:
        yield server


def greet(peer: Peer) -> None:
    peer.say(AcceptConnection(), TextMessage(data="welcome"))
    said = peer.hear()
    assert isinstance(said, TextMessage)
    peer.say(TextMessage(data=f"you said {said.data}"))
    peer.hear()  # the goodbye


def converse(
    transport: ConversingTransport, server: WebServer, dialogue: Echo, seconds: float = 5
) -> HttpReply:
    address = f"ws://127.0.0.1:{server.port}/v1/realtime?model=a%2Fb"
    return transport.converse(address, HEADERS, dialogue, seconds)


def test_examples() -> None:
    check_examples(websocket)


def test_a_dialogue_is_held_and_ended(transport: ConversingTransport) -> None:
    goodbyes: list[Event] = []

    def script(peer: Peer) -> None:
        greet(peer)

    def listening(peer: Peer) -> None:
        peer.say(AcceptConnection(), TextMessage(data="welcome"))
        peer.hear()
        peer.say(TextMessage(data="bye"))
        goodbyes.append(peer.hear())

    dialogue = Echo()
    with peer(script) as server:
        assert converse(transport, server, dialogue).body == b"you said hello"
        [head] = server.requests
    assert head.startswith("GET /v1/realtime?model=a%2Fb HTTP/1.1\r\n")
    assert f"host: 127.0.0.1:{server.port}\r\n" in head.lower()
    assert "authorization: bearer x\r\n" in head.lower()
    with peer(listening) as server:
        converse(transport, server, Echo())
        while not goodbyes:
            threading.Event().wait(0.01)
    assert isinstance(goodbyes[0], CloseConnection)


def test_a_message_in_pieces_and_pings_between(transport: ConversingTransport) -> None:
    answers: list[Event] = []

    def script(peer: Peer) -> None:
        peer.say(
            AcceptConnection(),
            TextMessage(data="wel", message_finished=False),
            Ping(payload=b"there?"),
            TextMessage(data="come"),
        )
        answers.extend([peer.hear(), peer.hear()])
        peer.say(TextMessage(data="done"))

    with peer(script) as server:
        assert converse(transport, server, Echo()).body == b"done"
    assert isinstance(answers[0], Pong)
    assert bytes(answers[0].payload) == b"there?"
    assert isinstance(answers[1], TextMessage)


@pytest.mark.parametrize("has_length", [True, False])
def test_a_server_that_opens_no_websocket_is_answered_by(
    transport: ConversingTransport, has_length: bool
) -> None:
    def script(peer: Peer) -> None:
        length = [(b"Content-Length", b"4")] if has_length else [(b"Connection", b"close")]
        headers = [(b"X-Request-ID", b"7"), *length]
        peer.say(RejectConnection(status_code=429, headers=headers, has_body=True))
        peer.say(RejectData(data=b"busy"))

    dialogue = Echo()
    with peer(script) as server:
        reply = converse(transport, server, dialogue)
    assert (reply.status, reply.headers["x-request-id"], reply.body) == (429, "7", b"busy")
    assert dialogue.heard == ["refused 429"]


@pytest.mark.parametrize(
    "event",
    [BytesMessage(data=b"\x00"), CloseConnection(code=1011, reason="server_error"), None],
    ids=["bytes", "close", "nothing"],
)
def test_what_ends_too_soon_is_broken(
    transport: ConversingTransport, event: Message | CloseConnection | None
) -> None:
    def script(peer: Peer) -> None:
        peer.say(AcceptConnection(), TextMessage(data="welcome"))
        peer.hear()
        if event is not None:
            peer.say(event)

    dialogue = Echo()
    with peer(script) as server, pytest.raises(ConnectionBroken):
        converse(transport, server, dialogue)
    assert dialogue.ended == ("server_error" if isinstance(event, CloseConnection) else "")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: AAAA\r\n\r\n",
        b"not HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"X" * 100_000,
        b"",
    ],
)
def test_a_handshake_that_is_none_is_broken(transport: ConversingTransport, answer: bytes) -> None:
    with (
        serve(lambda connection, head: connection.sendall(answer)) as server,
        pytest.raises(ConnectionBroken),
    ):
        converse(transport, server, Echo())


def test_garbage_after_the_handshake_is_broken(transport: ConversingTransport) -> None:
    def script(peer: Peer) -> None:
        peer.say(AcceptConnection())
        peer.connection.sendall(b"\xff" * 100)

    with peer(script) as server, pytest.raises(ConnectionBroken):
        converse(transport, server, Echo())


# --- bytes ---


@pytest.mark.parametrize(
    ("bound", "texts"),
    [
        ("MAX_MESSAGE_CHARACTERS", [TextMessage(data="x" * 900, message_finished=False)] * 3),
        ("MAX_RECEIVED_BYTES", [TextMessage(data="welcome")] * 300),
    ],
    ids=["one message", "all messages"],
)
def test_what_is_received_is_bounded(
    transport: ConversingTransport,
    monkeypatch: pytest.MonkeyPatch,
    bound: str,
    texts: list[TextMessage],
) -> None:
    def script(peer: Peer) -> None:
        peer.say(AcceptConnection(), *texts)
        while peer.hear():  # until the client has gone
            pass

    monkeypatch.setattr(websocket, bound, 2000)
    dialogue = Echo()
    with peer(script) as server, pytest.raises(ReplyTooLarge):
        converse(transport, server, dialogue)
    assert dialogue.reply is None


def test_a_message_in_very_many_pieces_is_read_in_time(transport: ConversingTransport) -> None:
    letters = 60_000

    def script(peer: Peer) -> None:
        peer.say(AcceptConnection())
        peer.connection.sendall(b"\x01\x01x" + b"\x00\x01x" * (letters - 2) + b"\x80\x01x")
        peer.hear()

    with peer(script) as server:
        assert converse(transport, server, Echo(), 20).body == b"x" * letters


# --- time ---


def test_silence_is_timed_out(transport: ConversingTransport) -> None:
    with silent_server() as port:
        for scheme in ("ws", "wss"):
            with pytest.raises(TimedOut):
                transport.converse(f"{scheme}://127.0.0.1:{port}/", HEADERS, Echo(), 0.2)


def drip(connection: socket.socket, head: str) -> None:
    """The handshake, then a message whose bytes never end."""
    peer = Peer(connection, head)
    peer.say(AcceptConnection())
    connection.sendall(b"\x81\x7f" + (1 << 40).to_bytes(8, "big"))
    while True:  # until the connection is gone
        threading.Event().wait(0.02)
        connection.sendall(b"x")


def test_a_message_that_drips_is_cut_off(transport: ConversingTransport) -> None:
    with serve(drip) as server, pytest.raises(TimedOut):
        converse(transport, server, Echo(), 0.3)


PATCHED = """
import gevent.monkey; gevent.monkey.patch_all()
import sys, gevent
from flowhook.providers.gevent_transport import GeventTransport
from flowhook.providers.transport import HttpReply, TimedOut
from tests.flowhook.providers.test_websocket import Echo
transport = GeventTransport()
def ask(seconds):
    try:
        return transport.converse(sys.argv[1], {}, Echo(), seconds).body.decode()
    except TimedOut:
        return "timed out"
if sys.argv[2] == "kill":
    asked = gevent.spawn(ask, 30)
    gevent.sleep(0.5)
    asked.kill(timeout=5)
    print("killed" if asked.dead else "goes on")
    gevent.sleep(5)
else:
    asked = [gevent.spawn(ask, 0.5 if sys.argv[2] == "drip" else 10) for _ in range(5)]
    gevent.joinall(asked, raise_error=True)
    print(",".join(one.value for one in asked))
"""


def test_greenlets_converse_at_once() -> None:
    barrier = threading.Barrier(5)

    def script(peer: Peer) -> None:
        barrier.wait(20)  # only when all five are there
        greet(peer)

    with peer(script) as server:
        said = run_patched(PATCHED, f"ws://127.0.0.1:{server.port}/", "greet")
    assert said == ",".join(["you said hello"] * 5)


def test_a_drip_is_cut_off_where_gevent_serves() -> None:
    with serve(drip) as server:
        said = run_patched(PATCHED, f"ws://127.0.0.1:{server.port}/", "drip")
    assert said == ",".join(["timed out"] * 5)


def test_the_connection_ends_with_the_greenlet_that_it_serves() -> None:
    """A call that is given up, because its caller has gone, costs no further sound."""
    gone = threading.Event()

    def script(peer: Peer) -> None:
        peer.say(AcceptConnection())
        try:
            peer.hear()
        except ConnectionError:
            gone.set()

    with peer(script) as server:
        ended = threading.Thread(
            target=run_patched, args=(PATCHED, f"ws://127.0.0.1:{server.port}/", "kill")
        )
        ended.start()
        assert gone.wait(20)
        ended.join()


# --- TLS ---


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A WebSocket behind TLS under an authority nobody knows: (url, the authority's file)."""
    authority, certificate = write_certificate(tmp_path)
    with peer(greet) as server, tls_terminator(server.port, certificate) as port:
        yield f"wss://127.0.0.1:{port}/", authority


def test_only_known_authorities_are_trusted(
    transport: ConversingTransport, secure: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Unreachable, match="certificate is not trusted"):
        transport.converse(secure[0], HEADERS, Echo(), 5)


def test_the_certificate_is_for_the_name(
    transport: ConversingTransport, secure: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, authority = secure
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    assert transport.converse(url, HEADERS, Echo(), 5).body == b"you said hello"
    with pytest.raises(Unreachable):
        transport.converse(url.replace("127.0.0.1", "localhost"), HEADERS, Echo(), 5)


# --- connections ---


def test_nobody_there_is_unreachable(transport: ConversingTransport) -> None:
    with pytest.raises(Unreachable) as caught:
        transport.converse(f"ws://127.0.0.1:{free_port()}/", HEADERS, Echo(), 5)
    assert "127.0.0.1" not in str(caught.value)


def test_a_dialogue_takes_one_of_the_organisations_connections() -> None:
    shares = FairShares(1)
    shared = SharedTransport(PooledTransport(), shares, "acme")

    def script(peer: Peer) -> None:
        with pytest.raises(Overloaded):
            shared.converse("ws://127.0.0.1:1/", {}, Echo(), 5)
        greet(peer)

    with peer(script) as server:
        assert converse(shared, server, Echo()).status == 200
    assert shares.free == shares.places


@pytest.mark.parametrize("refuses", [False, True])
def test_a_proxy_of_the_environment_is_asked_for_the_connection(
    transport: ConversingTransport, monkeypatch: pytest.MonkeyPatch, refuses: bool
) -> None:
    def tunnel(connection: socket.socket, head: str) -> None:
        if refuses:
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            return
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        inner = connection.recv(65_536).decode("latin-1")
        greet(Peer(connection, inner))

    with serve(tunnel) as proxy:
        monkeypatch.setenv("http_proxy", f"http://asha:secret@127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        address = "ws://provider.example/v1/realtime"
        if refuses:
            with pytest.raises(Unreachable):
                transport.converse(address, HEADERS, Echo(), 5)
        else:
            assert transport.converse(address, HEADERS, Echo(), 5).body == b"you said hello"
        [head] = proxy.requests
    assert head.startswith("CONNECT provider.example:80 HTTP/1.")
    login = head.lower().partition("proxy-authorization: basic ")[2].split("\r\n")[0]
    assert login
    assert b64decode(head[head.lower().index("basic ") + 6 :].split("\r\n")[0]) == b"asha:secret"
