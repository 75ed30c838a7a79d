"""What is deleted can be brought back for 30 days, secrets excepted."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.organisations import trash as module
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.trash import KEPT_SECONDS, Trash
from flowhook.redis.connect import Client
from flowhook.redis.keys import scan_organisation
from tests.fixtures_app import FIRST_KEY, OpenService, Service
from tests.flows.talking import GREETING, publish, say, texts
from tests.web.visitor import signed_in

SETTINGS = "/settings/acme"
KEY = "sk-proj-abcdefghijklmnop-wxyz"


@pytest.fixture
def acme(open_service: OpenService, any_redis: Client) -> Service:
    service = open_service(any_redis)
    service.organisation()
    return service


def listed(acme: Service) -> list[dict[str, Any]]:
    answer = acme.admin("GET", "/trash/acme")
    assert (answer.status, answer.json["next_cursor"]) == (200, None)
    return list(answer.json["trash"])


def restore(acme: Service, item: dict[str, Any]) -> int:
    return acme.admin("POST", f"/trash/acme/{item['id']}/restore").status


def test_a_section_comes_back_without_its_secrets(acme: Service) -> None:
    acme.operator("PATCH", f"{SETTINGS}/openai", {"api_key": KEY, "default_model": "gpt-6-luna"})
    acme.operator("PUT", f"{SETTINGS}/openai/accounts/backup", {"api_key": KEY, "project": "p1"})
    assert acme.admin("DELETE", f"{SETTINGS}/openai").status == 204
    (item,) = listed(acme)
    assert (item["kind"], item["name"]) == ("section", "openai")
    assert item["by"].startswith("token ")
    assert item["deleted_at"] < item["until"]
    assert restore(acme, item) == 200
    shown = acme.admin("GET", f"{SETTINGS}/openai").json
    assert (shown["default_model"], shown["has_api_key"]) == ("gpt-6-luna", False)
    account = acme.admin("GET", f"{SETTINGS}/openai/accounts/backup").json
    assert (account["project"], account["has_api_key"]) == ("p1", False)
    assert listed(acme) == []
    assert restore(acme, item) == 404


def test_a_section_does_not_come_back_over_a_new_one(acme: Service) -> None:
    acme.admin("PUT", f"{SETTINGS}/limits", {"concurrent_calls": 5})
    acme.admin("DELETE", f"{SETTINGS}/limits")
    acme.admin("PUT", f"{SETTINGS}/limits", {"concurrent_calls": 6})
    (item,) = listed(acme)
    assert restore(acme, item) == 409
    assert acme.admin("GET", f"{SETTINGS}/limits").json == {"concurrent_calls": 6}
    assert listed(acme) == [item]


def test_nothing_of_it_can_be_read_in_the_store(acme: Service) -> None:
    acme.admin("PUT", f"{SETTINGS}/globals", {"values": {"helpline": "1800 555 123"}})
    acme.admin("DELETE", f"{SETTINGS}/globals")
    stored = acme.redis.hgetall("fh:{acme}:trash")
    assert len(stored) == 1
    assert b"1800" not in b"".join(stored.values())


def test_a_flow_comes_back_as_it_was_and_its_contacts_go_on(acme: Service) -> None:
    publish(acme, GREETING)
    assert texts(say(acme, "hello")) == ["What is your name?"]
    assert acme.admin("DELETE", "/flows/acme/greeting").status == 204
    (item,) = listed(acme)
    assert (item["kind"], item["name"]) == ("flow", "Greeting")
    assert acme.admin("GET", "/flows/acme").json["flows"] == []
    assert restore(acme, item) == 200
    (shown,) = acme.admin("GET", "/flows/acme").json["flows"]
    assert (shown["is_published"], shown["keywords"]) == (True, ["hello"])
    assert texts(say(acme, "Asha")) == ["Hello Asha"]
    assert texts(say(acme, "hello", contact="8")) == ["What is your name?"]
    kept = [key for key in scan_organisation(acme.redis, "acme") if b":flow" in key]
    assert len(kept) > 1
    assert all(acme.redis.ttl(key) == -1 for key in kept)


def test_a_flow_does_not_come_back_over_another(acme: Service) -> None:
    publish(acme, GREETING)
    acme.admin("DELETE", "/flows/acme/greeting")
    (item,) = listed(acme)
    publish(acme, {**GREETING, "uuid": "other", "name": "Other"})
    assert restore(acme, item) == 409  # its keyword is taken
    acme.admin("DELETE", "/flows/acme/other")
    publish(acme, GREETING)
    assert restore(acme, item) == 409  # it was imported again
    acme.admin("DELETE", "/flows/acme/greeting")
    assert [one["name"] for one in listed(acme)] == ["Greeting", "Other", "Greeting"]
    assert restore(acme, item) == 200


def test_an_author_brings_flows_back_and_no_settings(acme: Service) -> None:
    publish(acme, GREETING)
    acme.admin("DELETE", "/flows/acme/greeting")
    acme.admin("DELETE", f"{SETTINGS}/openai")
    author = acme.token("acme", "author")
    by_kind = {one["kind"]: one["id"] for one in listed(acme)}
    for kind, status in (("flow", 200), ("section", 403)):
        path = f"/trash/acme/{by_kind[kind]}/restore"
        assert acme.request("POST", path, token=author).status == status


def test_deleting_the_organisation_empties_it(acme: Service) -> None:
    publish(acme, GREETING)
    acme.admin("DELETE", "/flows/acme/greeting")
    trash = [key for key in scan_organisation(acme.redis, "acme") if b":trash" in key]
    assert len(trash) == 2
    acme.operator("DELETE", SETTINGS)
    assert not acme.redis.exists(*trash)


def put(trash: Trash, name: str, size: int = 0) -> None:
    pipe = trash.redis.pipeline()
    trash.put(pipe, "acme", trash.item("flow", name, "me", {}, size))
    pipe.execute()


def test_it_ends_after_30_days_and_is_bounded(
    fake_redis: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    trash = Trash(fake_redis, Cipher((FIRST_KEY,)), lambda: now[0])

    def names() -> list[str]:
        return [one.name for one in trash.items("acme")]

    put(trash, "first")
    now[0] = 10.0
    put(trash, "second", module.MAX_BYTES - 100)
    assert names() == ["second", "first"]
    now[0] = 20.0
    put(trash, "third", 200)
    assert names() == ["third"]  # the older ones had to go
    now[0] = 21.0 + KEPT_SECONDS
    assert names() == []
    monkeypatch.setattr(module, "MAX_ITEMS", 3)
    for number in range(5):
        now[0] += 1
        put(trash, str(number))
    assert names() == ["4", "3", "2"]
    assert fake_redis.hlen("fh:{acme}:trash") == 3


def test_deleting_again_and_again_does_not_fill_the_store(service: Service) -> None:
    service.organisation()
    large = {"values": {f"g{number}": "x" * 9_900 for number in range(100)}}
    for _ in range(6):
        assert service.admin("PUT", f"{SETTINGS}/globals", large).status == 201
        assert service.admin("DELETE", f"{SETTINGS}/globals").status == 204
    stored = service.redis.hvals("fh:{acme}:trash")
    assert sum(map(len, stored)) < module.MAX_CONTENT_BYTES * 1.01
    assert len(stored) == 4


def test_the_page_brings_back(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    visitor.post("/organisations/acme/settings/limits", {"concurrent_calls": "5"})
    visitor.post("/organisations/acme/settings/limits/delete")
    page = visitor.get("/organisations/acme/trash")
    assert "Limits Settings. Deleted by operator" in page.text
    action = next(a["action"] for tag, a in page.elements if "/restore" in str(a.get("action")))
    brought = visitor.post(str(action))
    assert (brought.status, brought.headers["Location"].endswith("?done=restored")) == (303, True)
    assert service.operator("GET", f"{SETTINGS}/limits").json == {"concurrent_calls": 5}
    again = visitor.post(str(action))
    assert (again.status, "Nothing that was deleted has this id" in again.text) == (404, True)


def test_the_page_says_what_each_thing_was(service: Service) -> None:
    service.organisation()
    publish(service, GREETING)
    service.admin("POST", "/prompts/acme/farmer_help", {"text": "Help."})
    service.admin("DELETE", "/prompts/acme/farmer_help")
    service.admin("DELETE", f"/flows/acme/{GREETING['uuid']}")
    text = signed_in(service).get("/organisations/acme/trash").text
    assert "farmer_help Prompt. Deleted by" in text
    assert "Greeting Flow. Deleted by" in text


def test_an_organisation_outlives_its_last_section(service: Service) -> None:
    made = service.operator("PUT", f"{SETTINGS}/openai", {"is_active": False})
    assert (made.status, made.headers["X-Organization-Created"]) == (201, "acme")
    again = service.operator("PUT", f"{SETTINGS}/limits", {"concurrent_calls": 5})
    assert (again.status, "X-Organization-Created" in again.headers) == (201, False)
    for section in ("openai", "limits"):
        assert service.operator("DELETE", f"{SETTINGS}/{section}").status == 204
    assert service.operator("GET", SETTINGS).json["id"] == "acme"
    visitor = signed_in(service)
    assert visitor.get("/organisations/acme").status == 200
    assert "Limits" in visitor.get("/organisations/acme/trash").text
    (item, _) = service.operator("GET", "/trash/acme").json["trash"]
    assert service.operator("POST", f"/trash/acme/{item['id']}/restore").status == 200
    assert service.operator("GET", f"{SETTINGS}/limits").json == {"concurrent_calls": 5}
    assert service.operator("DELETE", SETTINGS).status == 204
    assert service.operator("GET", SETTINGS).status == 404


def test_a_first_token_says_that_it_made_an_organisation(service: Service) -> None:
    wanted = {"scope": "webhook"}
    made = service.operator("POST", "/settings/acmee/tokens", wanted)
    assert (made.status, made.headers.get("X-Organization-Created")) == (201, "acmee")
    again = service.operator("POST", "/settings/acmee/tokens", wanted)
    assert (again.status, "X-Organization-Created" in again.headers) == (201, False)
