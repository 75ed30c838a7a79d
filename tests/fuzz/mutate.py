"""Changes requests: values, shapes, encodings, headers, methods, addresses."""

from __future__ import annotations

import copy
import gzip
import json
import random
import string
import urllib.parse
from typing import Any

from tests.fuzz.request import Sent
from tests.fuzz.target import ORG, OTHER, SCRATCH, WORDS, Target
from webhooks.http.xml import write_xml

TEXTS = [
    *("", " ", "\0", "a\0b", "null", "true", "NaN", "-1", "1e999", "0x10", "٣", "²"),
    *("@results.secret", "@contact.name", "@(1/0)", "<%= 1 + 1 %>", "{{name}}", "${x}", "%s%n"),
    *("' OR 1=1 --", "<script>alert(1)</script>", "../../etc/passwd", "\r\nX-Injected: 1"),
    *("\ud83d\ude00", "\u202e", "e\u0301" * 50, "नमस्ते", "🧑‍🌾" * 20, "\ufeff", "\u2028"),
    *("http://127.0.0.1/", "http://[::1]/", "file:///etc/passwd", "http://169.254.169.254/"),
    *("data:,x", "javascript:alert(1)", "//x", "http://127.0.0.1:1/\r\n"),
    *("a" * 300, "a" * 70_000, "{" * 1000, "[" * 1000, "<" * 3000, "a@" * 2000, "|" * 500),
]
NUMBERS = [0, -1, 1, 2**31, 2**63, 2**64, -(2**63), 10**30, 0.1, -0.0, 1e308, 1e-308]
VALUES: list[Any] = [*TEXTS, *NUMBERS, None, True, False, [], {}, [[]], [None], {"": ""}]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW", "post", "TRACE"]
ACCEPTS = [
    *("*/*", "application/json", "application/xml", "text/html", "text/csv", "image/png", ""),
    *("text/html,application/xml;q=0.9", "application/json;q=0", "a/b;q=x", ";;;", "x" * 500),
]
KINDS = [
    *("application/json", "application/json; charset=utf-16", "APPLICATION/JSON", "text/plain"),
    *("application/xml", "text/xml; charset=latin-1", "application/x-www-form-urlencoded"),
    *("multipart/form-data", "multipart/form-data; boundary=x", "application/octet-stream"),
    *("application/vnd.api+json", "", "é/é", "json", "text/csv", "application/json;" * 20),
]
PREFERS = ["respond-async", "wait=0", "wait=1", "wait=-1", "wait=x", "wait=99999999", "", ";,;"]
HEADERS: dict[str, list[str]] = {
    "Accept": ACCEPTS,
    "Prefer": PREFERS,
    "Idempotency-Key": ["k", "k" * 300, "é", "", "a\tb"],
    "X-Request-ID": ["mine", "x" * 200, "é", "a b", "../x", ""],
    "If-Match": ["*", '"x"', "W/", ""],
    "If-None-Match": ["*", '"x"'],
    "If-Modified-Since": ["yesterday", "Sat, 28 Nov 2026 00:00:00 GMT"],
    "Range": ["bytes=0-1", "bytes=-", "x"],
    "Origin": ["https://evil.example", "null"],
    "Sec-Fetch-Site": ["cross-site", "same-origin", "none", "x"],
    "Host": ["evil.example", "x:y", "[", "", "a b", "127.0.0.1:99999", "é"],
    "X-Forwarded-For": ["1.2.3.4", "x", "," * 100],
    "X-Forwarded-Proto": ["https", "x"],
    "Content-Encoding": ["gzip", "br", "x"],
    "Accept-Encoding": ["gzip", "*"],
    "Accept-Language": ["hi", "x" * 300],
    "Cookie": ["a=b", "=;=;", "session=x"],
    "Content-Language": ["x"],
    "X-Renewal": ["1"],
    "Upgrade": ["websocket", "h2c"],
}


def json_value(draw: random.Random, value: Any, depth: int = 0) -> Any:
    """The value with one part of it changed."""
    if isinstance(value, dict) and value and draw.random() < 0.85 and depth < 6:
        key = draw.choice(list(value))
        act = draw.random()
        if act < 0.1:
            return {name: one for name, one in value.items() if name != key}
        if act < 0.15:
            return {**value, draw.choice(TEXTS)[:80] or "x": draw.choice(VALUES)}
        return {**value, key: json_value(draw, value[key], depth + 1)}
    if isinstance(value, list) and value and draw.random() < 0.85 and depth < 6:
        place = draw.randrange(len(value))
        act = draw.random()
        if act < 0.1:
            return value[:place] + value[place + 1 :]
        if act < 0.2:
            return value * draw.choice((2, 5, 100))
        return [*value[:place], json_value(draw, value[place], depth + 1), *value[place + 1 :]]
    if isinstance(value, str) and draw.random() < 0.4:
        return text(draw, value)
    if draw.random() < 0.1:
        return nested(draw.choice(VALUES), draw.choice((3, 30, 70, 200)), draw.random() < 0.5)
    return draw.choice(VALUES)


def text(draw: random.Random, value: str) -> str:
    """A text near another."""
    place = draw.randrange(len(value) + 1)
    added = draw.choice(TEXTS) if draw.random() < 0.6 else draw.choice(string.printable)
    return value[:place] + added + value[place + draw.randrange(3) :]


def nested(value: Any, levels: int, is_list: bool) -> Any:
    for _ in range(levels):
        value = [value] if is_list else {"a": value}
    return value


