"""`/channels/whatsapp/<org>` through the front door, as Meta and as anybody else calls it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import redis
from redis.exceptions import ConnectionError as RedisConnectionError

from flowhook.organisations.lockout import ATTEMPTS
from flows.channels.inbound import Inbound
from flows.channels.whatsapp.channel import WhatsAppChannel
from flows.channels.whatsapp.signature import sign
from tests.fakes.graph import FakeGraph, Line, Person
from tests.fixtures_app import Answer, OpenService, Service

ASHA = Person("919876543210", "IN.1234567890")
PATH = "/channels/whatsapp/acme"


@pytest.fixture
def meta(service: Service, line: Line) -> Service:
    """A service whose organisation `acme` has the line's WhatsApp settings."""
    saved = service.operator("PUT", "/settings/acme/whatsapp", line.settings())
    assert saved.status == 201, saved.body
    return service


def channel(service: Service) -> WhatsAppChannel:
    found: WhatsAppChannel = service.app.extensions["whatsapp"]
    return found


def waiting(service: Service, contact: str = ASHA.phone, org: str = "acme") -> list[Inbound]:
    found: list[Inbound] = []
    channel(service).drain_inbox(org, contact, lambda inbound, _: found.append(inbound))
    return found


def post(service: Service, raw: bytes, headers: Mapping[str, str], path: str = PATH) -> Answer:
    return service.request("POST", path, raw=raw, headers=headers)


def post_signed(service: Service, line: Line, raw: bytes) -> Answer:
    return post(service, raw, {"X-Hub-Signature-256": sign(line.app_secret, raw)})


def text(body: str, message_id: str = "") -> dict[str, Any]:
    said: dict[str, Any] = {"type": "text", "text": {"body": body}}
    return {**said, "id": message_id} if message_id else said


# --- verification ---


def verify(service: Service, path: str = PATH, **changes: str) -> Answer:
    query = {
        "hub.mode": "subscribe",
        "hub.verify_token": "verify-106540352242922",
        "hub.challenge": "1158201444",
        **changes,
    }
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return service.request("GET", f"{path}?{asked}")


def test_metas_challenge_is_answered_as_plain_text(meta: Service) -> None:
    answer = verify(meta)
    assert (answer.status, answer.body) == (200, b"1158201444")
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    "changes",
    [
        {"hub.verify_token": "wrong"},
        {"hub.verify_token": ""},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": ""},
        {"hub.challenge": "%3Cscript%3E%0A"},
        {"hub.challenge": "1" * 600},
    ],
)
def test_anything_else_is_forbidden(meta: Service, changes: dict[str, str]) -> None:
    answer = verify(meta, **changes)
    assert (answer.status, answer.error["type"]) == (403, "forbidden")


def test_who_guesses_the_token_is_locked_out(meta: Service) -> None:
    for number in range(ATTEMPTS):
        assert verify(meta, **{"hub.verify_token": f"guess-{number}"}).status == 403
    refused = verify(meta, **{"hub.verify_token": "one-too-many"})
    assert (refused.status, refused.error["type"]) == (429, "rate_limited")
    assert int(refused.headers["Retry-After"]) > 0
    assert verify(meta).status == 429


@pytest.mark.parametrize("org", ["nobody", "a%7Bb", "x" * 65])
def test_unknown_organisations_look_like_wrong_tokens(meta: Service, org: str) -> None:
    assert verify(meta, f"/channels/whatsapp/{org}").status == 403
    raw = b'{"object":"whatsapp_business_account"}'
    answer = post(meta, raw, {"X-Hub-Signature-256": sign("x", raw)}, f"/channels/whatsapp/{org}")
    assert (answer.status, answer.error["type"]) == (401, "unauthorized")


def test_bare_get_is_forbidden_and_other_methods_are_named(meta: Service) -> None:
    assert meta.request("GET", PATH).status == 403
    answer = meta.request("PUT", PATH, {})
    assert (answer.status, answer.error["type"]) == (405, "method_not_allowed")


# --- proof ---


