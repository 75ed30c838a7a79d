"""The four proofs of who calls, through the front door; the clock of signatures by hand."""

from __future__ import annotations

import time

import pytest
import redis

from errors import Unauthorized
from settings.auth import SIGNATURE_WINDOW_SECONDS, WEBHOOK, Authenticator, Proof, sign
from settings.cache import SettingsCache
from settings.cipher import Cipher
from settings.lockout import ATTEMPTS, Lockout
from settings.schemas import DEFAULT_PHRASES
from settings.store import SettingsStore
from tests.fixtures_app import ADMIN_TOKEN, FIRST_KEY, PHRASE, OpenService, Service, basic
from tests.waiting import wait_for

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


# --- bearer ---


def test_the_operator_may_everything(service: Service) -> None:
    service.organisation()
    assert service.operator("GET", "/settings").status == 200
    assert service.operator("GET", "/settings/acme").status == 200
    body = {**BUTTONS, "organization_id": "acme"}
    assert service.operator("POST", "/webhooks/get_buttons", body).status == 200


@pytest.mark.parametrize("named", [{}, {"organization_id": ""}, {"organization_id": "a b"}])
def test_the_operator_must_name_the_organisation_of_a_call(
    service: Service, named: dict[str, str]
) -> None:
    service.organisation()
    answer = service.operator("POST", "/webhooks/get_buttons", {**BUTTONS, **named})
    assert answer.status == 400
    assert "organization_id" in answer.error["fields"]


def test_the_operator_calling_for_nobody_known_is_404(service: Service) -> None:
    body = {**BUTTONS, "organization_id": "nobody"}
    assert service.operator("POST", "/webhooks/get_buttons", body).status == 404


def test_an_admin_may_its_own_organisation_only(service: Service) -> None:
    other = service.organisation(org="other")
    mine = service.organisation(org="acme")
    assert service.request("GET", "/settings/acme", token=mine.admin_token).status == 200
    for method, path in (
        ("GET", "/settings/other"),
        ("GET", "/settings/other/openai"),
        ("PUT", "/settings/other/openai"),
        ("PATCH", "/settings/other/openai"),
        ("DELETE", "/settings/other/openai"),
        ("DELETE", "/settings/other"),
        ("POST", "/settings/other/tokens"),
        ("GET", "/settings/other/tokens"),
        ("GET", "/settings/other/audit"),
        ("POST", "/settings/other/openai/test"),
        ("GET", "/settings/other/openai/models"),
        ("GET", "/logs/other"),
        ("GET", "/settings/nobody"),
        ("GET", "/settings"),
        ("GET", "/metrics"),
    ):
        answer = service.request(method, path, token=mine.admin_token)
        assert answer.status == 403, (method, path)
        assert answer.error["type"] == "forbidden"
    assert service.request("GET", "/settings/other", token=other.admin_token).status == 200


def test_a_webhook_token_calls_functions_and_nothing_else(service: Service) -> None:
    token = service.organisation().webhook_token
    assert service.call("get_buttons", BUTTONS).status == 200
    for method, path in (
        ("GET", "/settings/acme"),
        ("GET", "/settings/acme/openai"),
        ("PUT", "/settings/acme/openai"),
        ("POST", "/settings/acme/tokens"),
        ("GET", "/logs/acme"),
        ("GET", "/settings/acme/audit"),
    ):
        assert service.request(method, path, token=token).status == 403, (method, path)


def test_a_body_never_chooses_the_organisation(service: Service) -> None:
    service.organisation(org="other")
    service.organisation(org="acme")
    answer = service.call("get_buttons", {**BUTTONS, "organization_id": "other"})
    assert answer.status == 200
    service.flush()
    assert len(service.operator("GET", "/logs/acme").json["logs"]) == 1
    assert service.operator("GET", "/logs/other").json["logs"] == []


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Bearer {ADMIN_TOKEN}x",
        f"Token {ADMIN_TOKEN}",
        ADMIN_TOKEN,
        "Bearer fh.acme.0123456789ab.0123456789012345678901234567890123456789012",
        "Bearer fh.nobody.0123456789ab.0123456789012345678901234567890123456789012",
        "Basic",
        "Basic !!!",
        "Basic /w==",
        "Digest username=x",
        "\xff\xfe",
    ],
)
def test_a_wrong_or_missing_proof_is_401_with_a_challenge(
    service: Service, authorization: str
) -> None:
    service.organisation()
    headers = {"Authorization": authorization} if authorization else {}
    for method, path in (
        ("POST", "/webhooks/get_buttons"),
        ("GET", "/settings/acme"),
        ("GET", "/logs/acme"),
        ("GET", "/metrics"),
    ):
        answer = service.request(method, path, headers=headers)
        assert answer.status == 401, (method, path)
        assert answer.error["type"] == "unauthorized"
        assert "Bearer" in answer.headers["WWW-Authenticate"]
        assert "Basic" in answer.headers["WWW-Authenticate"]


