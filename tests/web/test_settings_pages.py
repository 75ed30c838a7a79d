from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
import redis

from flowhook.organisations.schemas import SECTIONS
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import OpenService, Service
from tests.web.visitor import Visitor, signed_in

KEY = "sk-proj-abcdefghijklmnop-wxyz"
OPENAI = "/organisations/acme/settings/openai"


@pytest.fixture
def visitor(service: Service) -> Visitor:
    service.organisation(is_active=False)
    return signed_in(service, service.tenant.admin_token)


def stored(service: Service, section: str = "openai") -> dict[str, Any]:
    return service.operator("GET", f"/settings/acme/{section}").json


def test_a_key_is_saved_and_never_shown(service: Service, visitor: Visitor) -> None:
    saved = visitor.post(OPENAI, {"is_active": "on", "api_key": KEY, "default_model": "gpt-6-luna"})
    assert (saved.status, saved.headers["Location"]) == (303, f"{OPENAI}?done=saved")
    page = visitor.get(saved.headers["Location"])
    assert "takes effect within a second" in page.text
    assert KEY not in page.html
    assert "sk-...wxyz" in page.text
    assert stored(service) | {"is_active": True, "default_model": "gpt-6-luna"} == stored(service)


def test_a_form_without_the_key_keeps_it(service: Service, visitor: Visitor) -> None:
    visitor.post(OPENAI, {"is_active": "on", "api_key": KEY})
    visitor.post(OPENAI, {"is_active": "on", "default_model": "gpt-6-luna"})
    assert stored(service)["has_api_key"] is True
    visitor.post(OPENAI, {"is_active": "on", "remove_api_key": "on"})
    assert stored(service)["has_api_key"] is False


def test_a_blank_field_is_removed(service: Service, visitor: Visitor) -> None:
    visitor.post(OPENAI, {"default_model": "gpt-6-luna", "timeout_seconds": "30"})
    assert stored(service)["timeout_seconds"] == 30
    visitor.post(OPENAI, {"default_model": "", "timeout_seconds": ""})
    assert not {"default_model", "timeout_seconds"} & set(stored(service))


def test_lists_and_pairs_are_typed_one_a_line(service: Service, visitor: Visitor) -> None:
    visitor.post(
        OPENAI,
        {
            "model_aliases": "gpt-4o = gpt-6-luna\r\no1=gpt-6-luna",
            "allowed_models": "gpt-6*\r\n\r\no*",
        },
    )
    assert stored(service)["model_aliases"] == {"gpt-4o": "gpt-6-luna", "o1": "gpt-6-luna"}
    assert stored(service)["allowed_models"] == ["gpt-6*", "o*"]
    page = visitor.get(OPENAI)
    assert "gpt-4o = gpt-6-luna\no1 = gpt-6-luna" in page.html
    assert "gpt-6*\no*" in page.html


def test_errors_stand_beside_their_fields(service: Service, visitor: Visitor) -> None:
    typed = {"timeout_seconds": "500", "default_model": "no model!", "api_key": "two words"}
    refused = visitor.post(OPENAI, typed)
    api = service.operator(
        "PATCH", "/settings/acme/openai", {**typed, "timeout_seconds": 500}
    ).error
    assert refused.status == 400
    for messages in api["fields"].values():
        assert messages[0] in refused.text
    assert "Correct the fields marked below." in refused.text
    assert refused.values()["timeout_seconds"] == "500", "what was typed stays"
    assert "two words" not in refused.html, "but no secret"
    invalid = [known["name"] for _, known in refused.elements if "aria-invalid" in known]
    assert set(invalid) == set(typed)
    assert "timeout_seconds" not in stored(service)


def test_every_section_is_a_form_of_its_schema(visitor: Visitor) -> None:
    for section, schema in SECTIONS.items():
        page = visitor.get(f"/organisations/acme/settings/{section}")
        assert page.status == 200
        names = [(known.get("name") or "").partition(".")[0] for _, known in page.elements]
        named = {name.partition(":")[0] for name in names}
        assert set(schema().fields) <= named, section


