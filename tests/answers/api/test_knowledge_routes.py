"""Bases of documents over HTTP."""

from __future__ import annotations

import pytest

from flowhook.organisations import trash
from flowhook.redis.fullness import FULL
from tests.answers.knowledge.library import FEES, SOWING, Library
from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import Service
from tests.fixtures_jobs import JobsService
from tests.waiting import wait_for

BASES = "/knowledge/acme"
LEAFLETS = f"{BASES}/leaflets"


@pytest.fixture
def acme(service: Service) -> Service:
    service.organisation()
    return service


def test_a_base_is_made_changed_listed_and_shown(acme: Service) -> None:
    made = acme.admin("PUT", LEAFLETS, {"title": "Leaflets"})
    assert made.status == 201
    shown = made.json
    assert shown.pop("updated_at").endswith("Z")
    assert shown == {
        "name": "leaflets",
        "title": "Leaflets",
        "embedding_model": None,
        "documents": 0,
        "bytes": 0,
    }
    changed = acme.admin("PUT", LEAFLETS, {"embedding_model": "text-embedding-3-small"})
    assert (changed.status, changed.json["title"]) == (200, "Leaflets")
    assert changed.json["embedding_model"] == "text-embedding-3-small"
    acme.admin("PUT", f"{BASES}/crops", {})
    listed = acme.admin("GET", BASES).json
    assert [base["name"] for base in listed["bases"]] == ["crops", "leaflets"]
    assert listed["next_cursor"] is None
    none = acme.admin("PUT", LEAFLETS, {"embedding_model": None})
    assert none.json["embedding_model"] is None
    assert acme.admin("GET", LEAFLETS).json == none.json


def test_if_match_keeps_two_people_from_overwriting_each_other(acme: Service) -> None:
    tag = acme.admin("PUT", LEAFLETS, {"title": "Leaflets"}).headers["ETag"]
    mine = acme.admin("PUT", LEAFLETS, {"title": "Mine"}, headers={"If-Match": tag})
    assert mine.status == 200
    late = acme.admin("PUT", LEAFLETS, {"title": "Late"}, headers={"If-Match": tag})
    assert late.status == 412
    assert acme.admin("DELETE", LEAFLETS, headers={"If-Match": tag}).status == 412
    assert acme.admin("GET", LEAFLETS).headers["ETag"] == mine.headers["ETag"]
    assert acme.admin("DELETE", LEAFLETS, headers={"If-Match": '"x", *'}).status == 412
    assert acme.admin("DELETE", LEAFLETS, headers={"If-Match": "*"}).status == 204


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{BASES}/No Name", {}),
        (LEAFLETS, {"title": "x" * 201}),
        (LEAFLETS, {"titel": "x"}),
        (LEAFLETS, {"title": 5}),
        (LEAFLETS, {"embedding_model": "x" * 1000}),
    ],
)
def test_what_is_wrong_is_named(acme: Service, path: str, body: dict[str, object]) -> None:
    answer = acme.admin("PUT", path, body)
    assert (answer.status, answer.error["type"]) == (400, "invalid_input")


def test_what_is_not_there_is_404(acme: Service) -> None:
    for method, path, body in (
        ("GET", LEAFLETS, None),
        ("DELETE", LEAFLETS, None),
        ("POST", f"{LEAFLETS}/search", {"question": "Why?"}),
        ("GET", f"{LEAFLETS}/documents", None),
        ("POST", f"{LEAFLETS}/documents", {"title": "a", "text": "b"}),
        ("GET", f"{LEAFLETS}/documents/d", None),
        ("DELETE", f"{LEAFLETS}/documents/d", None),
    ):
        answer = acme.admin(method, path, body)
        assert (answer.status, answer.error["type"]) == (404, "not_found"), (method, path)
    assert acme.operator("GET", "/knowledge/nobody").status == 404


def test_an_organisation_may_have_fifty_bases(acme: Service) -> None:
    for number in range(50):
        assert acme.admin("PUT", f"{BASES}/b{number}", {}).status == 201
    assert acme.admin("PUT", f"{BASES}/b50", {}).status == 413
    assert acme.admin("PUT", f"{BASES}/b49", {"title": "Last"}).status == 200


def test_a_full_store_takes_nothing_new_and_lets_delete(acme: Service) -> None:
    acme.admin("PUT", LEAFLETS, {})
    acme.background.fullness.state = FULL
    assert acme.admin("PUT", f"{BASES}/more", {}).error["type"] == "overloaded"
    sent = acme.admin("POST", f"{LEAFLETS}/documents", {"title": "a", "text": "b"})
    assert sent.error["type"] == "overloaded"
    assert acme.admin("DELETE", LEAFLETS).status == 204


def test_who_may_do_what(acme: Service) -> None:
    acme.admin("PUT", LEAFLETS, {})
    question = {"question": "Why?"}
    expected = {
        "webhook": (403, 403, 403, 403),
        "viewer": (200, 200, 403, 403),
        "expert": (200, 200, 403, 403),
        "author": (200, 200, 200, 202),
    }
    for scope, statuses in expected.items():
        token = acme.token("acme", scope)
        got = (
            acme.request("GET", BASES, token=token).status,
            acme.request("POST", f"{LEAFLETS}/search", question, token=token).status,
            acme.request("PUT", LEAFLETS, {"title": "x"}, token=token).status,
            acme.request(
                "POST", f"{LEAFLETS}/documents", {"title": "a", "text": "b"}, token=token
            ).status,
        )
        assert got == statuses, scope


