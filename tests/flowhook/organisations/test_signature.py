"""Glific's signature over the raw body: right phrase, right bytes, right time."""

from __future__ import annotations

import time

import pytest
import redis

from flowhook.errors import Unauthorized
from flowhook.jobs.services import JobServices
from flowhook.organisations.auth import (
    SIGNATURE_WINDOW_SECONDS,
    Authenticator,
    Credentials,
)
from flowhook.organisations.cache import SettingsCache
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.lockout import Lockout
from flowhook.organisations.roles import WEBHOOK
from flowhook.organisations.schemas import DEFAULT_PHRASES
from flowhook.organisations.signature import sign
from flowhook.organisations.store import SettingsStore
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import ADMIN_TOKEN, FIRST_KEY, PHRASE, Service

BUTTONS = {"buttons_data": "Yes|No"}
# Published with Glific's description of its header.
VECTOR = {
    "phrase": "test-secret",
    "stamp": "1700000000",
    "body": b'{"question_text":"hi"}',
    "v1": "61f5c99383e48558cf7b6083390c33e9ad7c9aba86a5971aac415b0d3e418030",
}


def with_phrase(service: Service, phrase: str = PHRASE) -> None:
    service.organisation()
    stored = service.operator("PUT", "/settings/acme/signature", {"phrase": phrase})
    assert stored.status == 201, stored.body


def test_glifics_published_vector(fake_redis: redis.Redis) -> None:
    store = SettingsStore(fake_redis, Cipher([FIRST_KEY]))
    store.sections.put("acme", "signature", {"phrase": VECTOR["phrase"]}, "me")
    now = float(str(VECTOR["stamp"]))
    authenticator = Authenticator(
        ADMIN_TOKEN, SettingsCache(store), Lockout(fake_redis), clock=lambda: now
    )
    proof = Credentials(
        "192.0.2.1",
        signature=f"t={VECTOR['stamp']},v1={VECTOR['v1']}",
        body=bytes(VECTOR["body"]),  # type: ignore[arg-type]
        organization_id="acme",
    )
    caller = authenticator.authenticate(proof)
    assert (caller.scope, caller.organization_id) == (WEBHOOK, "acme")
    for late in (SIGNATURE_WINDOW_SECONDS, -SIGNATURE_WINDOW_SECONDS):
        now = float(str(VECTOR["stamp"])) + late
        authenticator.authenticate(proof)
        now += 1 if late > 0 else -1
        with pytest.raises(Unauthorized, match="older or newer than 300 seconds"):
            authenticator.authenticate(proof)


def test_a_signed_call_is_answered(service: Service) -> None:
    with_phrase(service)
    assert service.signed_call("get_buttons", {**BUTTONS, "organization_id": "acme"}).status == 200


def test_glifics_organization_id_may_be_a_number(service: Service) -> None:
    service.organisation(org="17")
    assert service.operator("PUT", "/settings/17/signature", {"phrase": PHRASE}).status == 201
    assert service.signed_call("get_buttons", {**BUTTONS, "organization_id": 17}).status == 200


@pytest.mark.parametrize("age", [-400, 400])
def test_an_old_or_future_signature_is_401(service: Service, age: int) -> None:
    with_phrase(service)
    body = {**BUTTONS, "organization_id": "acme"}
    answer = service.signed_call("get_buttons", body, at=time.time() - age)
    assert answer.status == 401
    assert "300 seconds" in answer.error["message"]


def test_another_phrase_another_body_or_another_organisation_is_401(service: Service) -> None:
    service.organisation(org="other")
    with_phrase(service)
    signed = {**BUTTONS, "organization_id": "acme"}
    assert service.signed_call("get_buttons", signed, phrase="another phrase").status == 401
    other = {**BUTTONS, "organization_id": "other"}
    assert service.signed_call("get_buttons", other).status == 401
    stamp = str(int(time.time()))
    headers = {"X-Glific-Signature": f"t={stamp},v1={sign(PHRASE, stamp, b'{}')}"}
    assert service.request("POST", "/webhooks/get_buttons", signed, headers=headers).status == 401


def test_the_signature_is_over_the_raw_bytes(service: Service) -> None:
    with_phrase(service)
    raw = b'{ "buttons_data" : "Yes|No",\n "organization_id":"acme", "x\\u0041": 1, "contact":1 }'
    raw = raw.replace(b', "x\\u0041": 1', b"")
    stamp = str(int(time.time()))
    headers = {"X-Glific-Signature": f"t={stamp},v1={sign(PHRASE, stamp, raw)}"}
    assert service.request("POST", "/webhooks/get_buttons", raw=raw, headers=headers).status == 200


@pytest.mark.parametrize(
    "signature",
    ["", "t=1", "v1=00", "t=x,v1=" + "0" * 64, "t=1,v1=" + "g" * 64, "t=1,v1=" + "0" * 63, "é"],
)
def test_a_malformed_signature_is_401(service: Service, signature: str) -> None:
    with_phrase(service)
    headers = {"X-Glific-Signature": signature}
    body = {**BUTTONS, "organization_id": "acme"}
    answer = service.request("POST", "/webhooks/get_buttons", body, headers=headers)
    assert answer.status == 401
    assert "WWW-Authenticate" in answer.headers


