"""Fetching from a server on the loopback by a public name."""

from __future__ import annotations

from flowhook.providers.guard import AddressGuard, Fetched, Resolver
from tests.fakes.web import WebServer

NAME = "media.example.org"


def loopback(name: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def guard(*allow: str, resolver: Resolver = loopback) -> AddressGuard:
    return AddressGuard(allow or (NAME,), resolver)


def fetch(server: WebServer, host: str = NAME, path: str = "/voice.ogg", **more: object) -> Fetched:
    options: dict = {"max_bytes": 1000, "timeout_seconds": 5, **more}
    by = options.pop("by", None) or guard()
    return by.fetch(f"http://{host}:{server.port}{path}", **options)