def test_the_organisation_stays_unknown_to_who_has_no_proof(service: Service) -> None:
    service.organisation()
    answers = [service.request("GET", f"/settings/{org}", token="wrong") for org in ("acme", "no")]
    assert answers[0].status == answers[1].status == 401
    assert answers[0].error == answers[1].error


def test_the_name_of_the_scheme_is_read_in_any_case(service: Service) -> None:
    headers = {"Authorization": f"bEARER   {ADMIN_TOKEN} "}
    assert service.request("GET", "/settings", headers=headers).status == 200


def test_a_new_token_works_and_a_revoked_one_does_not_in_every_process(
    open_service: OpenService, fake_redis: redis.Redis
) -> None:
    here, there = open_service(fake_redis), open_service(fake_redis)
    here.organisation()
    assert there.call("get_buttons", BUTTONS, token=here.tenant.webhook_token).status == 200
    [token_id] = [here.tenant.webhook_token.split(".")[2]]
    assert here.operator("DELETE", f"/settings/acme/tokens/{token_id}").status == 204
    assert here.call("get_buttons", BUTTONS).status == 401
    began = time.monotonic()
    wait_for(
        lambda: there.call("get_buttons", BUTTONS, token=here.tenant.webhook_token).status == 401,
        "the other process to notice",
    )
    assert time.monotonic() - began < 1.5


# --- basic ---


def test_basic_with_the_organisation_and_its_token(service: Service) -> None:
    token = service.organisation().webhook_token
    headers = basic("acme", token)
    assert service.request("POST", "/webhooks/get_buttons", BUTTONS, headers=headers).status == 200


def test_basic_with_another_organisations_name_is_403(service: Service) -> None:
    token = service.organisation().webhook_token
    headers = basic("other", token)
    answer = service.request("POST", "/webhooks/get_buttons", BUTTONS, headers=headers)
    assert answer.status == 403


def test_basic_with_the_operators_token_is_for_that_organisation(service: Service) -> None:
    service.organisation()
    headers = basic("acme", ADMIN_TOKEN)
    assert service.request("POST", "/webhooks/get_buttons", BUTTONS, headers=headers).status == 200
    refused = service.request("POST", "/webhooks/get_buttons", BUTTONS, headers=basic("", "x"))
    assert refused.status == 401


# --- Glific's signature ---


def test_glifics_published_vector(fake_redis: redis.Redis) -> None:
    store = SettingsStore(fake_redis, Cipher([FIRST_KEY]))
    store.put("acme", "signature", {"phrase": VECTOR["phrase"]}, "me")
    now = float(str(VECTOR["stamp"]))
    authenticator = Authenticator(
        ADMIN_TOKEN, SettingsCache(store), Lockout(fake_redis), clock=lambda: now
    )
    proof = Proof(
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
    SettingsStore(service.redis, Cipher([FIRST_KEY])).put(
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


def test_guessing_ends_in_429_with_a_time_to_wait(service: Service) -> None:
    service.organisation()
    guess = "fh.acme.0123456789ab.0123456789012345678901234567890123456789012"
    statuses = [service.call("get_buttons", BUTTONS, token=guess).status for _ in range(ATTEMPTS)]
    assert set(statuses) == {401}
    locked = service.call("get_buttons", BUTTONS, token=guess)
    assert locked.status == 429
    assert locked.error["type"] == "rate_limited"
    assert 1 <= int(locked.headers["Retry-After"]) <= 60


def test_a_working_caller_is_not_locked_out_by_a_guesser_at_its_address(service: Service) -> None:
    service.organisation()
    assert service.call("get_buttons", BUTTONS).status == 200
    guess = "fh.acme.0123456789ab.0123456789012345678901234567890123456789012"
    for _ in range(ATTEMPTS + 1):
        service.call("get_buttons", BUTTONS, token=guess)
    assert service.call("get_buttons", BUTTONS).status == 200
