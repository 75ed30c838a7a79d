"""What doctor says of organisations' keys, WhatsApp numbers and models."""

from __future__ import annotations

from datetime import date
from typing import Any

from flowhook.alerts.conditions import Alert
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.schemas import WhatsAppSettingsSchema
from flowhook.providers.retirements import retirement
from service.doctor import organisations
from service.doctor.finding import OK, WRONG

WHOLE = dict.fromkeys(WhatsAppSettingsSchema.needed, "x")


def organisation(org: str, **sections: dict[str, Any]) -> Organisation:
    return Organisation(org, {name.replace("__", "/"): one for name, one in sections.items()}, {})


def test_keys_that_were_refused_are_named() -> None:
    active = {"a", "b"}
    assert organisations.keys(active, {"off": "invalid_api_key", "b": ""}).state == OK
    found = organisations.keys(active, {"b": "invalid_api_key"})
    assert (found.state, found.words) == (WRONG, "the last call said invalid_api_key for b")


def test_many_are_shortened() -> None:
    errors = {f"o{n}": "insufficient_quota" for n in range(9)}
    assert organisations.keys(set(errors), errors).words.endswith("for o4 and 4 more")


def test_half_a_whatsapp_section_is_told() -> None:
    half = {**WHOLE, "app_secret": "", "verify_token": None}
    whole = organisation("a", whatsapp=WHOLE)
    unused = organisations.whatsapp([organisation("a", openai={})], never)
    assert (unused.state, unused.words) == (OK, "nobody uses it")
    assert (
        organisations.whatsapp([whole], never).words == "1 number set whole, and no token refused"
    )
    found = organisations.whatsapp([whole, organisation("b", whatsapp=half)], never)
    assert (found.state, found.words) == (WRONG, "b lacks app_secret and verify_token")


def never(_organisation: Organisation) -> list[Alert]:
    return []


def test_models_that_end_are_told_before_they_do() -> None:
    going = retirement("gpt-4")
    assert going is not None
    soon = date.fromordinal(going.date.toordinal() - 30)
    early = date.fromordinal(going.date.toordinal() - 300)
    named = [organisation("a", openai={"default_model": "gpt-4"})]
    account = [organisation("a", openai__accounts__b={"default_model": "gpt-4"})]
    assert organisations.models(named, [], early).state == OK
    for listed in (named, account):
        found = organisations.models(listed, [], soon)
        assert found.state == WRONG
        assert f"a uses gpt-4, which ends on {going.date.isoformat()}" in found.words
    assert "the service uses gpt-4" in organisations.models([], ["gpt-4"], soon).words
    aliased = {"default_model": "gpt-4", "model_aliases": {"gpt-4": "x"}}
    assert organisations.models([organisation("a", openai=aliased)], [], soon).state == OK
