"""Whole organisations, their tokens and their audit, through the front door."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from typing import Any, cast

import pytest

from flowhook.redis.keys import gone_key
from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import Service
from tests.flowhook.organisations.everything import everything_in, keys_of
from tests.flowhook.organisations.sections import SECRET, WHOLE, secrets_of
from tests.waiting import wait_for


def test_all_sections_at_once_masked(service: Service) -> None:
    for section, values in WHOLE.items():
        service.operator("PUT", f"/settings/acme/{section}", values)
    answer = service.operator("GET", "/settings/acme")
    assert set(WHOLE) <= set(answer.json)
    for section in WHOLE:
        assert not any(secret.encode() in answer.body for secret in secrets_of(section))


def test_250_organisations_in_pages(service: Service) -> None:
    names = [f"org-{number:03d}" for number in range(250)]
    for name in names:
        service.operator("PUT", f"/settings/{name}/openai", {"is_active": name.endswith("7")})
    walked: list[dict[str, Any]] = []
    cursor: str | None = ""
    pages = 0
    while cursor is not None:
        page = service.operator("GET", f"/settings?cursor={cursor}").json
        walked += page["organizations"]
        cursor = page["next_cursor"]
        pages += 1
    assert pages == 3
    assert walked == [{"id": name, "is_active": name.endswith("7")} for name in names]
    assert service.operator("GET", "/settings?cursor=a%20b").status == 400


def test_an_exact_page_has_no_next(service: Service) -> None:
    for number in range(100):
        service.operator("PUT", f"/settings/org-{number:03d}/limits", {})
    page = service.operator("GET", "/settings").json
    assert len(page["organizations"]) == 100
    assert page["next_cursor"] is None


def test_a_deleted_organisation_owns_nothing_any_more(service: Service) -> None:
    service.organisation()
    for section, values in WHOLE.items():
        service.operator("PUT", f"/settings/acme/{section}", values)
    token = service.tenant.webhook_token
    service.call("get_buttons", {"buttons_data": "Yes|No"})
    service.flush()
    assert service.admin("DELETE", "/settings/acme").status == 204
    assert keys_of(service.redis, "acme") == [gone_key("acme")]
    assert service.operator("GET", "/settings/acme").status == 404
    assert service.operator("GET", "/settings").json["organizations"] == []
    assert service.call("get_buttons", {"buttons_data": "Yes|No"}, token=token).status == 401
    assert service.operator("DELETE", "/settings/acme").status == 404


def test_a_call_that_outlives_its_organisation_leaves_nothing(
    service: Service, openai: FakeOpenAI
) -> None:
    gate = threading.Event()
    openai.fail(faults.held(gate))
    service.organisation(openai)
    call = threading.Thread(
        target=service.call, args=("parse_via_chat_gpt", {"question_text": "Why?"})
    )
    call.start()
    wait_for(lambda: openai.in_flight, "the call to be in flight")
    assert service.operator("DELETE", "/settings/acme").status == 204
    gate.set()
    call.join()
    service.flush()
    assert keys_of(service.redis, "acme") == [gone_key("acme")]


# --- tokens ---


def test_a_token_is_shown_once(service: Service) -> None:
    service.organisation()
    made = service.admin("POST", "/settings/acme/tokens", {"scope": "webhook", "label": "flows"})
    assert made.status == 201
    assert set(made.json) == {"id", "token", "scope", "label"}
    secret = made.json["token"].rpartition(".")[2]
    listed = service.admin("GET", "/settings/acme/tokens")
    [shown] = [token for token in listed.json["tokens"] if token["id"] == made.json["id"]]
    assert set(shown) == {"id", "scope", "label", "created_at", "last_used_at"}
    assert secret not in listed.body.decode()
    assert secret.encode() not in everything_in(service.redis)


def last_used(service: Service, token: str) -> str | None:
    tokens = service.operator("GET", "/settings/acme/tokens").json["tokens"]
    [found] = [known["last_used_at"] for known in tokens if known["id"] == token.split(".")[2]]
    return cast(str | None, found)


def test_a_token_tells_when_it_last_called_a_function(service: Service) -> None:
    token = service.organisation().webhook_token
    assert last_used(service, token) is None
    service.call("get_buttons", {"buttons_data": "Yes|No"})
    service.flush()
    used = last_used(service, token)
    assert used is not None
    assert used.endswith("Z")


def test_a_token_tells_when_it_last_did_anything_else(service: Service) -> None:
    token = service.organisation().admin_token
    assert last_used(service, token) is None
    assert service.admin("GET", "/settings/acme").status == 200
    assert last_used(service, token) is not None


@pytest.mark.parametrize(
    "body",
    [{}, {"scope": "operator"}, {"scope": "admin", "label": "x" * 101}, {"scope": "admin", "a": 1}],
)
def test_a_token_that_cannot_be_is_400(service: Service, body: dict[str, Any]) -> None:
    service.organisation()
    assert service.admin("POST", "/settings/acme/tokens", body).status == 400


def test_revoking_what_is_not_there_is_404(service: Service) -> None:
    service.organisation()
    assert service.admin("DELETE", "/settings/acme/tokens/0123456789ab").status == 404


def test_a_token_in_place_of_its_id_is_not_repeated(service: Service) -> None:
    token = service.organisation().webhook_token
    answer = service.admin("DELETE", f"/settings/acme/tokens/{token}")
    assert answer.error["type"] == "not_found"
    assert token.encode() not in answer.body


# --- audit ---


def test_the_audit_tells_who_changed_which_fields_never_values(service: Service) -> None:
    service.organisation()
    service.admin("PATCH", "/settings/acme/openai", {"api_key": SECRET, "project": "proj_value"})
    answer = service.admin("GET", "/settings/acme/audit")
    newest = answer.json["audit"][0]
    token_id = service.tenant.admin_token.split(".")[2]
    assert newest["actor"] == f"token {token_id} admin"  # its label
    assert (newest["action"], newest["what"]) == ("change", "openai")
    assert newest["fields"] == ["api_key", "project"]
    assert abs(datetime.fromisoformat(newest["time"]).timestamp() - time.time()) < 60
    assert b"proj_value" not in answer.body
    assert SECRET.encode() not in answer.body
    assert answer.json["audit"][-1]["actor"] == "operator"


def test_the_audit_in_pages(service: Service) -> None:
    for number in range(120):
        service.operator("PUT", "/settings/acme/limits", {"monthly_tokens": number + 1})
    first = service.operator("GET", "/settings/acme/audit").json
    rest = service.operator("GET", f"/settings/acme/audit?cursor={first['next_cursor']}").json
    ids = [entry["id"] for entry in first["audit"] + rest["audit"]]
    assert len(set(ids)) == 120
    assert rest["next_cursor"] is None
    for cursor in ("-", "１-１"):
        assert service.operator("GET", f"/settings/acme/audit?cursor={cursor}").status == 400
