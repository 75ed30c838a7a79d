"""Every way an upstream has been seen to misbehave, each used as `openai.fail(faults.reset())`.

A fault stands between the request and its answer. It either gives back a reply, or deals with
the connection itself and gives back None, after which the connection is closed. A refused
connection is no fault of a running server: see `FakeOpenAI.closed_base_url`.
"""

from __future__ import annotations

import dataclasses
import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.exchange import Exchange, Reply
from tests.fakes.openai.complaints import INVALID_REQUEST

Answer = Callable[[], Reply]


@dataclass(frozen=True)
class Fault:
    """`strike` gets the exchange and a way to obtain the proper answer."""

    name: str
    strike: Callable[[Exchange, Answer], Reply | None]
    only_reused: bool = False
    """Waits for a request on a connection that served one before."""


def reset() -> Fault:
    """The connection is reset (RST) instead of answered."""

    def strike(exchange: Exchange, answer: Answer) -> None:
        linger_zero = struct.pack("ii", 1, 0)
        exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_zero)

    return Fault("reset", strike)


def disconnect() -> Fault:
    """The connection is closed in good order, without a byte of answer."""
    return Fault("disconnect", lambda exchange, answer: None)


def stale() -> Fault:
    """A pooled connection turns out closed: the next request on a used one gets no answer."""
    return Fault("stale", lambda exchange, answer: None, only_reused=True)


def close_after_answer() -> Fault:
    """Answers, promising keep-alive, and closes the connection all the same."""

    def strike(exchange: Exchange, answer: Answer) -> None:
        exchange.send(answer().on_wire())

    return Fault("close_after_answer", strike)


def hang() -> Fault:
    """Never answers; the connection stays open until the fake closes."""

    def strike(exchange: Exchange, answer: Answer) -> None:
        exchange.closed.wait()

    return Fault("hang", strike)