@pytest.mark.parametrize("signature", ["t=1", f"t=1,v1={'0' * 64}", f"t=99999999999,v1={'0' * 64}"])
@pytest.mark.parametrize("content_type", ["application/json", "application/xml", "text/plain"])
def test_of_a_call_whose_signature_cannot_be_right_no_body_is_read(
    service: Service, signature: str, content_type: str
) -> None:
    headers = {"X-Glific-Signature": signature, "Content-Type": content_type}
    for raw in (b"this is nothing", b"[" * 2_000_000):
        answer = service.request("POST", "/webhooks/get_buttons", raw=raw, headers=headers)
        assert (answer.status, answer.error["type"]) == (401, "unauthorized")


def test_the_phrases_glific_ships_are_refused_when_saved(service: Service) -> None:
    for phrase in DEFAULT_PHRASES:
        answer = service.operator("PUT", "/settings/acme/signature", {"phrase": phrase})
        assert answer.status == 400
        assert "phrase" in answer.error["fields"]
        assert phrase not in answer.body.decode()


@pytest.mark.parametrize("phrase", DEFAULT_PHRASES)
def test_the_phrases_glific_ships_prove_nothing_even_where_stored(
    service: Service, phrase: str
) -> None:
    service.organisation()
    SettingsStore(service.redis, Cipher([FIRST_KEY])).sections.put(
        "acme", "signature", {"phrase": phrase}, "me"
    )
    body = {**BUTTONS, "organization_id": "acme"}
    assert service.signed_call("get_buttons", body, phrase=phrase).status == 401


def test_without_a_phrase_no_signature_is_right(service: Service) -> None:
    service.organisation()
    body = {**BUTTONS, "organization_id": "acme"}
    for phrase in ("no phrase", "None", PHRASE):
        assert service.signed_call("get_buttons", body, phrase=phrase).status == 401


def test_a_signature_is_no_proof_for_settings(service: Service) -> None:
    with_phrase(service)
    stamp = str(int(time.time()))
    headers = {"X-Glific-Signature": f"t={stamp},v1={sign(PHRASE, stamp, b'')}"}
    assert service.request("GET", "/settings/acme", headers=headers).status == 401


def test_a_signature_proves_one_call(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    assert service.operator("PUT", "/settings/acme/signature", {"phrase": PHRASE}).status == 201
    body = {"question_text": "Why?", "organization_id": "acme"}
    at = time.time()
    first = service.signed_call("parse_via_chat_gpt", body, at=at)
    again = service.signed_call("parse_via_chat_gpt", body, at=at)
    elsewhere = service.signed_call("chat", body, at=at)
    assert [one.status for one in (first, again, elsewhere)] == [200, 200, 409]
    assert again.body == first.body
    assert elsewhere.error["type"] == "conflict"
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert len(openai.requests) == 1
    assert service.signed_call("parse_via_chat_gpt", body, at=at - 1).status == 200
    assert len(openai.requests) == 2


def test_a_failure_uses_the_signature_up(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    assert service.operator("PUT", "/settings/acme/signature", {"phrase": PHRASE}).status == 201
    openai.remove_key(openai.key)
    body, at = {"question_text": "Why?", "organization_id": "acme"}, time.time()
    answers = [service.signed_call("parse_via_chat_gpt", body, at=at) for _ in range(2)]
    assert [one.error["type"] for one in answers] == ["invalid_api_key"] * 2
    assert len(openai.requests) == 1


def test_a_signature_of_a_flows_call_proves_no_other(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    assert service.operator("PUT", "/settings/acme/signature", {"phrase": PHRASE}).status == 201
    body = {"question_text": "Why?", "organization_id": "acme", "contact_id": 1, "flow_id": 2}
    at = time.time()
    assert service.signed_call("parse_via_chat_gpt", body, at=at).status == 200
    again = service.signed_call("parse_via_chat_gpt", body, at=at)
    assert (again.status, again.headers["Idempotent-Replay"]) == (200, "true")
    elsewhere = service.signed_call("chat", body, at=at)
    assert (elsewhere.status, elsewhere.error["type"]) == (409, "conflict")
    assert service.signed_call("chat", body, at=at).status == 409
    assert len(openai.requests) == 1
    signed_anew = service.signed_call("parse_via_chat_gpt", body, at=at - 1)
    assert signed_anew.headers["Idempotent-Replay"] == "true"


def test_a_failed_call_of_a_flow_is_answered_again_and_a_new_one_runs(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    assert service.operator("PUT", "/settings/acme/signature", {"phrase": PHRASE}).status == 201
    key = openai.key
    openai.remove_key(key)
    body = {"question_text": "Why?", "organization_id": "acme", "contact_id": 1, "flow_id": 2}
    at = time.time()
    assert service.signed_call("parse_via_chat_gpt", body, at=at).error["type"] == "invalid_api_key"
    for name in service.redis.keys("fh:{acme}:once:*"):  # as its expiry does, after seconds
        if service.redis.type(name) == b"string" and service.redis.ttl(name) < 60:
            service.redis.delete(name)
    service.app.extensions[JobServices.NAME].writer.flush()
    again = service.signed_call("parse_via_chat_gpt", body, at=at)
    assert again.error["type"] == "invalid_api_key"
    assert again.headers["Idempotent-Replay"] == "true"
    openai.add_key(key)
    assert service.signed_call("parse_via_chat_gpt", body, at=at - 1).status == 200
