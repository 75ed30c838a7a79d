"""A name whose address changes between the check and the connection."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from flowhook.errors import InvalidInput, ProviderUnavailable
from flowhook.providers import look_up
from flowhook.providers.gevent_transport import GeventTransport
from flowhook.providers.guard import AddressGuard
from flowhook.providers.guarded_requests import GuardedRequestsTransport
from flowhook.providers.model_client import Usage
from flowhook.providers.transport import HttpReply
from flowhook.providers.websocket import websocket_url
from service.provider_clients import base_url_addresses
from tests.fakes.web import answer, serve
from tests.flowhook.providers.test_guard import has_ipv6_loopback

NAME = "rebinding.example.org"

Send = Callable[[str], int]


def by_fetch(guard: AddressGuard) -> Send:
    return lambda url: guard.fetch(url, max_bytes=99, timeout_seconds=5).status


def by_post(guard: AddressGuard) -> Send:
    return lambda url: guard.guarded_post(url, b"{}", timeout_seconds=5).status


def by_gevent(guard: AddressGuard) -> Send:
    transport = GeventTransport(addresses_of=base_url_addresses(guard))
    return lambda url: transport.send("GET", url, {}, None, 5).status


def by_requests(guard: AddressGuard) -> Send:
    transport = GuardedRequestsTransport(base_url_addresses(guard))
    return lambda url: transport.send("GET", url, {}, None, 5).status


class Nothing:
    """A dialogue that never begins."""

    reply: HttpReply | None = None
    usage: Usage | None = None

    def begin(self) -> None: ...

    def hear(self, message: str) -> list[str]:
        return []

    def refuse(self, reply: HttpReply) -> None: ...

    def end(self, reason: str) -> None: ...


def by_websocket(guard: AddressGuard) -> Send:
    transport = GeventTransport(addresses_of=base_url_addresses(guard))
    return lambda url: transport.converse(websocket_url(url), {}, Nothing(), 5).status


def by_guarded_websocket(guard: AddressGuard) -> Send:
    transport = GuardedRequestsTransport(base_url_addresses(guard))
    return lambda url: transport.converse(websocket_url(url), {}, Nothing(), 5).status


def rebind(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Have every way to ask the system give these answers in turn, the last for ever."""
    asked: list[str] = []

    def getaddrinfo(name: Any, port: Any, *_: Any, **__: Any) -> list[Any]:
        address = answers[min(len(asked), len(answers) - 1)]
        asked.append(name)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))]

    monkeypatch.setattr(look_up, "_getaddrinfo", getaddrinfo)
    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)
    monkeypatch.setattr("gevent.socket.getaddrinfo", getaddrinfo)
    return asked


def inside_server(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.create_server((address, port), family=family)
    listener.setblocking(False)
    return listener


@pytest.mark.parametrize(
    "way", [by_fetch, by_post, by_gevent, by_requests, by_websocket, by_guarded_websocket]
)
@pytest.mark.parametrize(
    ("checked", "inside"),
    [("127.0.0.1", "127.0.0.2"), ("127.0.0.1", "::1"), ("::1", "127.0.0.2")],
)
def test_only_the_checked_address_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
    way: Callable[[AddressGuard], Send],
    checked: str,
    inside: str,
) -> None:
    if "::1" in (checked, inside) and not has_ipv6_loopback():
        pytest.skip("this machine has no IPv6")
    closing = answer(headers={"Connection": "close"})
    send = way(AddressGuard([checked]))
    with (
        serve(closing, host=checked) as server,
        inside_server(inside, server.port) as forbidden,
    ):
        asked = rebind(monkeypatch, checked, inside)
        assert send(f"http://{NAME}:{server.port}/") == 200
        assert asked == [NAME]
        with pytest.raises((InvalidInput, ProviderUnavailable), match="public"):
            send(f"http://{NAME}:{server.port}/")
        assert asked == [NAME, NAME]
        assert len(server.requests) == 1
        with pytest.raises(BlockingIOError):
            forbidden.accept()
