"""A mail server on the loopback: STARTTLS, a password that only TLS may carry, refusals.

`messages` holds what it took, as `(sender, recipient, text)`; `commands` every command's verb.
"""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

USER, PASSWORD = "flowhook", "secret word"


class FakeSmtp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, tls: ssl.SSLContext | None, offers_auth: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.tls = tls
        self.offers_auth = offers_auth
        self.refuses = ""
        self.messages: list[tuple[str, str, str]] = []
        self.commands: list[str] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Session(socketserver.StreamRequestHandler):
    server: FakeSmtp
    timeout = 10

    def handle(self) -> None:
        self.is_safe = self.server.tls is None
        self.is_known = self.server.tls is None
        self.sender = self.recipient = ""
        self.say("220 fake ready")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            self.server.commands.append(verb)
            if verb == "QUIT":
                self.say("221 bye")
                return
            self.answer(verb, line)

    def answer(self, verb: str, line: str) -> None:
        if verb == "EHLO":
            offers = ["250-STARTTLS"] if not self.is_safe else []
            is_offered = self.server.offers_auth or (self.is_safe and self.server.tls)
            offers += ["250-AUTH PLAIN"] if is_offered else []
            self.say("\r\n".join(["250-fake", *offers, "250 SIZE 100000"]))
        elif verb == "STARTTLS" and self.server.tls:
            self.say("220 go on")
            self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")
            self.is_safe = True
        elif verb == "AUTH":
            expected = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
            self.is_known = self.is_safe and line == f"AUTH PLAIN {expected}"
            self.say("235 ok" if self.is_known else "535 wrong")
        elif not self.is_known:
            self.say("530 sign in first")
        else:
            self.take(verb, line)

    def take(self, verb: str, line: str) -> None:
        address = line.partition(":")[2].split()[0].strip("<>") if ":" in line else ""
        if verb == "MAIL":
            self.sender = address
        elif verb == "RCPT":
            self.recipient = address
            if self.server.refuses == address:
                self.say("550 no such person")
                return
        elif verb == "DATA":
            self.say("354 go on")
            lines = []
            while (got := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(got.decode())
            self.server.messages.append((self.sender, self.recipient, "".join(lines)))
        self.say("250 ok")

    def say(self, text: str) -> None:
        self.connection.sendall(f"{text}\r\n".encode())


@contextmanager
def smtp_server(tls: ssl.SSLContext | None = None, offers_auth: bool = False) -> Iterator[FakeSmtp]:
    """`offers_auth`: the server takes a password, even without TLS."""
    with FakeSmtp(tls, offers_auth) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
