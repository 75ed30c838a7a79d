"""Loopback TCP servers that misbehave or translate: a silent one, and a TLS terminator."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import selectors
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

TLS_RECORD = b"\x16"  # a TLS connection's first byte


@contextmanager
def silent_server() -> Iterator[int]:
    """The port of a server that lets everyone connect and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        yield listener.getsockname()[1]


@contextmanager
def tls_terminator(target_port: int, certificate: Path) -> Iterator[int]:
    """The port of a TLS server that passes everything on to a plain one.

    Who begins in plain text is passed on as it is: servers that know each other by this port.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = threading.Thread(target=_accept, args=(listener, context, target_port))
        accepting.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()


def _accept(listener: socket.socket, context: ssl.SSLContext, target_port: int) -> None:
    with contextlib.suppress(OSError):
        while True:
            plain, _ = listener.accept()
            threading.Thread(
                target=_terminate, args=(plain, context, target_port), daemon=True
            ).start()


def _terminate(plain: socket.socket, context: ssl.SSLContext, target_port: int) -> None:
    with contextlib.suppress(OSError), plain:
        is_tls = plain.recv(1, socket.MSG_PEEK) == TLS_RECORD
        with (
            context.wrap_socket(plain, server_side=True) if is_tls else plain as source,
            socket.create_connection(("127.0.0.1", target_port)) as target,
        ):
            _relay(source, target)


def _relay(source_end: socket.socket, target: socket.socket) -> None:
    """One thread for both ways: reading and writing one TLS socket at once is unsafe."""
    with selectors.DefaultSelector() as selector:
        selector.register(source_end, selectors.EVENT_READ, target)
        selector.register(target, selectors.EVENT_READ, source_end)
        while True:
            for key, _ in selector.select():
                source = source_end if key.fileobj is source_end else target
                data = source.recv(65536)
                while isinstance(source, ssl.SSLSocket) and source.pending():
                    data += source.recv(65536)
                if not data:
                    return
                key.data.sendall(data)


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """A fresh authority and a certificate for 127.0.0.1: its (authority, key and certificate)."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
    authority = _builder(authority_name, authority_name, authority_key.public_key()).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    leaf = _builder(name, authority_name, key.public_key()).add_extension(
        x509.SubjectAlternativeName([address]), critical=False
    )
    pem = serialization.Encoding.PEM
    authority_file, server_file = folder / "authority.pem", folder / "server.pem"
    authority_file.write_bytes(authority.sign(authority_key, hashes.SHA256()).public_bytes(pem))
    server_file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + leaf.sign(authority_key, hashes.SHA256()).public_bytes(pem)
    )
    return authority_file, server_file


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(hours=2))
    )


class Forwarder:
    """Passes connections on to a server, until its `vanish`: then they stay open and silent.

    That is what is left of a connection whose peer went away without a word: a machine that lost
    its power, a firewall that forgot. While `is_away`, new connections are silent from the start.
    The server's next `loses` answers never arrive: their connections are closed in their stead.
    """

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.is_away = False
        self.loses = 0
        self._vanished = threading.Event()
        self._closed = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._closed.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def vanish(self) -> None:
        """Fall silent on every connection there is, for good."""
        vanished, self._vanished = self._vanished, threading.Event()
        vanished.set()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                source, _ = self._listener.accept()
                vanished = self._vanished
                if self.is_away:
                    vanished = threading.Event()
                    vanished.set()
                threading.Thread(target=self._pass_on, args=(source, vanished), daemon=True).start()

    def _pass_on(self, source: socket.socket, vanished: threading.Event) -> None:
        with (
            contextlib.suppress(OSError),
            source,
            socket.create_connection(("127.0.0.1", self.target_port)) as target,
            selectors.DefaultSelector() as selector,
        ):
            selector.register(source, selectors.EVENT_READ, target)
            selector.register(target, selectors.EVENT_READ, source)
            while not vanished.is_set():
                for key, _ in selector.select(0.02):
                    if vanished.is_set():
                        break
                    data = key.fileobj.recv(65_536)  # type: ignore[union-attr]
                    if not data:
                        return
                    if self.loses and key.fileobj is target:
                        self.loses -= 1
                        return
                    key.data.sendall(data)
            self._closed.wait()
