"""Question sets over HTTP: put, shown, listed, deleted and brought back."""

from __future__ import annotations

from typing import Any

import pytest

from answers.question_sets import set_checks
from service.rotate_keys import rotate
from tests.fixtures_app import FIRST_KEY, SECOND_KEY, OpenService, Service, make_config

FARM: dict[str, Any] = {
    "target": {"function": "parse_via_chat_gpt", "body": {"prompt": "Help farmers."}},
    "judge": {"model": "m", "minimum": 3},
    "cases": [
        {
            "id": "seed",
            "question": "कौन सा बीज?",
            "body": {"temperature": 0},
            "answer": "Wheat",
            "checks": [{"contains": ["wheat", "rice"]}, {"language": "English"}],
            "must": True,
        },
        {"id": "talk", "turns": ["Hello", {"type": "image", "url": "https://x.example/1.png"}]},
    ],
}
PATH = "/question-sets/acme/crops"


@pytest.fixture
def acme(service: Service) -> Service:
    service.organisation()
    return service


def put(service: Service, **changes: Any) -> Any:
    answer = service.admin("PUT", PATH, {**FARM, **changes})
    assert answer.status in (200, 201), answer.body
    return answer


def test_a_set_is_created_and_replaced(acme: Service) -> None:
    created = put(acme)
    assert created.status == 201
    assert created.json["cases"] == 2
    shown = acme.admin("GET", PATH)
    assert {name: shown.json[name] for name in FARM} == FARM
    assert (shown.json["name"], shown.json["count"]) == ("crops", 2)
    assert shown.json["updated_at"].endswith("Z")
    assert shown.headers["ETag"] == created.headers["ETag"]
    again = acme.admin("PUT", PATH, shown.json)
    assert (again.status, again.headers["ETag"]) == (200, shown.headers["ETag"])


def test_a_flow_is_a_target_too(acme: Service) -> None:
    target = {"flow": "u-1", "pretend": True, "body": {"results": {"crop": "rice"}}}
    sent = {"target": target, "cases": [{"id": "a", "question": "x", "checks": [{"reaches": "B"}]}]}
    assert acme.admin("PUT", PATH, sent).status == 201
    shown = acme.admin("GET", PATH).json
    assert shown["target"] == target
    assert shown["cases"] == sent["cases"]
    assert shown["judge"] == {"minimum": 4}