def test_limits_are_saved(service: Service, visitor: Visitor) -> None:
    visitor.post("/organisations/acme/settings/limits", {"requests_per_minute": "600"})
    assert stored(service, "limits") == {"requests_per_minute": 600}
    refused = visitor.post("/organisations/acme/settings/limits", {"requests_per_minute": "1.5"})
    assert refused.status == 400
    assert stored(service, "limits") == {"requests_per_minute": 600}


def test_what_is_on_until_it_is_turned_off_is_shown_so(service: Service, visitor: Visitor) -> None:
    page = "/organisations/acme/settings/inbox"

    def ticked() -> list[str | None]:
        return [known.get("name") for _, known in visitor.get(page).elements if "checked" in known]

    assert ticked() == ["not_found"]
    visitor.post(page, {"not_found": "on", "quiet_from": "20:00", "quiet_until": "08:00"})
    assert service.operator("GET", "/settings/acme/inbox").json["not_found"] is True
    visitor.post(page, {"quiet_from": "20:00", "quiet_until": "08:00"})
    assert service.operator("GET", "/settings/acme/inbox").json["not_found"] is False
    assert ticked() == []


def test_a_section_is_deleted(service: Service, visitor: Visitor) -> None:
    visitor.post("/organisations/acme/settings/limits", {"requests_per_minute": "600"})
    deleted = visitor.post("/organisations/acme/settings/limits/delete")
    assert (deleted.status, deleted.headers["Location"].endswith("?done=deleted")) == (303, True)
    assert service.operator("GET", "/settings/acme/limits").status == 404


def test_the_test_says_what_the_provider_answered(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    visitor = signed_in(service)
    assert "The key works" in visitor.post(f"{OPENAI}/test").text
    service.operator("PATCH", "/settings/acme/openai", {"api_key": "sk-wrong-wrong-wrong-wrong"})
    refused = visitor.post(f"{OPENAI}/test")
    api = service.operator("POST", "/settings/acme/openai/test").error
    assert api["type"] == "invalid_api_key"
    assert api["fix"] in refused.text


def test_the_test_asks_the_default_model_one_question(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai, default_model="gpt-9-nope")
    refused = service.operator("POST", "/settings/acme/openai/test")
    assert (refused.status, refused.error["type"]) == (502, "model_not_found")
    assert "gpt-9-nope" in refused.error["message"]
    service.operator("PATCH", "/settings/acme/openai", {"default_model": None})
    assert set(service.operator("POST", "/settings/acme/openai/test").json) == {
        "success",
        "models",
        "latency_ms",
    }
    assert [asked.path for asked in openai.requests[-2:]] == [
        "/v1/models",
        "/v1/chat/completions",
    ]


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("gpt-4-turbo", "was shut down on 23 October 2026"),
        ("gpt-4-turbo-2024-04-09", "was shut down on 23 October 2026"),
    ],
)
def test_a_model_that_goes_is_flagged(
    service: Service, visitor: Visitor, model: str, words: str
) -> None:
    visitor.post(OPENAI, {"default_model": model})
    assert f"{model} {words} . Use gpt-5.6-sol instead" in visitor.get(OPENAI).text


def test_an_admin_cannot_point_the_service_inside(service: Service, visitor: Visitor) -> None:
    refused = visitor.post(OPENAI, {"base_url": "http://127.0.0.1:1/v1"})
    assert refused.status == 400
    assert "base_url" not in stored(service)


def test_an_address_that_the_operator_set_does_not_hinder_an_admin(
    service: Service, visitor: Visitor
) -> None:
    service.operator("PATCH", "/settings/acme/openai", {"base_url": "http://127.0.0.1:1/v1"})
    saved = visitor.post(
        OPENAI, {"is_active": "on", "base_url": "http://127.0.0.1:1/v1", "project": "proj_1"}
    )
    assert saved.status == 303
    assert stored(service)["project"] == "proj_1"


