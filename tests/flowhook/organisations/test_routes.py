"""Settings sections through the front door: written, read masked, changed, gone."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.organisations.schemas import SECTIONS
from flowhook.organisations.section import sealed_fields, secret_fields
from flowhook.organisations.settings_fields import field_of
from flowhook.redis.keys import org_key
from tests.fixtures_app import Service
from tests.flowhook.organisations.everything import everything_in
from tests.flowhook.organisations.sections import SECRET, WHOLE, secrets_of

ALL = pytest.mark.parametrize("section", SECTIONS)


@ALL
def test_a_section_is_created_read_replaced_changed_and_deleted(
    service: Service, section: str
) -> None:
    path = f"/settings/acme/{section}"
    assert service.operator("GET", path).status == 404
    assert service.operator("PATCH", path, {}).status == 404
    assert service.operator("DELETE", path).status == 404
    created = service.operator("PUT", path, WHOLE[section])
    assert created.status == 201
    assert service.operator("PUT", path, WHOLE[section]).status == 200
    read = service.operator("GET", path)
    assert read.status == 200
    assert read.json == created.json
    plain = {n: v for n, v in WHOLE[section].items() if n not in secret_fields(SECTIONS[section])}
    assert plain.items() <= read.json.items()
    name = next(iter(plain), None)
    if name is not None and name != "is_active":
        changed = service.operator("PATCH", path, {name: None})
        assert changed.status == 200
        assert name not in changed.json
        assert {**changed.json, name: plain[name]} == read.json
    deleted = service.operator("DELETE", path)
    assert (deleted.status, deleted.body) == (204, b"")
    assert service.operator("GET", path).status == 404


@ALL
def test_secrets_are_masked_and_never_stored_in_clear(service: Service, section: str) -> None:
    answers = [
        service.operator("PUT", f"/settings/acme/{section}", WHOLE[section]),
        service.operator("PATCH", f"/settings/acme/{section}", {}),
        service.operator("GET", f"/settings/acme/{section}"),
        service.operator("GET", "/settings/acme"),
        service.operator("GET", "/settings/acme/audit"),
    ]
    stored = everything_in(service.redis)
    for secret in secrets_of(section):
        assert not any(secret.encode() in answer.body for answer in answers)
        assert secret.encode() not in stored
    for name in secret_fields(SECTIONS[section]):
        assert answers[2].json[f"has_{name}"] is True
        assert answers[2].json[name].endswith(f"...{WHOLE[section][name][-4:]}")


@ALL
def test_what_get_shows_can_be_sent_back(service: Service, section: str) -> None:
    path = f"/settings/acme/{section}"
    service.operator("PUT", path, WHOLE[section])
    stored = service.redis.hgetall("fh:{acme}:settings")
    shown = service.operator("GET", path).json
    for method in ("PUT", "PATCH"):
        assert service.operator(method, path, shown).json == shown
    names = {key for key in stored if not secret_field(key)}
    again = service.redis.hgetall("fh:{acme}:settings")
    assert set(again) == set(stored)
    assert {name: again[name] for name in names} == {name: stored[name] for name in names}


def secret_field(key: bytes) -> bool:
    section, _, name = key.decode().partition(":")
    return name in sealed_fields(SECTIONS[section])


@ALL
def test_unknown_fields_are_refused_by_name(service: Service, section: str) -> None:
    path = f"/settings/acme/{section}"
    for method in ("PUT", "PATCH"):
        body = {**WHOLE[section], "colour": "red", "api-key": "x"}
        answer = service.operator(method, path, body)
        assert answer.status == 400
        assert answer.error["fields"] == {
            "colour": ["Unknown field."],
            "api-key": ["Unknown field."],
        }
        assert "colour" in answer.error["message"]
    assert service.operator("GET", path).status == 404


BAD: list[tuple[str, str, Any]] = [
    ("openai", "is_active", "perhaps"),
    ("openai", "api_key", "has space"),
    ("openai", "api_key", ""),
    ("openai", "api_key", 5),
    ("openai", "api_key", "sk-...wxyz"),
    ("openai", "api_key", "line\nbreak"),
    ("openai", "organization", "org\r\nX: y"),
    ("openai", "provider", "aws"),
    ("openai", "api_version", "latest"),
    ("openai", "deployment", ["gpt-6-luna"]),
    ("openai", "deployment", {"gpt-6-luna": "our chat"}),
    ("openai", "base_url", "ftp://h"),
    ("openai", "base_url", "https://user:password@h/v1"),
    ("openai", "base_url", "//h"),
    ("openai", "base_url", "https://h/v1\r\nX-Injected: 1"),
    ("openai", "base_url", "https://h/v 1"),
    ("openai", "default_model", "gpt 6"),
    ("openai", "model_aliases", {"gpt 4": "gpt-6"}),
    ("openai", "model_aliases", ["gpt-4"]),
    ("openai", "allowed_models", "gpt-6"),
    ("openai", "allowed_models", [""]),
    ("openai", "timeout_seconds", 0.5),
    ("openai", "timeout_seconds", 121),
    ("openai", "timeout_seconds", "NaN"),
    ("openai", "system_prompt", "x" * 20_001),
    ("signature", "phrase", "short"),
    ("glific", "api_url", "api.glific.com"),
    ("whatsapp", "api_version", "26"),
    ("limits", "requests_per_minute", 0),
    ("limits", "requests_per_minute", 1.5),
    ("limits", "monthly_tokens", -1),
]


@pytest.mark.parametrize(("section", "name", "value"), BAD)
def test_a_bad_value_is_refused_by_name(
    service: Service, section: str, name: str, value: Any
) -> None:
    for method in ("PUT", "PATCH"):
        answer = service.operator(method, f"/settings/acme/{section}", {name: value})
        assert answer.status == 400
        assert answer.error["type"] == "invalid_input"
        assert set(answer.error["fields"]) == {name}


def padded(value: Any) -> Any:
    """A value as somebody pastes it: with blanks around each text."""
    if isinstance(value, dict):
        own = {"vector_store_id", "prompt", "model", "flow", "hours"}  # nobody pastes these
        return {key if key in own else padded(key): padded(to) for key, to in value.items()}
    if isinstance(value, list):
        return [padded(inner) for inner in value]
    return f" {value}\u00a0\u200b\n" if isinstance(value, str) else value


UNTYPED = {"globals", "signature", "guardrails"}  # nobody pastes what these hold
PASTED = [section for section in WHOLE if section not in UNTYPED]


@pytest.mark.parametrize("section", PASTED)
def test_blanks_pasted_around_a_value_are_no_part_of_it(service: Service, section: str) -> None:
    exact = {"provider", "password"}  # a word of a list; a password may begin with a blank
    body = {
        name: value if name in exact else padded(value) for name, value in WHOLE[section].items()
    }
    service.operator("PUT", f"/settings/acme/{section}", WHOLE[section])
    expected = service.operator("GET", f"/settings/acme/{section}").json
    service.operator("DELETE", f"/settings/acme/{section}")
    assert service.operator("PUT", f"/settings/acme/{section}", body).status == 201
    assert service.operator("GET", f"/settings/acme/{section}").json == expected


@pytest.mark.parametrize("seconds", [30, 2.5])
def test_a_time_is_shown_as_it_was_given(service: Service, seconds: float) -> None:
    service.operator("PUT", "/settings/acme/openai", {"timeout_seconds": seconds})
    shown = service.operator("GET", "/settings/acme/openai").json["timeout_seconds"]
    assert (shown, type(shown)) == (seconds, type(seconds))


def test_is_active_is_false_until_said(service: Service) -> None:
    created = service.operator("PUT", "/settings/acme/openai", {"api_key": SECRET})
    assert created.json == {"is_active": False, "api_key": "sk-...wxyz", "has_api_key": True}


def test_put_keeps_an_omitted_key_and_drops_other_omitted_fields(service: Service) -> None:
    service.operator("PUT", "/settings/acme/openai", WHOLE["openai"])
    answer = service.operator("PUT", "/settings/acme/openai", {"is_active": True})
    assert answer.json == {"is_active": True, "api_key": "sk-...wxyz", "has_api_key": True}


def test_a_key_of_null_removes_it(service: Service) -> None:
    service.operator("PUT", "/settings/acme/openai", WHOLE["openai"])
    answer = service.operator("PATCH", "/settings/acme/openai", {"api_key": None})
    assert answer.json["has_api_key"] is False
    assert "api_key" not in answer.json


def test_a_phrase_may_hold_dots(service: Service) -> None:
    phrase = "well... a phrase"
    assert service.operator("PUT", "/settings/acme/signature", {"phrase": phrase}).status == 201


def test_of_a_short_secret_nothing_shows(service: Service) -> None:
    answer = service.operator("PUT", "/settings/acme/whatsapp", {"verify_token": "abcdefgh"})
    assert answer.json["verify_token"] == "..."


def test_head_reads_like_get_and_changes_nothing(service: Service) -> None:
    service.organisation()
    raw = b'{"is_active": false}'
    answer = service.operator("HEAD", "/settings/acme/openai", raw=raw)
    assert (answer.status, answer.body) == (200, b"")
    assert service.operator("GET", "/settings/acme/openai").json["is_active"] is True


def test_a_patch_that_fails_changes_nothing(service: Service) -> None:
    service.operator("PUT", "/settings/acme/openai", WHOLE["openai"])
    before = service.operator("GET", "/settings/acme/openai").json
    bad = {"default_model": "gpt-6-sol", "timeout_seconds": 999}
    assert service.operator("PATCH", "/settings/acme/openai", bad).status == 400
    assert service.operator("GET", "/settings/acme/openai").json == before


@pytest.mark.parametrize("org", ["a b", "a%7Bb%7D", "a" * 65, "%C3%A9", "a*b", "a:b"])
def test_an_organisation_id_that_cannot_be_is_400(service: Service, org: str) -> None:
    for method, path in (
        ("PUT", f"/settings/{org}/openai"),
        ("GET", f"/settings/{org}"),
        ("POST", f"/settings/{org}/tokens"),
        ("GET", f"/logs/{org}"),
    ):
        answer = service.operator(method, path, {"scope": "admin"} if method == "POST" else None)
        assert answer.status == 400, path
        assert answer.error["type"] == "invalid_input"
    assert list(service.redis.scan_iter(match="fh:orgs")) == []


def test_without_proof_no_section_is_named(service: Service) -> None:
    for section in ("nothing", "openai"):
        assert service.request("GET", f"/settings/acme/{section}").status == 401


def test_an_unknown_section_names_the_known_ones(service: Service) -> None:
    answer = service.operator("PUT", "/settings/acme/open_ai", {})
    assert answer.status == 404
    assert "openai" in answer.error["fix"]


# --- accounts ---


def test_a_section_of_a_newer_release_is_left_out(service: Service) -> None:
    service.operator("PUT", "/settings/acme/openai", {"api_key": SECRET})
    service.redis.hset(org_key("acme", "settings"), field_of("later", "days"), b"7")
    service.operator("PATCH", "/settings/acme/openai", {"is_active": True})
    answer = service.operator("GET", "/settings/acme")
    assert answer.status == 200
    assert "later" not in answer.json
    assert answer.json["openai"]["is_active"]


def test_accounts_have_the_same_four_calls(service: Service) -> None:
    service.organisation()
    path = "/settings/acme/openai/accounts/Second one"
    assert service.admin("GET", path).status == 404
    assert service.admin("PUT", path, {"is_active": True, "api_key": SECRET}).status == 201
    assert service.admin("GET", path).json["api_key"] == "sk-...wxyz"
    assert service.admin("PATCH", path, {"project": "proj_2"}).json["project"] == "proj_2"
    listed = service.admin("GET", "/settings/acme/openai/accounts")
    assert listed.json == {"accounts": [{"title": "Second one"}]}
    whole = service.admin("GET", "/settings/acme").json
    assert set(whole["accounts"]) == {"Second one"}
    assert service.admin("DELETE", path).status == 204
    assert service.admin("GET", path).status == 404
    assert service.admin("GET", "/settings/acme/openai").status == 200


@pytest.mark.parametrize("title", ["a:b", "é", ".hidden", "x" * 65, "a%0Ab"])
def test_a_title_that_cannot_be_is_400(service: Service, title: str) -> None:
    answer = service.operator("PUT", f"/settings/acme/openai/accounts/{title}", {})
    assert answer.status == 400


def test_a_private_address_of_glific_is_refused_when_it_is_saved(service: Service) -> None:
    service.organisation()
    saved = {"api_url": "http://169.254.169.254/latest", "phone": "917834811114", "password": "p"}
    refused = service.operator("PUT", "/settings/acme/glific", saved)
    assert (refused.status, list(refused.error["fields"])) == (400, ["api_url"])
    assert "browser" not in refused.error["fix"]
    assert "address of a service" in refused.error["fix"]
    assert service.operator("GET", "/settings/acme/glific").status == 404