def test_another_organisation_sees_nothing(acme: Service) -> None:
    acme.admin("PUT", LEAFLETS, {})
    acme.organisation(org="other")
    assert acme.admin("GET", BASES).status == 403
    assert acme.admin("GET", "/knowledge/other").json["bases"] == []


# --- with documents -----------------------------------------------------------------------


@pytest.fixture
def library(jobs: JobsService) -> Library:
    jobs.service.organisation()
    found = Library(jobs.service)
    assert found.put(title="Leaflets").status == 201
    return found


def test_a_search_is_bounded_and_told_in_its_shape(library: Library) -> None:
    service = library.service
    assert library.search("How much is the fee?") == []
    library.wait(library.send(FEES))
    [found] = library.search("How much is the fee?", top=20)
    assert set(found) == {"document", "title", "page", "text", "score"}
    assert (found["title"], found["page"]) == ("fees.md", 0)
    assert 0 <= found["score"] <= 1
    for body in ({}, {"question": ""}, {"question": "Why?", "top": 21}, {"question": "a", "b": 1}):
        answer = service.admin("POST", f"{library.path}/search", body)
        assert answer.error["type"] == "invalid_input", body


def test_a_deleted_base_comes_back_with_its_documents(library: Library) -> None:
    service = library.service
    ready = library.wait(library.send(FEES))
    assert service.admin("DELETE", library.path).status == 204
    assert service.admin("GET", BASES).json["bases"] == []
    assert service.admin("POST", f"{library.path}/search", {"question": "?"}).status == 404
    [item] = service.admin("GET", "/trash/acme").json["trash"]
    assert (item["kind"], item["name"]) == ("knowledge_base", "leaflets")
    taken = library.put()
    assert taken.status == 201
    restore = f"/trash/acme/{item['id']}/restore"
    assert service.admin("POST", restore).status == 409
    service.admin("DELETE", library.path)
    assert service.admin("POST", restore).status < 300
    assert library.document(ready["id"]) == ready
    [found] = library.search("How much is the fee?")
    assert found["document"] == ready["id"]
    assert service.admin("GET", library.path).json["bytes"] > 0
    left = [key for key in service.redis.scan_iter("*knowledge*") if service.redis.ttl(key) >= 0]
    assert not left


def test_what_waited_to_be_read_is_read_when_its_base_comes_back(
    jobs_unattended: JobsService,
) -> None:
    service = jobs_unattended.service
    service.organisation()
    library = Library(service)
    library.put()
    sent = library.send(FEES)
    service.admin("DELETE", library.path)
    jobs_unattended.start_worker()
    wait_for(lambda: not service.redis.zcard("fh:knowledge"), "nothing to read")
    [item] = service.admin("GET", "/trash/acme").json["trash"]
    service.admin("POST", f"/trash/acme/{item['id']}/restore")
    service.app.extensions["document_reader"].sweep()
    assert library.wait(sent)["status"] == "ready"
    jobs_unattended.stop_worker()


def test_a_base_that_is_larger_than_the_trash_is_gone_for_good(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = library.service
    library.wait(library.send(FEES))
    monkeypatch.setattr(trash, "MAX_BYTES", 10)
    gone = service.admin("DELETE", library.path)
    assert (gone.status, gone.json) == (200, {"can_be_restored": False})
    assert service.admin("GET", "/trash/acme").json["trash"] == []
    assert not list(service.redis.scan_iter("*knowledge*"))


def test_a_deleted_organisation_leaves_nothing(library: Library) -> None:
    service = library.service
    library.wait(library.send(FEES))
    assert service.operator("DELETE", "/settings/acme").status < 300
    left = [key for key in service.redis.scan_iter("*") if b"knowledge" in key or b"{acme}" in key]
    assert {key.decode() for key in left} <= {"fh:{acme}:gone", "fh:audit:{acme}"}


# --- embeddings ---------------------------------------------------------------------------


def test_passages_and_questions_are_embedded_where_the_base_says_so(
    library: Library, openai: FakeOpenAI
) -> None:
    service = library.service
    service.organisation(openai)
    library.wait(library.send(FEES))
    assert not openai.requests
    library.put(embedding_model="text-embedding-3-small")
    [first] = service.admin("GET", f"{library.path}/documents").json["documents"]
    wait_for(lambda: library.document(first["id"])["embedding_model"], "its embeddings")
    second = library.wait(library.send(SOWING, "sowing.md"))
    wait_for(lambda: library.document(second["id"])["embedding_model"], "its embeddings")
    asked = len(openai.requests)
    assert asked == 2
    assert library.search("When is the fee to be paid?")[0]["document"] == first["id"]
    assert len(openai.requests) == asked + 1
    service.flush()
    assert {entry["function"] for entry in service.admin("GET", "/logs/acme").json["logs"]} == {
        "knowledge"
    }
    library.put(embedding_model=None)
    assert library.search("When is the fee to be paid?")[0]["document"] == first["id"]
    assert len(openai.requests) == asked + 1


def test_words_are_searched_where_the_model_refuses(library: Library, openai: FakeOpenAI) -> None:
    service = library.service
    service.organisation(openai)
    library.put(embedding_model="text-embedding-3-small")
    openai.fail(faults.status(401), times=None)
    document = library.wait(library.send(FEES))
    wait_for(lambda: library.document(document["id"])["error"], "why it has no embeddings")
    document = library.document(document["id"])
    assert document["status"] == "ready"
    assert "words alone" in document["error"]["message"]
    assert library.search("How much is the fee?")[0]["document"] == document["id"]