def test_a_delivery_is_taken_over_before_the_answer(
    meta: Service, graph: FakeGraph, line: Line
) -> None:
    raw, headers = graph.says(line, ASHA, text("नमस्ते / hi"))
    answer = post(meta, raw, headers)
    assert (answer.status, answer.json) == (200, {"success": True})
    (found,) = waiting(meta)
    assert (found.text, found.name, found.contact) == ("नमस्ते / hi", "Asha", ASHA.phone)
    assert waiting(meta) == []


def test_only_nul_characters_are_taken_out(meta: Service, graph: FakeGraph, line: Line) -> None:
    said = "a\0\0b \\u0000 \\\0c"
    raw, headers = graph.says(line, ASHA, text(said))
    assert post(meta, raw, headers).status == 200
    assert [found.text for found in waiting(meta)] == ["ab \\u0000 \\c"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": "sha256=" + "0" * 64},
        {"X-Hub-Signature-256": "sha256=é"},
        {"X-Hub-Signature": "sha1=" + "0" * 40},
        {"Authorization": "Bearer operator-token-for-tests-0123456789"},
    ],
)
def test_a_wrong_proof_is_refused(
    meta: Service, graph: FakeGraph, line: Line, headers: dict[str, str]
) -> None:
    raw, _ = graph.says(line, ASHA, text("hi"))
    answer = post(meta, raw, headers)
    assert (answer.status, answer.error["type"]) == (401, "unauthorized")
    assert "X-Hub-Signature-256" in answer.headers["WWW-Authenticate"]
    assert line.app_secret not in answer.body.decode()
    assert waiting(meta) == []


def test_the_signature_is_over_the_raw_bytes(meta: Service, graph: FakeGraph, line: Line) -> None:
    raw, headers = graph.says(line, ASHA, text("naïve/path"))
    rewritten = json.dumps(json.loads(raw)).encode()
    assert rewritten != raw
    assert post(meta, rewritten, headers).status == 401
    assert post(meta, raw, headers).status == 200


def test_another_organisations_delivery_is_no_proof_here(
    meta: Service, graph: FakeGraph, line: Line
) -> None:
    other = graph.add_line("2000")
    meta.operator("PUT", "/settings/other/whatsapp", other.settings())
    raw, headers = graph.says(other, ASHA, text("for other"))
    assert post(meta, raw, headers).status == 401
    assert post(meta, raw, headers, "/channels/whatsapp/other").status == 200
    assert [found.text for found in waiting(meta, org="other")] == ["for other"]
    assert waiting(meta) == []


def test_one_app_with_two_numbers_keeps_them_apart(
    meta: Service, graph: FakeGraph, line: Line
) -> None:
    twin = graph.add_line("2000")
    twin.app_secret = line.app_secret
    raw, headers = graph.says(twin, ASHA, text("for the twin"))
    assert post(meta, raw, headers).status == 200
    assert waiting(meta) == []


def test_a_changed_secret_counts_at_once(meta: Service, graph: FakeGraph, line: Line) -> None:
    meta.operator("PATCH", "/settings/acme/whatsapp", {"app_secret": "the-new-secret"})
    raw, headers = graph.says(line, ASHA, text("hi"))
    assert post(meta, raw, headers).status == 401
    assert post(meta, raw, {"X-Hub-Signature-256": sign("the-new-secret", raw)}).status == 200


# --- repetition, order, failure ---


def test_a_repeated_delivery_changes_nothing(meta: Service, graph: FakeGraph, line: Line) -> None:
    raw, headers = graph.says(line, ASHA, text("once"))
    assert [post(meta, raw, headers).status for _ in range(3)] == [200, 200, 200]
    assert [found.text for found in waiting(meta)] == ["once"]
    assert post(meta, raw, headers).status == 200
    assert waiting(meta) == []


def test_messages_keep_their_order(meta: Service, graph: FakeGraph, line: Line) -> None:
    for number in range(5):
        post(meta, *graph.says(line, ASHA, text(str(number))))
    assert [found.text for found in waiting(meta)] == list("01234")