def hang_in_body(filler_bytes: int = 0, head_seconds: float = 0.0) -> Fault:
    """The head after `head_seconds` and half of the answer, then silence; the connection stays.

    `filler_bytes` of white space, which JSON allows, come before the half.
    """

    def strike(exchange: Exchange, answer: Answer) -> None:
        if exchange.closed.wait(head_seconds):
            return
        reply = answer()
        promised = f"Content-Length: {filler_bytes + len(reply.body)}"
        half = reply.body[: len(reply.body) // 2]
        exchange.send(reply.head(promised) + b" " * filler_bytes + half)
        exchange.closed.wait()

    return Fault("hang_in_body", strike)


def slow(seconds: float) -> Fault:
    """Answers properly, `seconds` late."""

    def strike(exchange: Exchange, answer: Answer) -> Reply | None:
        return None if exchange.closed.wait(seconds) else answer()

    return Fault("slow", strike)


def held(gate: threading.Event, then: Fault | None = None) -> Fault:
    """Answers properly, or as another fault does, as soon as the test opens the gate."""

    def strike(exchange: Exchange, answer: Answer) -> Reply | None:
        while not gate.wait(0.01):
            if exchange.closed.is_set():
                return None
        return answer() if then is None else then.strike(exchange, answer)

    return Fault("held", strike)


def drip(seconds_per_byte: float = 0.01) -> Fault:
    """The proper answer, one byte at a time, headers included."""

    def strike(exchange: Exchange, answer: Answer) -> None:
        for byte in answer().on_wire():
            exchange.send(bytes([byte]))
            if exchange.closed.wait(seconds_per_byte):
                return

    return Fault("drip", strike)


def half_answer() -> Fault:
    """Half of the body that Content-Length promised, then the connection closes."""

    def strike(exchange: Exchange, answer: Answer) -> None:
        reply = answer()
        exchange.send(reply.head() + reply.body[: len(reply.body) // 2])

    return Fault("half_answer", strike)


def half_chunked() -> Fault:
    """One chunk of half the body, no last chunk, then the connection closes."""

    def strike(exchange: Exchange, answer: Answer) -> None:
        reply = answer()
        half = reply.body[: len(reply.body) // 2]
        chunk = f"{len(half):x}\r\n".encode() + half + b"\r\n"
        exchange.send(reply.head("Transfer-Encoding: chunked") + chunk)

    return Fault("half_chunked", strike)


def wrong_content_length() -> Fault:
    """Content-Length: 0 in front of a whole body; the connection stays open."""

    def strike(exchange: Exchange, answer: Answer) -> Reply:
        return dataclasses.replace(answer(), framing="Content-Length: 0")

    return Fault("wrong_content_length", strike)


def huge_body(size_bytes: int = 50_000_000) -> Fault:
    """A 200 whose body goes on and on: an opening bracket and spaces."""

    def strike(exchange: Exchange, answer: Answer) -> None:
        exchange.send(Reply(200, b"").head(f"Content-Length: {size_bytes}") + b"[")
        block, left = b" " * 65_536, size_bytes - 1
        while left > 0 and not exchange.closed.is_set():
            exchange.send(block[:left])
            left -= len(block)

    return Fault("huge_body", strike)


def _always(name: str, reply: Reply) -> Fault:
    return Fault(name, lambda exchange, answer: reply)


_PAGE = b"<!doctype html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"


def html() -> Fault:
    """200 and a web page, as from a captive portal or a wrong base_url."""
    return _always("html", Reply(200, _PAGE % (b"Welcome", b"Welcome"), "text/html"))


def html_502() -> Fault:
    """502 and a proxy's error page."""
    page = _PAGE % (b"502 Bad Gateway", b"502 Bad Gateway")
    return _always("html_502", Reply(502, page, "text/html"))


def not_json() -> Fault:
    """200, said to be JSON, and it is not."""
    return _always("not_json", Reply(200, b'{"id": "chatcmpl-1", "choices": [{'))


def empty_body() -> Fault:
    """200 and nothing."""
    return _always("empty_body", Reply(200, b""))


def json_array() -> Fault:
    """200 and JSON that is no object."""
    return _always("json_array", Reply(200, b"[1, 2, 3]"))


def redirect(location: str, status: int = 307) -> Fault:
    """Sends the client elsewhere."""
    return _always("redirect", Reply(status, b"", "", {"Location": location}))


def _altered(name: str, alter: Callable[[dict[str, Any]], None]) -> Fault:
    def strike(exchange: Exchange, answer: Answer) -> Reply:
        reply = answer()
        body = json.loads(reply.body)
        alter(body)
        return Reply(reply.status, json.dumps(body).encode(), headers=reply.headers)

    return Fault(name, strike)


def replaced(bytes_: bytes, by: bytes) -> Fault:
    """The proper answer with some of its bytes replaced, such as by half an emoji."""

    def strike(exchange: Exchange, answer: Answer) -> Reply:
        reply = answer()
        assert bytes_ in reply.body
        return dataclasses.replace(reply, body=reply.body.replace(bytes_, by))

    return Fault("replaced", strike)


def usage(told: Any = None) -> Fault:
    """A well-formed answer whose `usage` is what is told; without, none."""

    def alter(body: dict[str, Any]) -> None:
        body["usage"] = told
        if told is None:
            del body["usage"]

    return _altered("usage", alter)


def empty_choices() -> Fault:
    """A well-formed answer with nothing in `choices` (or `output`, or `data`)."""

    def alter(body: dict[str, Any]) -> None:
        for field in ("choices", "output", "data"):
            if field in body:
                body[field] = []

    return _altered("empty_choices", alter)


def one_choice() -> Fault:
    """One answer, however many were asked for, as OpenRouter's providers give."""

    def alter(body: dict[str, Any]) -> None:
        if "choices" in body:
            body["choices"] = body["choices"][:1]

    return _altered("one choice", alter)


def null_content() -> Fault:
    """A well-formed chat answer whose message says nothing: content null, no refusal, no calls."""

    def alter(body: dict[str, Any]) -> None:
        for choice in body.get("choices", []):
            choice["message"] = {"role": "assistant", "content": None, "refusal": None}
        for item in body.get("output", []):
            if item["type"] == "message":
                item["content"] = []

    return _altered("null_content", alter)


_STATUS_ERRORS: dict[int, tuple[str, str, str | None]] = {
    # status: (message, type, code)
    400: ("Invalid request.", INVALID_REQUEST, None),
    401: ("Incorrect API key provided.", INVALID_REQUEST, "invalid_api_key"),
    403: (
        "Country, region, or territory not supported",
        "request_forbidden",
        "unsupported_country_region_territory",
    ),
    404: (
        "The model `gpt-none` does not exist or you do not have access to it.",
        INVALID_REQUEST,
        "model_not_found",
    ),
    408: ("Request timed out.", "timeout", None),
    409: ("The resource was changed by another request.", INVALID_REQUEST, "conflict"),
    429: ("Rate limit reached for requests.", "requests", "rate_limit_exceeded"),
    500: ("The server had an error while processing your request.", "server_error", None),
    503: ("The server is currently overloaded.", "server_error", "server_is_overloaded"),
}


def status(
    status: int,
    *,
    message: str | None = None,
    type: str | None = None,
    code: str | None = None,
    param: str | None = None,
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
    content_type: str = "application/json",
) -> Fault:
    """An error answer in OpenAI's shape; `headers` may hold retry-after, x-should-retry, ..."""
    usual = _STATUS_ERRORS.get(status, ("Upstream trouble.", "server_error", None))
    error = {
        "message": message or usual[0],
        "type": type or usual[1],
        "param": param,
        "code": code or usual[2],
    }
    payload = json.dumps({"error": error}).encode() if body is None else body
    return _always(f"status {status}", Reply(status, payload, content_type, headers or {}))


def insufficient_quota(code: str = "insufficient_quota") -> Fault:
    """429 that no retry mends; newer codes are credit_balance_exhausted and the like."""
    return status(
        429,
        message="You exceeded your current quota, please check your plan and billing details.",
        type="insufficient_quota",
        code=code,
    )