def test_who_changed_what_is_on_record(service: Service, visitor: Visitor) -> None:
    visitor.post("/organisations/acme/settings/limits", {"concurrent_calls": "5"})
    [newest, *_] = service.operator("GET", "/settings/acme/audit").json["audit"]
    assert newest["what"] == "limits"
    assert newest["actor"].startswith("token ")


def test_a_pasted_key_is_saved_and_tested_at_once(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(base_url=openai.base_url)
    visitor = signed_in(service)
    typed = {"save": "on", "is_active": "on", "base_url": openai.base_url}
    refused = visitor.post(f"{OPENAI}/test", {**typed, "api_key": "two words"})
    assert (refused.status, openai.requests) == (400, [])
    switched_off = {**typed, "is_active": "", "api_key": openai.key}
    off = visitor.post(f"{OPENAI}/test", switched_off)
    assert "Now switch Is active on and save." in off.text
    page = visitor.post(f"{OPENAI}/test", {**typed, "api_key": openai.key})
    assert "The key works" in page.text
    assert "Now switch" not in page.text
    assert "Saved." in page.text
    assert "sk-...wxyz" in page.text, "the page shows what is stored now"
    assert stored(service)["has_api_key"] is True
    assert 'formaction="/organisations/acme/settings/openai/test"' in visitor.get(OPENAI).html


def test_no_browser_fills_the_sign_in_token_into_a_secret(visitor: Visitor) -> None:
    for section in SECTIONS:
        for _, known in visitor.get(f"/organisations/acme/settings/{section}").elements:
            assert known.get("type") != "password" or known["autocomplete"] == "new-password"


def test_whatsapp_says_where_meta_delivers(visitor: Visitor) -> None:
    page = visitor.get("/organisations/acme/settings/whatsapp")
    assert "http://localhost/channels/whatsapp/acme" in page.text
    assert "channels/whatsapp" not in visitor.get(OPENAI).text


@pytest.mark.parametrize(
    ("public_url", "warning"),
    [
        (None, "PUBLIC_URL is not set"),
        ("http://flows.example", "PUBLIC_URL is not https"),
        ("https://flows.example", ""),
    ],
)
def test_an_address_that_meta_does_not_take_is_warned(
    open_service: OpenService, fake_redis: redis.Redis, public_url: str | None, warning: str
) -> None:
    service = open_service(fake_redis, public_url=public_url)
    service.organisation()
    visitor = Visitor(service.app, "https://localhost")
    visitor.sign_in()
    page = visitor.get("/organisations/acme/settings/whatsapp")
    assert ("delivers to https addresses only" in page.text) == bool(warning)
    assert warning in page.text


def test_a_phrase_saved_where_no_signed_call_can_fit_is_warned(
    service: Service, visitor: Visitor
) -> None:
    visitor.post("/organisations/acme/settings/signature", {"phrase": "only we know this"})
    page = visitor.get("/organisations/acme/settings/signature")
    assert "this one is called acme" in page.text
    assert "can never fit" in visitor.get("/organisations/acme").text


def test_the_last_signed_call_is_shown(service: Service) -> None:
    service.organisation(org="7")
    visitor = signed_in(service)
    here = "/organisations/7/settings/signature"
    visitor.post(here, {"phrase": "only we know this"})
    assert "No signed call has come yet" in visitor.get(here).text
    signed = {"organization_id": 7, "buttons_data": "A|B"}
    assert service.signed_call("get_buttons", signed, "only we know this").status == 200
    service.flush()
    assert "The last signed call came at 20" in visitor.get(here).text
    assert 'the last signed call came at <time datetime="20' in visitor.get("/organisations/7").html


LIMITS = "/organisations/acme/settings/limits"


def test_two_people_do_not_erase_each_others_settings(service: Service, visitor: Visitor) -> None:
    visitor.post(LIMITS, {"requests_per_minute": "600"})
    opened = visitor.get(LIMITS).values()["tag"]
    service.operator("PATCH", "/settings/acme/limits", {"concurrent_calls": 7})
    refused = visitor.post(
        LIMITS, {"tag": opened, "requests_per_minute": "500", "concurrent_calls": ""}
    )
    assert refused.status == 412
    assert stored(service, "limits") == {"requests_per_minute": 600, "concurrent_calls": 7}
    assert "Somebody changed these settings since you opened this page" in refused.text
    assert "Nothing was saved: look at the fields marked below, and save again." in refused.text
    assert "Was changed since you opened this page, by operator at 20" in refused.text
    assert "You had nothing." in refused.text
    shown = refused.values()
    assert (shown["requests_per_minute"], shown["concurrent_calls"]) == ("500", "7")
    assert visitor.post(LIMITS, shown).status == 303
    assert stored(service, "limits") == {"requests_per_minute": 500, "concurrent_calls": 7}


def test_what_somebody_else_changed_is_not_deleted_unseen(
    service: Service, visitor: Visitor
) -> None:
    visitor.post(LIMITS, {"requests_per_minute": "600"})
    opened = visitor.get(LIMITS).values()["tag"]
    service.operator("PATCH", "/settings/acme/limits", {"concurrent_calls": 7})
    refused = visitor.post(f"{LIMITS}/delete", {"tag": opened})
    assert refused.status == 412
    assert refused.values()["requests_per_minute"] == "600"
    assert visitor.post(f"{LIMITS}/delete", {"tag": refused.values()["tag"]}).status == 303
    assert service.operator("GET", "/settings/acme/limits").status == 404


def test_a_secret_that_somebody_else_changed_is_not_shown(
    service: Service, visitor: Visitor
) -> None:
    visitor.post(OPENAI, {"api_key": KEY})
    opened = visitor.get(OPENAI).values()["tag"]
    service.operator("PATCH", "/settings/acme/openai", {"api_key": KEY.replace("abc", "cba")})
    refused = visitor.post(OPENAI, {"tag": opened, "api_key": KEY})
    assert refused.status == 412
    assert "Was changed since you opened this page, by operator" in refused.text
    assert KEY not in refused.html


def test_time_zones_are_offered_as_a_list(visitor: Visitor) -> None:
    page = visitor.get("/organisations/acme/settings/timezone")
    assert 'list="list-name"' in page.html
    assert '<option value="Asia/Kolkata">' in page.html
    assert '<option value="Africa/Nairobi">' in page.html


def test_what_few_need_is_folded_away(visitor: Visitor) -> None:
    shown, folded = visitor.get(OPENAI).html.split("More settings", 1)
    assert 'id="field-api_key"' in shown
    for rare in ("organization", "project", "base_url"):
        assert f'id="field-{rare}"' in folded


def test_globals_are_typed_one_a_line(service: Service, visitor: Visitor) -> None:
    here = "/organisations/acme/settings/globals"
    values = {"helpline": "1800 123", "pin": "0012", "rate": 2.5, "open": True, "two": "a\nb"}
    service.operator("PUT", "/settings/acme/globals", {"values": values})
    shown = unescape(visitor.get(here).html)
    assert 'helpline = 1800 123\npin = 0012\nrate = 2.5\nopen = true\ntwo = "a\\nb"' in shown
    [typed] = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", shown, re.DOTALL)
    assert visitor.post(here, {"values": f"{typed}\nname = Asha = us"}).status == 303
    assert stored(service, "globals")["values"] == {**values, "name": "Asha = us"}


def test_too_many_globals_are_told_in_words(visitor: Visitor) -> None:
    typed = {"values": "\n".join(f"v{at} = {at}" for at in range(501))}
    path = "/organisations/acme/settings/globals"
    refused = visitor.post(path, typed, **{"Accept-Language": "en"})
    assert refused.status == 400
    assert "At most 500 entries: leave some out." in refused.text
    in_hindi = visitor.post(path, typed, **{"Accept-Language": "hi"}).text
    assert "ज़्यादा से ज़्यादा 500 चीज़ें हो सकती हैं" in in_hindi


ASSISTANTS = "/organisations/acme/settings/assistants"


def test_assistants_are_rows(service: Service, visitor: Visitor) -> None:
    blank = visitor.get(ASSISTANTS)
    assert "as JSON" not in blank.text
    first = {
        "assistants.0.key": "asst_a",
        "assistants.0.vector_store_id": "vs_a",
        "assistants.0.prompt": "Be short.\r\nBe kind.",
        "assistants.0.model": "",
        "assistants.1.key": "",
        "assistants.2.key": "asst_b",
        "assistants.2.vector_store_id": "vs_b",
        "assistants.2.model": "gpt-6-luna",
    }
    assert visitor.post(ASSISTANTS, first).status == 303
    assert stored(service, "assistants")["assistants"] == {
        "asst_a": {"vector_store_id": "vs_a", "prompt": "Be short.\nBe kind."},
        "asst_b": {"vector_store_id": "vs_b", "model": "gpt-6-luna"},
    }
    shown = visitor.get(ASSISTANTS)
    assert "Be short.\nBe kind." in shown.html
    values = shown.values()
    assert (values["assistants.1.key"], values["assistants.1.model"]) == ("asst_b", "gpt-6-luna")
    removed = {name: text for name, text in values.items() if name != "assistants.1.remove"}
    assert visitor.post(ASSISTANTS, {**removed, "assistants.0.remove": "on"}).status == 303
    assert list(stored(service, "assistants")["assistants"]) == ["asst_b"]


def test_what_is_wrong_with_an_assistant_stands_in_its_row(
    service: Service, visitor: Visitor
) -> None:
    typed = {
        "assistants.0.key": "asst a",
        "assistants.0.vector_store_id": "vs_a",
        "assistants.1.key": "asst_b",
        "assistants.1.prompt": "Typed by me",
        "assistants.2.key": "",
        "assistants.2.vector_store_id": "vs_c",
    }
    refused = visitor.post(ASSISTANTS, typed)
    assert refused.status == 400
    wrong = {known["name"] for _, known in refused.elements if "aria-invalid" in known}
    assert wrong == {"assistants.0.key", "assistants.1.vector_store_id", "assistants.2.key"}
    assert "Typed by me" in refused.html
    assert refused.values()["assistants.2.vector_store_id"] == "vs_c"
    assert service.operator("GET", "/settings/acme/assistants").status == 404


def test_assistants_that_somebody_else_changed(service: Service, visitor: Visitor) -> None:
    first = {"asst_a": {"vector_store_id": "vs_a"}}
    service.operator("PUT", "/settings/acme/assistants", {"assistants": first})
    values = visitor.get(ASSISTANTS).values()
    theirs = {"asst_a": {"vector_store_id": "vs_new"}}
    service.operator("PUT", "/settings/acme/assistants", {"assistants": theirs})
    typed = {name: text for name, text in values.items() if not name.endswith("remove")}
    refused = visitor.post(ASSISTANTS, {**typed, "assistants.0.vector_store_id": "vs_mine"})
    assert refused.status == 412
    assert refused.values()["assistants.0.vector_store_id"] == "vs_new"
    assert "vs_mine" in refused.text
    assert stored(service, "assistants")["assistants"] == theirs


def test_what_would_be_lost_of_a_form_is_told_beside_the_field(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    typed = {"values": "city = Pune\nno sign\ncity = Delhi"}
    page = visitor.post("/organisations/acme/settings/globals", typed)
    assert page.status == 400
    assert "The line “no sign” has no =" in page.text
    assert "city is here twice" in page.text
    rows = {"assistants.0.key": "asst_a", "assistants.0.prompt": "Be kind."}
    rows |= {"assistants.1.key": "asst_a", "assistants.1.prompt": "Be short."}
    page = visitor.post("/organisations/acme/settings/assistants", rows)
    assert page.status == 400
    assert "asst_a is here twice" in page.text
    assert "Be kind." in page.html
    assert "Be short." in page.html
