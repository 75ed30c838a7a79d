"""The data processing table over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service

PATH = "/privacy/acme"


@pytest.fixture
def acme(service: Service, openai: FakeOpenAI) -> Service:
    service.organisation(openai)
    return service


def sends(table: dict[str, Any], function: str) -> dict[str, Any]:
    [found] = [one for one in table["functions"] if one["function"] == function]
    return {one["what"]: one for one in found["sends"]}


def days(table: dict[str, Any]) -> dict[str, Any]:
    return {one["what"]: one["days"] for one in table["kept"]}


def test_without_guardrails_everything_leaves_as_it_is(acme: Service) -> None:
    table = acme.admin("GET", PATH).json
    assert (table["masked"], table["consent"]) == ([], "not_needed")
    [provider] = table["providers"]
    assert (provider["account"], provider["provider"], provider["is_active"]) == (
        "openai",
        "openai",
        True,
    )
    assert sends(table, "chat")["text"] == {
        "what": "text",
        "to": [provider["host"]],
        "is_masked": False,
        "is_sent": True,
    }
    assert sends(table, "get_buttons") == {}
    place = sends(table, "geolocation")["place"]
    assert (place["to"], place["is_sent"]) == ([], False)  # no key: nothing leaves
    assert not any(one["needs_consent"] for one in table["functions"])
    kept = days(table)
    assert kept == {
        **{"logs": 30, "conversations": None, "media": 1, "inbox": 30, "threads": 1},
        **{"answers_for_repeats": 1, "results_of_jobs": 1, "jobs_given_up": 30},
        **{"runs_of_question_sets": 90, "deleted_things": 30, "usage_counts": 400},
        "consents": None,
    }
    assert [one["name"] for one in table["others"]] == [
        "documents",
        "question_sets",
        "callbacks",
        "author_servers",
    ]


@pytest.mark.parametrize("policy", ["moderation", "topics", "self_harm", "minors"])
def test_a_rule_by_which_a_model_judges_is_told(acme: Service, policy: str) -> None:
    rule = {"allowed": "Rice."} if policy == "topics" else {}  # on, with the usual action
    assert acme.admin("PUT", "/settings/acme/guardrails", {policy: rule}).status == 201
    others = acme.admin("GET", PATH).json["others"]
    assert "guardrails" in [one["name"] for one in others]
    acme.admin("PUT", "/settings/acme/guardrails", {"banned": {}})
    others = acme.admin("GET", PATH).json["others"]
    assert "guardrails" not in [one["name"] for one in others]


def test_it_follows_from_the_settings(acme: Service) -> None:
    guardrails = {
        "mask": ["phone", "name"],
        "consent": "required",
        "topics": {"allowed": "Rice.", "action": "tell"},
        "retention": {"logs_days": 90, "conversations_days": 60, "inbox_days": 45},
    }
    acme.admin("PUT", "/settings/acme/guardrails", guardrails)
    acme.admin("PUT", "/settings/acme/google_maps", {"api_key": "AIza-something"})
    acme.admin("PUT", "/settings/acme/sarvam", {"api_key": "sk_something"})
    acme.admin("PUT", "/settings/acme/openai/accounts/off", {"is_active": False})
    table = acme.admin("GET", PATH).json
    chat, voice = sends(table, "chat"), sends(table, "speech_to_text")
    assert (chat["text"]["is_masked"], chat["text"]["is_sent"]) == (True, True)
    assert (voice["sound"]["is_masked"], voice["sound"]["is_sent"]) == (False, False)
    assert "api.sarvam.ai" in voice["sound"]["to"]
    assert "api.sarvam.ai" not in chat["text"]["to"]
    assert sends(table, "geolocation")["place"]["is_sent"]
    asked = {one["function"] for one in table["functions"] if one["needs_consent"]}
    assert "chat" in asked
    assert "record_consent" not in asked
    kept = days(table)
    assert (kept["logs"], kept["conversations"], kept["inbox"]) == (30, 60, 45)
    assert "guardrails" in [one["name"] for one in table["others"]]
    accounts = {one["account"]: one["is_active"] for one in table["providers"]}
    assert accounts == {"openai": True, "off": False, "sarvam": True}
    acme.admin("PATCH", "/settings/acme/guardrails", {"unmaskable": "send"})
    assert sends(acme.admin("GET", PATH).json, "text_to_speech")["spoken"]["is_sent"]


def test_it_holds_no_secret(acme: Service, openai: FakeOpenAI) -> None:
    assert openai.key not in acme.admin("GET", PATH).body.decode()


def test_as_csv(acme: Service) -> None:
    file = acme.admin("GET", f"{PATH}?format=csv")
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert file.body.startswith(b"part,name,sends,to,masked,sent,consent,days\r\n")
    assert acme.admin("GET", f"{PATH}?format=pdf").status == 400
    assert acme.operator("GET", "/privacy/nobody").status == 404