def test_sets_are_listed_by_name(acme: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("answers.api.question_set_routes.PAGE_SETS", 2)
    assert acme.admin("GET", "/question-sets/acme").json == {
        "question_sets": [],
        "next_cursor": None,
    }
    for name in ("c", "a", "b"):
        acme.admin("PUT", f"/question-sets/acme/{name}", FARM)
    first = acme.admin("GET", "/question-sets/acme").json
    assert [one["name"] for one in first["question_sets"]] == ["a", "b"]
    assert first["question_sets"][0]["target"] == FARM["target"]
    assert first["question_sets"][0]["cases"] == 2
    second = acme.admin("GET", f"/question-sets/acme?cursor={first['next_cursor']}").json
    assert [one["name"] for one in second["question_sets"]] == ["c"]
    assert second["next_cursor"] is None


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no target": ({"target": {}}, "target"),
    "two targets": ({"target": {"function": "chat", "flow": "u"}}, "target"),
    "unknown key": ({"targets": 1}, "targets"),
    "unknown key of the target": ({"target": {"function": "chat", "fields": {}}}, "target.fields"),
    "unknown key of a case": ({"cases": [{"question": "x", "answers": "y"}]}, "cases.0.answers"),
    "unknown key of the judge": ({"judge": {"min": 1}}, "judge.min"),
    "a score too high": ({"judge": {"minimum": 6}}, "judge.minimum"),
    "no such function": ({"target": {"function": "chatt"}}, "target"),
    "pretending a function": ({"target": {"function": "chat", "pretend": True}}, "target.pretend"),
    "neither question nor turns": ({"cases": [{"answer": "x"}]}, "cases.0.question"),
    "both": ({"cases": [{"question": "x", "turns": ["x"]}]}, "cases.0.question"),
    "an empty question": ({"cases": [{"question": ""}]}, "cases.0.question"),
    "a long question": ({"cases": [{"question": "x" * 32_001}]}, "cases.0.question"),
    "no turns": ({"cases": [{"turns": []}]}, "cases.0.turns"),
    "too many turns": ({"cases": [{"turns": ["x"] * 51}]}, "cases.0.turns"),
    "a turn that is none": ({"cases": [{"turns": ["x", 5]}]}, "cases.0.turns.1"),
    "an id twice": (
        {"cases": [{"id": "a", "question": "x"}, {"id": "a", "question": "y"}]},
        "cases.1.id",
    ),
    "an id that is a path": ({"cases": [{"id": "../x", "question": "x"}]}, "cases.0.id"),
    "no check of this name": (
        {"cases": [{"question": "x"}, {"question": "x", "checks": [{"contain": "y"}]}]},
        "cases.1.checks.0.contain",
    ),
    "a check of flows": (
        {"cases": [{"question": "x", "checks": [{"reaches": "y"}]}]},
        "cases.0.checks.0.reaches",
    ),
    "a pattern that is none": (
        {"cases": [{"question": "x", "checks": [{"matches": "("}]}]},
        "cases.0.checks.0.matches",
    ),
    "too many checks": (
        {"cases": [{"question": "x", "checks": [{"contains": "y"}] * 51}]},
        "cases.0.checks",
    ),
    "a large body": ({"target": {"function": "chat", "body": {"x": "y" * 300_000}}}, "target.body"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_named_and_nothing_is_stored(acme: Service, what: str) -> None:
    changes, place = WRONG[what]
    refused = acme.admin("PUT", PATH, {**FARM, **changes})
    assert refused.status == 400
    found: Any = refused.error["fields"]
    for name in place.split("."):
        assert name in found, refused.error
        found = found[name]
    assert acme.admin("GET", PATH).status == 404


def test_many_faults_are_told_in_few_words(acme: Service) -> None:
    cases = [{"question": "x", "checks": [{"contain": "y"}]}] * 5_000
    refused = acme.admin("PUT", PATH, {**FARM, "cases": cases})
    assert refused.status == 400
    assert len(refused.error["fields"]["cases"]) == 20
    assert len(refused.body) < 10_000


def test_a_body_that_is_no_question_set_is_refused(acme: Service) -> None:
    assert acme.admin("PUT", PATH, raw=b"[]").error["type"] == "invalid_json"
    assert acme.admin("PUT", PATH, raw=b"{").error["type"] == "invalid_json"
    headers = {"Content-Type": "text/csv"}
    assert acme.admin("PUT", PATH, raw=b"{}", headers=headers).status == 415
    for name in ("Farm", "f" * 65, "f%20"):
        assert acme.admin("PUT", f"/question-sets/acme/{name}", FARM).status == 400


def test_a_set_may_have_8_mebibytes(acme: Service) -> None:
    cases = [{"question": f"{number}{'ह' * 1_000}"} for number in range(1_300)]
    sent = {**FARM, "cases": cases}
    assert put(acme, cases=cases).json["cases"] == 1_300
    assert len(acme.admin("GET", PATH).json["cases"]) == len(sent["cases"])
    refused = acme.admin("PUT", PATH, raw=b'{"target": "' + b"x" * 8 * 1024 * 1024 + b'"}')
    assert refused.error["type"] == "too_large"
    assert "8 MiB" in refused.error["message"]


def test_no_set_is_larger_than_its_bounds(acme: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_checks, "MAX_CASES", 1)
    assert acme.admin("PUT", PATH, FARM).error["type"] == "too_large"


def test_two_who_change_a_set(acme: Service) -> None:
    tag = put(acme).headers["ETag"]
    newer = acme.admin("PUT", PATH, {**FARM, "cases": []}, headers={"If-Match": tag})
    assert newer.status == 200
    for method in ("PUT", "DELETE"):
        body = FARM if method == "PUT" else None
        late = acme.admin(method, PATH, body, headers={"If-Match": tag})
        assert (late.status, late.error["type"]) == (412, "conflict")
        assert list(late.error["fields"]) == ["cases"]
    deleted = acme.admin("DELETE", PATH, headers={"If-Match": newer.headers["ETag"]})
    assert deleted.status == 204


def test_a_deleted_set_is_brought_back(acme: Service) -> None:
    put(acme)
    assert acme.admin("DELETE", PATH).status == 204
    assert acme.admin("GET", PATH).error["type"] == "not_found"
    assert acme.admin("DELETE", PATH).status == 404
    [item] = acme.admin("GET", "/trash/acme").json["trash"]
    assert (item["kind"], item["name"]) == ("question_set", "crops")
    assert acme.admin("POST", f"/trash/acme/{item['id']}/restore").status == 200
    assert acme.admin("GET", PATH).json["cases"] == FARM["cases"]


def test_an_organisation_that_is_not_there_has_none(acme: Service) -> None:
    for method, path in (
        ("GET", "/question-sets/none"),
        ("PUT", "/question-sets/none/crops"),
        ("POST", "/question-sets/none/crops/cases"),
    ):
        answer = acme.operator(method, path, None if method == "GET" else FARM)
        assert answer.error["type"] == "not_found"
    assert list(acme.redis.scan_iter("fh:{none}:*")) == []


def test_with_the_organisation_its_sets_go(acme: Service) -> None:
    put(acme)
    put(acme)
    acme.admin("DELETE", PATH)
    put(acme)
    assert acme.operator("DELETE", "/settings/acme").status == 204
    assert list(acme.redis.scan_iter("fh:{acme}:*")) == [b"fh:{acme}:gone"]


def test_a_full_store_takes_no_set_but_deletes_one(
    open_service: OpenService, real_redis: Any
) -> None:
    service = open_service(real_redis)
    service.organisation()
    put(service)
    bound = real_redis.config_get("maxmemory")["maxmemory"]
    real_redis.config_set("maxmemory", 100_000)
    try:
        assert service.admin("PUT", "/question-sets/acme/more", FARM).status == 503
        assert service.admin("GET", PATH).json["count"] == 2
        assert service.admin("DELETE", PATH).status == 204
    finally:
        real_redis.config_set("maxmemory", bound)
    assert service.admin("GET", PATH).status == 404
    assert service.admin("GET", "/trash/acme").json["trash"] == []


def test_a_set_outlives_the_key_that_sealed_it(open_service: OpenService, fake_redis: Any) -> None:
    before = open_service(fake_redis, encryption_keys=(FIRST_KEY,))
    tenant = before.organisation()
    put(before)
    before.admin("PUT", "/question-sets/acme/deleted", FARM)
    before.admin("DELETE", "/question-sets/acme/deleted")
    rotate(fake_redis, make_config(encryption_keys=(SECOND_KEY, FIRST_KEY)))
    after = open_service(fake_redis, encryption_keys=(SECOND_KEY,))
    after.tenant = tenant
    assert after.admin("GET", PATH).json["cases"] == FARM["cases"]
    assert after.admin("POST", f"{PATH}/cases", {"question": "x"}).status == 201
    [item] = after.admin("GET", "/trash/acme").json["trash"]
    assert after.admin("POST", f"/trash/acme/{item['id']}/restore").status == 200
    assert after.admin("GET", "/question-sets/acme/deleted").json["cases"] == FARM["cases"]
