"""The four proofs of who calls, through the front door; the clock of signatures by hand."""

from __future__ import annotations

import pytest
import redis

from flowhook.organisations.lockout import ATTEMPTS
from tests.fixtures_app import ADMIN_TOKEN, OpenService, Service, basic
from tests.waiting import wait_for

BUTTONS = {"buttons_data": "Yes|No"}


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
    wait_for(
        lambda: there.call("get_buttons", BUTTONS, token=here.tenant.webhook_token).status == 401,
        "the other process to notice",
        seconds=5,
    )


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


def guesses(count: int) -> list[str]:
    """Tokens of acme that nobody was given."""
    return [f"fh.acme.0123456789ab.{number:043d}" for number in range(count)]


def test_only_tokens_are_noted_as_used(service: Service) -> None:
    tenant = service.organisation()
    for proof in (basic("acme", ADMIN_TOKEN), {"Authorization": f"Bearer {ADMIN_TOKEN}"}):
        assert service.request("GET", "/settings/acme", headers=proof).status == 200
    assert service.redis.hkeys("fh:{acme}:token_use") == []
    assert service.request("GET", "/settings/acme", token=tenant.admin_token).status == 200
    assert len(service.redis.hkeys("fh:{acme}:token_use")) == 1


def test_guessing_ends_in_429_with_a_time_to_wait(service: Service) -> None:
    service.organisation()
    *allowed, last = guesses(ATTEMPTS + 1)
    statuses = {service.call("get_buttons", BUTTONS, token=guess).status for guess in allowed}
    assert statuses == {401}
    locked = service.call("get_buttons", BUTTONS, token=last)
    assert locked.status == 429
    assert locked.error["type"] == "rate_limited"
    assert 1 <= int(locked.headers["Retry-After"]) <= 60


def test_a_revoked_token_still_in_use_is_401_and_shuts_out_nobody(service: Service) -> None:
    service.organisation()
    revoked = service.tenant.webhook_token
    assert (
        service.operator("DELETE", f"/settings/acme/tokens/{revoked.split('.')[2]}").status == 204
    )
    statuses = [service.call("get_buttons", BUTTONS, token=revoked).status for _ in range(25)]
    assert set(statuses) == {401}
    successor = service.token("acme", "webhook")
    assert service.call("get_buttons", BUTTONS, token=successor).status == 200


def test_a_working_caller_is_not_locked_out_by_a_guesser_at_its_address(service: Service) -> None:
    service.organisation()
    assert service.call("get_buttons", BUTTONS).status == 200
    for guess in guesses(ATTEMPTS + 1):
        service.call("get_buttons", BUTTONS, token=guess)
    assert service.call("get_buttons", BUTTONS).status == 200
