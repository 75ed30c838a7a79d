"""Changing a flow in place, its history, and going back, through HTTP."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.fixtures_app import Service
from tests.flows.talking import GREETING, export, publish, say, texts

FLOW = "/flows/acme/greeting"


@pytest.fixture
def acme(service: Service) -> Service:
    service.organisation()
    publish(service, GREETING)
    return service


def revisions(service: Service) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = service.admin("GET", f"{FLOW}/revisions").json["revisions"]
    return listed


def test_a_change_is_a_new_draft_and_goes_live_when_it_is_published(acme: Service) -> None:
    before = acme.admin("GET", "/flows/acme/export").json
    changed = acme.admin(
        "PATCH", f"{FLOW}/nodes/ask", {"text": "Who are you?", "note": "Friendlier"}
    )
    assert changed.status == 200, changed.body
    assert set(changed.json) == {"revision", "issues"}
    assert changed.headers["ETag"] == f'"{changed.json["revision"]}"'
    assert texts(say(acme, "hello")) == ["What is your name?"]
    after = acme.admin("GET", "/flows/acme/export").json
    action = after["flows"][0]["definition"]["nodes"][0]["actions"][0]
    assert action["text"] == "Who are you?"
    action["text"] = "What is your name?"
    assert orjson.dumps(after) == orjson.dumps(before)
    acme.admin("POST", f"{FLOW}/publish")
    assert texts(say(acme, "hello", contact="8")) == ["Who are you?"]
    newest, first = revisions(acme)
    assert (newest["note"], newest["is_published"], newest["is_draft"]) == (
        "Friendlier",
        True,
        True,
    )
    assert newest["by"]
    assert not first["is_published"]


def test_a_kept_revision_can_be_published_again(acme: Service) -> None:
    [first] = revisions(acme)
    acme.admin("PATCH", f"{FLOW}/nodes/ask", {"text": "Who are you?"})
    acme.admin("POST", f"{FLOW}/publish")
    back = acme.admin("POST", f"{FLOW}/publish", {"revision": first["revision"]})
    assert back.status == 200, back.body
    assert [one["is_published"] for one in revisions(acme)] == [False, True]
    assert texts(say(acme, "hello")) == ["What is your name?"]
    gone = acme.admin("POST", f"{FLOW}/publish", {"revision": 17})
    assert (gone.status, gone.error["type"]) == (404, "not_found")


def test_half_a_revision_is_none(acme: Service) -> None:
    [held] = revisions(acme)
    wanted = {"revision": held["revision"] + 0.5}
    assert acme.admin("POST", f"{FLOW}/publish", wanted).status == 400


def test_the_difference_of_two_revisions(acme: Service) -> None:
    acme.admin("PATCH", f"{FLOW}/nodes/ask", {"text": "Who are you?"})
    newest, first = (one["revision"] for one in revisions(acme))
    told = acme.admin("GET", f"{FLOW}/revisions/{first}/diff/{newest}").json["changes"]
    assert told == [
        {
            "node": "ask",
            "label": "Who are you?",
            "what": "text",
            "before": "What is your name?",
            "after": "Who are you?",
            "words": "Node 'Who are you?': text changed",
        }
    ]
    assert acme.admin("GET", f"{FLOW}/revisions/1/diff/{newest}").status == 404


def test_two_authors_at_once(acme: Service) -> None:
    tag = acme.admin("GET", FLOW).headers["ETag"]
    theirs = acme.admin("PATCH", f"{FLOW}/nodes/ask", {"text": "Theirs"})
    mine = acme.admin("PATCH", f"{FLOW}/nodes/ask", {"text": "Mine"}, headers={"If-Match": tag})
    assert (mine.status, mine.error["type"]) == (412, "conflict")
    assert mine.error["fields"]["yours"] == {"text": "Mine"}
    assert mine.error["fields"]["theirs"]["actions"][0]["text"] == "Theirs"
    other = acme.admin(
        "PATCH", f"{FLOW}/nodes/thank", {"text": "Welcome"}, headers={"If-Match": tag}
    )
    assert other.status == 200, other.body
    fresh = acme.admin(
        "PATCH",
        f"{FLOW}/nodes/ask",
        {"text": "Mine"},
        headers={"If-Match": other.headers["ETag"]},
    )
    assert fresh.status == 200
    assert theirs.json["revision"] < other.json["revision"] < fresh.json["revision"]


def test_a_flow_that_somebody_changed_since_is_not_deleted(acme: Service) -> None:
    tag = acme.admin("GET", FLOW).headers["ETag"]
    newest = acme.admin("PATCH", f"{FLOW}/nodes/ask", {"text": "Theirs"})
    refused = acme.admin("DELETE", FLOW, headers={"If-Match": tag})
    assert (refused.status, refused.error["type"]) == (412, "conflict")
    assert refused.error["fields"] == {"revision": [f"The newest is {newest.json['revision']}."]}
    assert acme.admin("DELETE", FLOW, headers={"If-Match": '"x"'}).status == 400
    assert acme.admin("GET", FLOW).status == 200
    fits = {"If-Match": newest.headers["ETag"]}
    assert acme.admin("DELETE", FLOW, headers=fits).status == 204


def test_what_changes_nothing_makes_no_revision(acme: Service) -> None:
    acme.admin("PATCH", f"{FLOW}/nodes/ask", {"text": "What is your name?"})
    assert len(revisions(acme)) == 1


@pytest.mark.parametrize(
    ("path", "change", "status"),
    [
        ("/nodes/ask", {"body": {"a": 1}}, 400),
        ("/nodes/ask", {"colour": "red"}, 400),
        ("/nodes/ask", {"text": ["a"]}, 400),
        ("/nodes/none", {"text": "a"}, 404),
        ("/nodes/ask", {"translations": {"../": "a"}}, 400),
        ("", {"name": ""}, 400),
        ("", {"name": " \u200b"}, 400),
        ("", {"name": "two\nlines"}, 400),
        ("", {"keywords": ["hello", " "]}, 400),
    ],
)
def test_a_change_that_does_not_fit_stores_nothing(
    acme: Service, path: str, change: dict[str, Any], status: int
) -> None:
    assert acme.admin("PATCH", f"{FLOW}{path}", change).status == status
    assert len(revisions(acme)) == 1


def test_too_many_keywords_are_told_in_words(acme: Service) -> None:
    refused = acme.admin("PATCH", FLOW, {"keywords": [f"k{at}" for at in range(101)]})
    assert refused.status == 400
    assert refused.error["fields"]["keywords"] == ["At most 100 entries: leave some out."]


def test_half_a_second_is_no_time_out(acme: Service) -> None:
    waiting = {"id": "w", "wait": {"result": "r", "seconds": 60}, "else": None, "silent": None}
    publish(acme, {"uuid": "timed", "name": "Timed", "nodes": [waiting]})
    path = "/flows/acme/timed/nodes/w"
    refused = acme.admin("PATCH", path, {"timeout_seconds": 1.5})
    assert (refused.status, list(refused.error["fields"])) == (400, ["timeout_seconds"])
    assert acme.admin("PATCH", path, {"timeout_seconds": 90}).status == 200
    [shown] = acme.admin("GET", "/flows/acme/timed").json["definition"]["nodes"]
    assert shown["router"]["wait"]["timeout"]["seconds"] == 90


def test_keywords_and_name(acme: Service) -> None:
    publish(acme, {**GREETING, "uuid": "other", "name": "Other", "keywords": ["namaste"]})
    taken = acme.admin("PATCH", FLOW, {"keywords": ["Namaste"]})
    assert (taken.status, taken.error["type"]) == (409, "conflict")
    acme.admin("PATCH", FLOW, {"keywords": ["salaam"], "name": "Welcome"})
    acme.admin("POST", f"{FLOW}/publish")
    assert texts(say(acme, "salaam")) == ["What is your name?"]
    assert acme.admin("GET", FLOW).json["name"] == "Welcome"


def test_keywords_that_are_the_same_to_a_message_are_one(acme: Service) -> None:
    acme.admin("PATCH", FLOW, {"keywords": [" Salaam", "salaam!", "नमस्ते", "hi there", "HiThere"]})
    assert acme.admin("GET", FLOW).json["keywords"] == ["Salaam", "नमस्ते", "hi there"]


@pytest.mark.parametrize("word", ["👍", "!!", "?"])
def test_a_keyword_that_no_message_could_be_is_refused(acme: Service, word: str) -> None:
    refused = acme.admin("PATCH", FLOW, {"keywords": ["hello", word]})
    assert (refused.status, refused.error["type"]) == (400, "invalid_input")
    [told] = refused.error["fields"]["keywords"]["1"]
    assert told.startswith("Needs a letter or a digit")
    assert len(revisions(acme)) == 1


def test_a_flow_that_was_deleted_comes_back_with_its_notes(acme: Service) -> None:
    acme.admin("PATCH", f"{FLOW}/nodes/ask", {"text": "Who are you?", "note": "Friendlier"})
    before = revisions(acme)
    acme.admin("DELETE", FLOW)
    [item] = acme.admin("GET", "/trash/acme").json["trash"]
    acme.admin("POST", f"/trash/acme/{item['id']}/restore")
    assert revisions(acme) == before


def test_contacts_are_counted_by_the_revision_they_are_in(acme: Service) -> None:
    say(acme, "hello")
    say(acme, "hello", contact="8")
    acme.admin("PATCH", f"{FLOW}/nodes/ask", {"text": "Who are you?"})
    acme.admin("POST", f"{FLOW}/publish")
    say(acme, "hello", contact="9")
    assert [one["contacts"] for one in revisions(acme)] == [1, 2]
    say(acme, "Asha")
    acme.admin("DELETE", "/conversations/acme/9")
    assert [one["contacts"] for one in revisions(acme)] == [0, 1]


def test_an_import_says_who(acme: Service) -> None:
    acme.admin("POST", "/flows/acme", export(GREETING))
    assert all(one["by"] for one in revisions(acme))