def encoded(draw: random.Random, value: Any) -> tuple[bytes, str]:
    """The value as a body, mostly JSON, and its Content-Type."""
    way = draw.random()
    if way < 0.62 or not isinstance(value, dict):
        return _as_json(draw, value)
    flat = {
        str(key): one if isinstance(one, str) else json.dumps(one) for key, one in value.items()
    }
    if way < 0.72:
        return _form(flat), "application/x-www-form-urlencoded"
    if way < 0.8:
        return _multipart(flat), "multipart/form-data; boundary=frontier"
    if way < 0.92:
        return _xml(draw, value), draw.choice(("application/xml", "text/xml; charset=utf-8"))
    return next(iter(flat.values()), "").encode("utf-8", "replace"), "text/plain"


def _as_json(draw: random.Random, value: Any) -> tuple[bytes, str]:
    written = json.dumps(value, ensure_ascii=draw.random() < 0.5)
    way = draw.random()
    if way < 0.85:
        raw = written.encode("utf-8", "surrogatepass")
    elif way < 0.9:
        raw = written.encode(draw.choice(("utf-16", "utf-32", "utf-8-sig")), "replace")
    elif way < 0.95:
        raw = written[: draw.randrange(len(written) + 1)].encode("utf-8", "replace")
    else:
        raw = written.encode("utf-8", "replace")
        place = draw.randrange(len(raw) + 1)
        raw = raw[:place] + bytes([draw.randrange(256)]) + raw[place + 1 :]
    return raw, "application/json"


def _form(flat: dict[str, str]) -> bytes:
    return urllib.parse.urlencode(flat, errors="replace").encode()


def _multipart(flat: dict[str, str]) -> bytes:
    parts = [
        f'--frontier\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{one}\r\n'
        for name, one in flat.items()
    ]
    return ("".join(parts) + "--frontier--\r\n").encode("utf-8", "replace")


def _xml(draw: random.Random, value: dict[str, Any]) -> bytes:
    try:
        whole = write_xml(json.loads(json.dumps(value)))
    except (ValueError, RecursionError):
        whole = b"<a/>"
    raw = whole if isinstance(whole, bytes) else whole.encode("utf-8", "replace")
    if draw.random() < 0.3:
        doctype = b'<!DOCTYPE a [<!ENTITY x "y">]>'
        raw = draw.choice((doctype + raw, raw[: len(raw) // 2], raw.replace(b"<", b"<x:", 3)))
    return raw


def address(draw: random.Random, target: str) -> str:
    """An address near another."""
    path, mark, query = target.partition("?")
    act = draw.random()
    if act < 0.3:
        query = urllib.parse.urlencode({draw.choice(QUERY): draw.choice(TEXTS)}, errors="replace")
        mark = "?"
    elif act < 0.5:
        parts = path.split("/")
        parts[draw.randrange(1, len(parts))] = urllib.parse.quote(
            draw.choice(TEXTS)[:500], safe=draw.choice(("", "/")), errors="replace"
        )
        path = "/".join(parts)
    elif act < 0.6:
        path = draw.choice((path + "/", path * 2, path.upper(), path + "%00", path + "%ff", "//x"))
    return (path + mark + query)[:6000] or "/"


QUERY = [
    *("cursor", "from", "to", "status", "function", "by", "q", "force", "flow", "hub.mode"),
    *("hub.verify_token", "prompt", "description", "next", "limit", "x"),
]


def mutated(draw: random.Random, target: Target, seed: Sent, value: Any) -> Sent:
    """A request near the seed, whose body is `value` before it is changed."""
    for _ in range(draw.choice((0, 1, 1, 2, 3))):
        value = json_value(draw, copy.deepcopy(value))
    method = draw.choice(METHODS) if draw.random() < 0.05 else seed.method
    body, kind = (None, "") if value is None and draw.random() < 0.8 else encoded(draw, value)
    headers = {"Content-Type": kind} if kind else {}
    path = seed.target if draw.random() < 0.85 else address(draw, seed.target)
    proof, credentials = target.proof(draw, body)
    if proof == "session" and method == "POST" and draw.random() < 0.8:
        flat = value if isinstance(value, dict) else {}
        body = _form({"csrf": target.csrf, **{key: str(one) for key, one in flat.items()}})
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    headers |= credentials
    for _ in range(draw.choice((0, 0, 1, 2))):
        name = draw.choice(list(HEADERS))
        headers[name] = draw.choice(HEADERS[name])
    if draw.random() < 0.04:
        headers["Content-Type"] = draw.choice(KINDS)
    if body and headers.get("Content-Encoding") == "gzip" and draw.random() < 0.5:
        body = gzip.compress(body)
    if body and draw.random() < 0.03:
        headers["Transfer-Encoding"] = "chunked"
    return Sent(method, path, headers, body, seed.route, proof)


def organisation(draw: random.Random, method: str) -> str:
    """One to put into an address: mostly the one that may be spoiled."""
    if method == "GET":
        return draw.choice((ORG, ORG, SCRATCH, OTHER, "nobody"))
    return draw.choice((SCRATCH, SCRATCH, SCRATCH, OTHER, "nobody", "a%20b"))


def with_words(value: Any) -> Any:
    """An example whose free texts are a contact's words."""
    if not isinstance(value, dict):
        return value
    named = {"question_text", "question", "text", "prompt", "input", "user_response", "description"}
    return {key: f"{WORDS} {one}" if key in named else one for key, one in value.items()}
