"""Attacks on the one thread that answers everybody."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from flowhook.organisations.signature import HEADER
from tests.attacks.rows import Row, attack
from tests.attacks.stand import Stand

BRACKETS = b'{"organization_id": "quiet", "x": [' + b"[]," * 333_000 + b"0]}"
FORM = b"a=&" * 333_000
HEADS = 4200
FORM_TYPE = "application/x-www-form-urlencoded"


def looped(send: Callable[[], requests.Response], times: int = 3) -> list[int]:
    """The statuses that four connections got, each asking `times` times."""
    with ThreadPoolExecutor(4) as pool:
        return [one.status_code for one in pool.map(lambda _: send(), range(4 * times))]


@attack("3a. a stale signature over 1 MB of brackets, from 4 connections", times=5)
def brackets(stand: Stand) -> Iterator[Row]:
    headers = {"Content-Type": "application/json", HEADER: f"t=1,v1={'0' * 64}"}
    path = "/webhooks/get_buttons"
    statuses = looped(lambda: stand.ask("POST", path, raw=BRACKETS, headers=headers))
    yield Row("answers other than refusals", sum(one not in (400, 401, 429) for one in statuses), 0)


@attack("3b. a wrong signature in time over 1 MB of brackets, from 4 connections", times=5)
def timely_brackets(stand: Stand) -> Iterator[Row]:
    stamp = int(time.time())
    headers = {"Content-Type": "application/json", HEADER: f"t={stamp},v1={'0' * 64}"}
    path = "/webhooks/get_buttons"
    statuses = looped(lambda: stand.ask("POST", path, raw=BRACKETS, headers=headers))
    yield Row("answers other than refusals", sum(one not in (400, 401, 429) for one in statuses), 0)


@attack("3c. forms of 1 MB to /sign-in, from 4 connections", times=5)
def sign_in_forms(stand: Stand) -> Iterator[Row]:
    headers = {"Content-Type": FORM_TYPE}
    statuses = looped(lambda: stand.ask("POST", "/sign-in", raw=FORM, headers=headers))
    yield Row("answers other than refusals", sum(not 400 <= one < 500 for one in statuses), 0)


def authenticated(stand: Stand, function: str, body: Any, **headers: str) -> Iterator[Row]:
    victim = stand.organisation()
    answer = stand.call(victim, function, body, **headers)
    yield Row(f"answered {answer.status_code}, 500s", int(answer.status_code == 500), 0)


def entry(text: str) -> dict[str, Any]:
    return {"entry": {"title": text}, "language": "Hindi"}


@attack("4a. translate_entry of 600 KB of a@", times=5)
def many_ats(stand: Stand) -> Iterator[Row]:
    yield from authenticated(stand, "translate_entry", entry("a@" * 300_000))


@attack("4b. translate_entry of 1 MB of placeholders", times=5)
def many_placeholders(stand: Stand) -> Iterator[Row]:
    yield from authenticated(stand, "translate_entry", entry("{{a}} " * 160_000))


@attack("4c. translate_entry of 400,000 <", times=5)
def many_tags(stand: Stand) -> Iterator[Row]:
    yield from authenticated(stand, "translate_entry", entry("<" * 400_000))


@attack("4d. translate_entry of 190 KB of a@, which is within its bound", times=5)
def allowed_ats(stand: Stand) -> Iterator[Row]:
    yield from authenticated(stand, "translate_entry", entry("a@" * 95_000))


@attack("4e. function_calling with 64 tools of 90 properties", times=5)
def many_tools(stand: Stand) -> Iterator[Row]:
    names = [f"p{n}" for n in range(90)]
    properties = {name: {"type": "string", "description": "what it is"} for name in names}
    parameters = {
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": False,
    }
    tools = [{"name": f"tool_{n}", "description": "x", "parameters": parameters} for n in range(64)]
    body = {"prompt": "Use the tools.", "functions": tools}
    yield from authenticated(stand, "function_calling", body)


@attack("4f. an answer in XML with a key of 255,000 characters", times=5)
def long_key(stand: Stand) -> Iterator[Row]:
    stand.openai.say_json({"ळ" * 255_000: 1})
    body = {"question_text": "Why?"}
    yield from authenticated(stand, "parse_via_chat_gpt", body, Accept="application/xml")


@attack(f"11. {HEADS} heads that never end, from one address", times=2)
def half_heads(stand: Stand) -> Iterator[Row]:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    opened: list[socket.socket] = []
    try:
        for _ in range(HEADS):
            opened.append(stand.connection("127.0.0.2"))
            opened[-1].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ")
    except OSError:
        pass
    took = []
    for _ in range(5):
        started = time.monotonic()
        stand.ask("GET", "/healthz")
        took.append((time.monotonic() - started) * 1000)
    for connection in opened:
        connection.close()
    yield Row("a new connection's /healthz, longest of 5", max(took), 1000, "ms")
