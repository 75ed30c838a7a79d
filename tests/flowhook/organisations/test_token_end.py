"""When a token ends, and what it is told then."""

from __future__ import annotations

import pytest

from flowhook.organisations.cipher import Cipher
from flowhook.organisations.store import SettingsStore
from flowhook.organisations.token_end import end_of
from tests.fixtures_app import FIRST_KEY, Service
from tests.web.visitor import Visitor, signed_in

TOKENS = "/settings/acme/tokens"


@pytest.mark.parametrize("wrong", ["", "soon", "2026-13-01", "2026-11-31", "12:00"])
def test_what_is_no_date_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        end_of(wrong)


@pytest.mark.parametrize("wrong", ["soon", "2020-01-01", "2020-01-01T00:00:00Z", "9" * 41])
def test_a_token_ends_at_a_time_to_come(service: Service, wrong: str) -> None:
    service.organisation()
    refused = service.operator("POST", TOKENS, {"scope": "admin", "expires_at": wrong})
    assert refused.status == 400
    assert set(refused.error["fields"]) == {"expires_at"}


@pytest.mark.parametrize("end", ["2099-12-31", "2099-12-31T10:00:00+05:30"])
def test_a_token_tells_its_end_and_works_until_then(service: Service, end: str) -> None:
    service.organisation()
    made = service.operator("POST", TOKENS, {"scope": "viewer", "expires_at": end}).json
    assert made["expires_at"] == end
    listed = service.operator("GET", TOKENS).json["tokens"]
    ends = {one["id"]: one.get("expires_at") for one in listed}  # made in one second: in any order
    assert (ends.pop(made["id"]), [*ends.values()]) == (end, [None, None])
    assert service.request("GET", "/flows/acme", token=made["token"]).status == 200


def test_a_token_that_ended_is_told_so(service: Service) -> None:
    service.organisation()
    store = SettingsStore(service.redis, Cipher((FIRST_KEY,)))
    _, text = store.tokens.create("acme", "admin", "Asha", "operator", "2020-01-01")
    refused = service.request("GET", "/flows/acme", token=text)
    assert refused.status == 401
    assert refused.error["message"] == "this token ended on 2020-01-01"
    assert "WWW-Authenticate" in refused.headers
    entered = Visitor(service.app).sign_in(text)
    assert (entered.status, "ended on 2020-01-01" in entered.text) == (401, True)


def test_a_session_ends_with_its_token(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.organisation()
    made = service.operator("POST", TOKENS, {"scope": "viewer", "expires_at": "2099-12-31"}).json
    visitor = signed_in(service, made["token"])
    assert visitor.get("/organisations/acme/usage").status == 200
    monkeypatch.setattr("flowhook.organisations.auth.end_of", lambda _: 0.0)
    assert visitor.get("/organisations/acme/usage").headers["Location"].startswith("/sign-in")
