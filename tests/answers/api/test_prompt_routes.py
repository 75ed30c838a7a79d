"""Saved prompts over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.redis.fullness import FULL
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Answer, OpenService, Service
from tests.waiting import wait_for

PROMPTS = "/prompts/acme"
HELP = f"{PROMPTS}/farmer_help"
TEXT = "You help farmers in {{district}}, {{ name }}."
FORMAT = {
    "type": "json_schema",
    "json_schema": {"name": "a", "schema": {"type": "object", "properties": {}}},
}


@pytest.fixture
def acme(service: Service) -> Service:
    service.organisation()
    return service


def save(acme: Service, text: str = TEXT, name: str = "farmer_help", **more: Any) -> Answer:
    return acme.admin("POST", f"{PROMPTS}/{name}", {"text": text, **more})


def live(acme: Service, versions: Any, **more: Any) -> Answer:
    return acme.admin("POST", f"{HELP}/live", {"versions": versions}, **more)


def test_a_new_version_is_201_and_the_same_again_200(acme: Service) -> None:
    made = save(acme)
    assert (made.status, made.json) == (
        201,
        {"name": "farmer_help", "version": 1, "variables": ["district", "name"]},
    )
    again = save(acme, note="another note")
    assert (again.status, again.json) == (200, made.json)
    second = save(acme, "Help.", model="gpt-6-luna", temperature=0.5, max_tokens=9, note="why",
                  response_format=FORMAT)  # fmt: skip
    assert (second.status, second.json["version"]) == (201, 2)
    shown = acme.admin("GET", f"{HELP}/2").json
    assert shown.pop("at").endswith("Z")
    assert shown.pop("by").startswith("token ")
    assert shown == {
        "name": "farmer_help",
        "version": 2,
        "text": "Help.",
        "variables": [],
        "model": "gpt-6-luna",
        "temperature": 0.5,
        "max_tokens": 9,
        "response_format": FORMAT,
        "note": "why",
        "live": 0,
    }


def test_versions_are_listed_newest_first(acme: Service) -> None:
    for number in range(1, 4):
        save(acme, f"Text {number}")
    live(acme, {"3": 80, "1": 20})
    shown = acme.admin("GET", HELP).json
    assert shown["name"] == "farmer_help"
    assert shown["next_cursor"] is None
    told = [(one["version"], one["text"], one["live"]) for one in shown["versions"]]
    assert told == [(3, "Text 3", 80), (2, "Text 2", 0), (1, "Text 1", 20)]
    save(acme, name="another")
    listed = acme.admin("GET", PROMPTS).json
    assert listed["next_cursor"] is None
    assert [(one["name"], one["newest"], one["live"]) for one in listed["prompts"]] == [
        ("another", 1, {}),
        ("farmer_help", 3, {"1": 20, "3": 80}),
    ]


def test_many_versions_come_page_by_page(acme: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("answers.api.prompt_routes.PAGE_VERSIONS", 2)
    for number in range(1, 5):
        save(acme, f"Text {number}")
    seen, cursor = [], ""
    while cursor is not None:
        page = acme.admin("GET", f"{HELP}?cursor={cursor}").json
        seen += [one["version"] for one in page["versions"]]
        cursor = page["next_cursor"]
    assert seen == [4, 3, 2, 1]
    for wrong in ("x", "-1", "1" * 10):
        assert acme.admin("GET", f"{HELP}?cursor={wrong}").status == 400


def test_going_live_and_back(acme: Service) -> None:
    save(acme, "One"), save(acme, "Two")
    for split in ({"2": 100}, {"1": 80, "2": 20}, {"1": 100}):
        answer = live(acme, split)
        assert answer.status == 200
        assert (answer.json["name"], answer.json["live"]) == ("farmer_help", split)
        assert acme.admin("GET", PROMPTS).json["prompts"][0]["live"] == split


@pytest.mark.parametrize(
    "versions",
    [
        {"1": 50, "2": 49},
        {"1": 60, "2": 60},
        {"1": 50.5, "2": 49.5},
        {"1": 100, "2": 0},
        {"1": 110, "2": -10},
        {"1": "100"},
        {"1": True},
        {"one": 100},
        {"01": 100},
        {"0": 100},
        {},
        [1],
        None,
        {str(number): 9 if number > 1 else 10 for number in range(1, 12)},
    ],
)
def test_a_wrong_split_is_refused(acme: Service, versions: Any) -> None:
    save(acme, "One"), save(acme, "Two")
    answer = live(acme, versions)
    assert answer.status == 400
    assert answer.error["type"] == "invalid_input"
    assert "versions" in answer.error["fields"]
    assert acme.admin("GET", HELP).json["live"] == {}


@pytest.mark.parametrize(
    ("versions", "told"),
    [
        ({"1": 100, "2": 0}, "leave out one that takes none"),
        ({"1": 60, "2": 60}, "120 percent, not 100"),
        ({}, "0 percent, not 100"),
        ({str(number): 9 if number > 1 else 10 for number in range(1, 12)}, "At most 10 versions"),
        ({"1": 10**15}, "1 to 100 percent"),
    ],
)
def test_a_refused_split_says_what_is_wrong(acme: Service, versions: Any, told: str) -> None:
    save(acme, "One"), save(acme, "Two")
    error = live(acme, versions).error
    assert told in error["message"]
    assert told in error["fields"]["versions"][0]
    assert '{"3": 80, "4": 20}' in error["fix"]


def test_what_is_not_there_is_404(acme: Service) -> None:
    save(acme)
    for method, path, body in (
        ("GET", f"{PROMPTS}/other", None),
        ("GET", f"{PROMPTS}/other/1", None),
        ("GET", f"{HELP}/2", None),
        ("GET", f"{HELP}/0", None),
        ("GET", f"{HELP}/{10**30}", None),
        ("DELETE", f"{PROMPTS}/other", None),
        ("POST", f"{PROMPTS}/other/live", {"versions": {"1": 100}}),
        ("POST", f"{HELP}/live", {"versions": {"2": 100}}),
        ("GET", f"{PROMPTS}/Not A Name", None),
    ):
        answer = acme.admin(method, path, body)
        assert (answer.status, answer.error["type"]) == (404, "not_found"), path
    assert acme.operator("GET", "/prompts/nobody").status == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""),
        ("text", "   \n"),
        ("text", "x" * 32_001),
        ("text", 5),
        ("text", None),
        ("model", "no model\n"),
        ("temperature", 2.1),
        ("temperature", True),
        ("max_tokens", 0),
        ("max_tokens", 1.5),
        ("response_format", "xml"),
        ("response_format", {"type": "json_schema"}),
        (
            "response_format",
            {"type": "json_schema", "json_schema": {"schema": {"x": "y" * 40_000}}},
        ),
        (
            "response_format",
            {"type": "json_schema", "json_schema": {"schema": {}, "description": 5}},
        ),
        ("note", "x" * 1001),
        ("prompt", "of another name"),
    ],
)
def test_a_wrong_field_is_named(acme: Service, field: str, value: Any) -> None:
    answer = acme.admin("POST", HELP, {"text": TEXT, field: value})
    assert (answer.status, answer.error["type"]) == (400, "invalid_input")
    assert field in answer.error["fields"]
    assert acme.admin("GET", PROMPTS).json["prompts"] == []


def test_a_text_comes_back_as_it_was_sent(acme: Service) -> None:
    text = "  आप किसानों की मदद करते हैं।\r\n" + "क" * 31_900 + "\n"
    assert save(acme, text).status == 201
    assert acme.admin("GET", f"{HELP}/1").json["text"] == text


@pytest.mark.parametrize("name", ["Farmer", "a b", "a" * 65, "नाम", "a.b", "a@1"])
def test_a_wrong_name_is_refused(acme: Service, name: str) -> None:
    answer = save(acme, name=name)
    assert (answer.status, answer.error["type"]) == (400, "invalid_input")


def test_of_two_people_the_second_is_told(acme: Service) -> None:
    save(acme, "One")
    read = acme.admin("GET", HELP).headers["ETag"]
    theirs = acme.admin("POST", HELP, {"text": "Two"}, headers={"If-Match": read})
    assert theirs.status == 201
    for answer in (
        acme.admin("POST", HELP, {"text": "Mine"}, headers={"If-Match": read}),
        live(acme, {"1": 100}, headers={"If-Match": read}),
        acme.admin("DELETE", HELP, headers={"If-Match": read}),
        acme.admin("POST", f"{PROMPTS}/gone", {"text": "Mine"}, headers={"If-Match": read}),
    ):
        assert (answer.status, answer.error["type"]) == (412, "conflict")
    current = theirs.headers["ETag"]
    assert live(acme, {"2": 100}, headers={"If-Match": f"{read}, {current}"}).status == 200
    assert acme.admin("GET", HELP).json["live"] == {"2": 100}
    assert acme.admin("DELETE", HELP, headers={"If-Match": "*"}).status == 204


def test_a_deleted_prompt_comes_back(acme: Service) -> None:
    save(acme, "One"), save(acme, "Two")
    live(acme, {"1": 100})
    before = acme.admin("GET", HELP).json
    assert acme.admin("DELETE", HELP).status == 204
    assert acme.admin("GET", HELP).status == 404
    (item,) = acme.admin("GET", "/trash/acme").json["trash"]
    assert (item["kind"], item["name"]) == ("prompt", "farmer_help")
    assert acme.admin("POST", f"/trash/acme/{item['id']}/restore").status == 200
    after = acme.admin("GET", HELP).json
    assert {**after, "updated_at": ""} == {**before, "updated_at": ""}


def test_an_author_changes_and_a_viewer_reads(acme: Service) -> None:
    author, viewer = acme.token("acme", "author"), acme.token("acme", "viewer")
    assert acme.request("POST", HELP, {"text": "One"}, token=author).status == 201
    body = {"versions": {"1": 100}}
    assert acme.request("POST", f"{HELP}/live", body, token=viewer).status == 403
    assert acme.request("POST", f"{HELP}/live", body, token=author).status == 200
    assert acme.request("GET", HELP, token=viewer).json["live"] == {"1": 100}


def test_prompts_are_no_settings(acme: Service) -> None:
    save(acme)
    shown = acme.admin("GET", "/settings/acme").json
    assert "farmer_help" not in str(shown)
    assert acme.admin("GET", "/settings/acme/prompts").status == 404


def test_a_full_store_refuses_new_versions_and_lets_prompts_go(acme: Service) -> None:
    save(acme)
    fullness = acme.background.fullness
    assert not fullness.is_full
    fullness.close()
    fullness._thread.join()  # type: ignore[union-attr]
    fullness.state = FULL
    for path in (HELP, f"{HELP}/live"):
        answer = acme.admin("POST", path, {"text": "Two"})
        assert (answer.status, answer.error["type"]) == (503, "overloaded")
    assert acme.admin("GET", HELP).json["newest"] == 1
    assert acme.admin("DELETE", HELP).status == 204


def test_the_process_that_changes_a_prompt_answers_with_it_at_once(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)

    def met(named: str = "farmer_help") -> Any:
        body = {"question_text": "When?", "saved_prompt": named}
        answer = service.call("parse_via_chat_gpt", body)
        return answer.json.get("prompt_version") or answer.error["type"]

    assert met() == "not_found"
    save(service, "One.")
    assert met("farmer_help@1") == 1
    assert met() == "not_found"
    live(service, {"1": 100})
    assert met() == 1
    save(service, "Two.")
    live(service, {"2": 100})
    assert met() == 2
    assert service.admin("DELETE", HELP).status == 204
    assert met() == "not_found"


def test_another_process_comes_to_know(
    open_service: OpenService, service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    other = open_service(service.redis)
    other.tenant = service.tenant

    def meets(version: int | str) -> bool:
        body = {"question_text": "When?", "saved_prompt": "farmer_help"}
        answer = service.call("parse_via_chat_gpt", body)
        return version == (answer.json.get("prompt_version") or answer.error["type"])

    assert meets("not_found")
    assert save(other, "One.").status == 201
    assert live(other, {"1": 100}).status == 200
    wait_for(lambda: meets(1), "the new version in the other process")
    assert other.admin("DELETE", HELP).status == 204
    wait_for(lambda: meets("not_found"), "the deletion in the other process")


def test_a_redis_without_room_loses_nothing_and_lets_a_prompt_go(
    open_service: OpenService, real_redis: Any
) -> None:
    acme = open_service(real_redis)
    acme.organisation()
    save(acme, "One")
    bound = real_redis.config_get("maxmemory")["maxmemory"]
    real_redis.config_set("maxmemory", 100_000)
    try:
        for answer in (save(acme, "Two"), live(acme, {"1": 100}), save(acme, name="new")):
            assert (answer.status, answer.error["type"]) == (503, "overloaded")
        shown = acme.admin("GET", HELP).json
        assert (shown["newest"], shown["live"]) == (1, {})
        assert acme.admin("DELETE", HELP).status == 204
        assert acme.admin("GET", PROMPTS).json["prompts"] == []
    finally:
        real_redis.config_set("maxmemory", bound)
    assert acme.admin("GET", "/trash/acme").json["trash"] == []
    assert save(acme, "One").json["version"] == 1