def test_without_redis_meta_is_asked_to_come_again(
    meta: Service, graph: FakeGraph, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, headers = graph.says(line, ASHA, text("hi"))

    def away(*_: object, **__: object) -> None:
        raise RedisConnectionError("away")

    with monkeypatch.context() as patched:
        patched.setattr(meta.redis, "evalsha", away)
        answer = post(meta, raw, headers)
    assert (answer.status, answer.error["type"]) == (503, "overloaded")
    assert post(meta, raw, headers).status == 200
    assert [found.text for found in waiting(meta)] == ["hi"]


def test_a_wake_up_that_fails_loses_nothing(meta: Service, graph: FakeGraph, line: Line) -> None:
    def broken(org: str, contact: str, seconds: float) -> None:
        raise RuntimeError("no queue")

    channel(meta).inbox.wake = broken
    assert post(meta, *graph.says(line, ASHA, text("hi"))).status == 200
    assert [found.text for found in waiting(meta)] == ["hi"]


def test_statuses_are_noted(meta: Service, graph: FakeGraph, line: Line) -> None:
    for status in ("read", "sent", "delivered", "read"):
        answer = post(meta, *graph.status(line, "wamid.X", ASHA.phone, status))
        assert answer.status == 200
    assert channel(meta).statuses.find("acme", "wamid.X") == ("read", 0)
    assert channel(meta).statuses.find("acme", "wamid.Y") is None


# --- hostile deliveries ---


HOSTILE = [
    b"",
    b"null",
    b"[]",
    b"1",
    b'"text"',
    b"{",
    b"\xff\xfe",
    b"{" * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"object":"whatsapp_business_account","entry":' + b"[" * 200 + b"]" * 200 + b"}",
    b'{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":7}]}]}',
    b'{"object":{"a":1},"entry":"x"}',
    b'{"object":"whatsapp_business_account","entry":[' + b"{}," * 100_000 + b"{}]}",
    b'{"object":"\\ud800"}',
    b'{"object":1e400}',
]


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_delivery_is_refused_or_ignored(meta: Service, line: Line, raw: bytes) -> None:
    answer = post_signed(meta, line, raw)
    assert answer.status in (200, 400)
    if answer.status == 400:
        assert answer.error["type"] == "invalid_json"
    assert post(meta, raw, {}).status == 401


def test_a_huge_delivery_is_refused_before_it_is_read(meta: Service, line: Line) -> None:
    raw = b" " * (4 * 1024 * 1024 + 1)
    answer = post_signed(meta, line, raw)
    assert (answer.status, answer.error["type"]) == (413, "too_large")
    assert post(meta, raw, {"X-Hub-Signature-256": "sha256=0"}).status == 401


def test_metas_largest_delivery_is_taken(meta: Service, graph: FakeGraph, line: Line) -> None:
    big = text("x" * 60_000)
    raw, headers = graph.says(line, ASHA, {**big, "padding": "y" * 3_000_000})
    assert post(meta, raw, headers).status == 200
    assert len(waiting(meta)[0].text) == 60_000


def test_a_nul_does_not_bring_a_delivery_back_for_days(
    meta: Service, graph: FakeGraph, line: Line
) -> None:
    assert post(meta, *graph.says(line, ASHA, text("a\0b"))).status == 200
    assert waiting(meta)[0].text == "ab"


def test_groups_and_unknown_types_start_nothing_for_flows(
    meta: Service, graph: FakeGraph, line: Line
) -> None:
    post(meta, *graph.says(line, ASHA, {**text("to the group"), "group_id": "555"}))
    post(meta, *graph.says(line, ASHA, {"type": "hologram", "hologram": {}}))
    (found,) = waiting(meta)
    assert (found.type, found.is_for_flows) == ("unsupported", False)


def test_it_works_on_a_real_redis(
    real_redis: redis.Redis, open_service: OpenService, graph: FakeGraph, line: Line
) -> None:
    service = open_service(real_redis)
    service.operator("PUT", "/settings/acme/whatsapp", line.settings())
    raw, headers = graph.says(line, ASHA, text("hi"))
    assert [post(service, raw, headers).status for _ in range(2)] == [200, 200]
    assert [found.text for found in waiting(service)] == ["hi"]
