"""An organisation's question sets in Redis, on every kind of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from answers.question_sets import set_checks
from answers.question_sets.deleted_sets import QUESTION_SET
from answers.question_sets.question_set import Case, Judge, QuestionSet
from answers.question_sets.sealing import cases_key
from answers.question_sets.store import QuestionSetStore
from answers.question_sets.stored_set import with_id
from flowhook.errors import Changed, Conflict, NotFound, TooLarge
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.deletion import Deletion
from flowhook.organisations.trash import Trash, TrashItem
from tests.fixtures_app import FIRST_KEY, SECOND_KEY

ORG = "acme"
NOON = 1_767_355_200.0
WHY = Case("why", ("Why?",), {"model": "m"}, "Because.", ({"contains": "cause"},), must=True)
TALK = Case("talk", ("नमस्ते", {"type": "image", "url": "https://x.example/1.png"}))
FARM = QuestionSet("crops", "chat", {"prompt": "Help."}, judge=Judge("m", 3), cases=(WHY, TALK))


@pytest.fixture
def store(any_redis: Any) -> QuestionSetStore:
    return open_store(any_redis)


def open_store(redis: Any, *keys: str) -> QuestionSetStore:
    cipher = Cipher(keys or (FIRST_KEY,))
    return QuestionSetStore(redis, cipher, Trash(redis, cipher, lambda: NOON), lambda: NOON)


def in_trash(store: QuestionSetStore) -> TrashItem:
    [item] = store.trash.items(ORG)
    return item


def test_what_is_put_is_read(store: QuestionSetStore) -> None:
    written = store.put(ORG, FARM, "asha")
    assert (written.is_new, written.added, written.replaced) == (True, 2, 0)
    assert store.get(ORG, "crops") == FARM
    head = store.head(ORG, "crops")
    assert (head.count, head.by, head.updated_at) == (2, "asha", "2026-01-02T12:00:00.000Z")
    flow = QuestionSet("whole", body={"results": {"crop": "rice"}, "pretend": True}, flow="u-1")
    store.put(ORG, flow, "asha")
    assert store.get(ORG, "whole") == flow
    assert [head.name for head in store.heads(ORG)] == ["crops", "whole"]
    with pytest.raises(NotFound):
        store.get(ORG, "none")


def test_a_replaced_set_has_no_case_of_the_earlier_one(store: QuestionSetStore) -> None:
    store.put(ORG, FARM, "a")
    changed = replace(FARM, cases=(replace(WHY, answer="Since."), Case("new", ("New?",))))
    written = store.put(ORG, changed, "b")
    assert (written.is_new, written.added, written.replaced) == (False, 1, 1)
    assert store.get(ORG, "crops") == changed
    assert store.redis.hlen(cases_key(ORG, "crops")) == 3  # with their order
    with pytest.raises(NotFound):
        store.case(ORG, "crops", "talk")


def test_the_digest_changes_with_target_judge_and_each_case(store: QuestionSetStore) -> None:
    sets = [
        FARM,
        replace(FARM, body={}),
        replace(FARM, judge=Judge("m", 4)),
        replace(FARM, cases=(WHY,)),
        replace(FARM, cases=(TALK, WHY)),
        replace(FARM, cases=(replace(WHY, must=False), TALK)),
        replace(FARM, function="", body={}, flow="u"),
        replace(FARM, function="", body={"pretend": True}, flow="u"),
    ]
    digests = [store.put(ORG, one, "a").head.digest for one in sets]
    assert len(set(digests)) == len(sets)
    assert store.put(ORG, FARM, "b").head.digest == digests[0]


def test_nothing_of_a_set_can_be_read_in_redis(store: QuestionSetStore) -> None:
    store.put(ORG, FARM, "a")
    stored = b"".join(store.redis.hgetall(cases_key(ORG, "crops")).values())
    assert b"Why" not in stored
    assert b"Because" not in stored


def test_cases_are_added_replaced_and_removed(store: QuestionSetStore) -> None:
    store.put(ORG, FARM, "a")
    before = store.head(ORG, "crops").digest
    new_id = store.add_case(ORG, "crops", Case("", ("How?",)), "b")
    assert store.add_case(ORG, "crops", Case("", ("How?",)), "b") != new_id
    with pytest.raises(Conflict, match="has a case why"):
        store.add_case(ORG, "crops", WHY, "b")
    assert not store.put_case(ORG, "crops", replace(WHY, must=False), "b").is_new
    assert store.put_case(ORG, "crops", Case("last", ("x",)), "b").is_new
    store.delete_case(ORG, "crops", "talk", "b")
    with pytest.raises(NotFound):
        store.delete_case(ORG, "crops", "talk", "b")
    found = store.get(ORG, "crops").cases
    assert [case.turns for case in found] == [("Why?",), ("How?",), ("How?",), ("x",)]
    assert found[0] == replace(WHY, must=False)
    head = store.head(ORG, "crops")
    assert (head.count, head.by) == (4, "b")
    assert head.digest != before
    with pytest.raises(NotFound):
        store.add_case(ORG, "none", WHY, "b")


def test_whose_words_a_case_is_made_of_is_noted_with_it(store: QuestionSetStore) -> None:
    store.put(ORG, FARM, "a", contact="919")
    added = store.add_case(ORG, "crops", Case("", ("When?",)), "a", "918")
    with pytest.raises(Conflict):
        store.add_case(ORG, "crops", WHY, "a", "917")
    noted = [store.contacts.of(ORG, contact) for contact in ("919", "918", "917")]
    assert noted == [{"crops": ["talk"]}, {"crops": [added]}, {}]


def test_cases_are_paged(store: QuestionSetStore) -> None:
    cases = tuple(Case(f"c{number}", (f"{number}?",)) for number in range(7))
    store.put(ORG, replace(FARM, cases=cases), "a")
    first = store.page(ORG, "crops", 0, 4)
    assert (tuple(first.cases), first.next) == (cases[:4], 4)
    second = store.page(ORG, "crops", 4, 4)
    assert (tuple(second.cases), second.next) == (cases[4:], None)
    assert store.page(ORG, "crops", 9, 4).cases == []


def test_a_case_without_an_id_keeps_the_one_it_gets(store: QuestionSetStore) -> None:
    unnamed = replace(FARM, cases=(Case("", ("A?",)), Case("", ("A?",)), Case("", ("B?",))))
    store.put(ORG, unnamed, "a")
    ids = [case.id for case in store.get(ORG, "crops").cases]
    assert len(set(ids)) == 3
    store.put(ORG, replace(unnamed, cases=unnamed.cases[::-1]), "a")
    assert sorted(case.id for case in store.get(ORG, "crops").cases) == sorted(ids)
    with pytest.raises(Conflict, match="two cases have the id why"):
        store.put(ORG, replace(FARM, cases=(WHY, WHY)), "a")


def test_who_read_an_earlier_set_changes_nothing(store: QuestionSetStore) -> None:
    tag = store.put(ORG, FARM, "a").head.tag
    assert store.put(ORG, FARM, "a", [tag]).head.tag == tag
    newer = store.put(ORG, replace(FARM, judge=Judge("m", 5), cases=()), "b", ["old", tag])
    with pytest.raises(Changed, match="since you read it: judge, cases") as refused:
        store.put(ORG, FARM, "a", [tag])
    assert set(refused.value.fields or ()) == {"judge", "cases"}
    with pytest.raises(Changed, match="target, judge, cases"):
        store.delete(ORG, "crops", "a", ["of something else"])
    with pytest.raises(Changed, match="not there any more"):
        store.put(ORG, replace(FARM, name="new"), "a", ["*"])
    assert store.delete(ORG, "crops", "a", [newer.head.tag])


def test_who_read_an_earlier_case_changes_nothing(store: QuestionSetStore) -> None:
    store.put(ORG, FARM, "a")
    tag = store.put_case(ORG, "crops", WHY, "a").case_tag
    other = store.put_case(ORG, "crops", replace(TALK, answer="x"), "a").head.tag
    newer = store.put_case(ORG, "crops", replace(WHY, answer="x"), "b", [tag]).case_tag
    for expected in (tag, other):
        with pytest.raises(Changed, match="case changed"):
            store.delete_case(ORG, "crops", "why", "a", [expected])
    store.delete_case(ORG, "crops", "why", "a", [newer])
    with pytest.raises(Changed, match="not there any more"):
        store.put_case(ORG, "crops", WHY, "a", ["*"])


def test_a_deleted_set_can_be_brought_back(store: QuestionSetStore) -> None:
    tag = store.put(ORG, FARM, "a").head.tag
    assert store.delete(ORG, "crops", "b")
    with pytest.raises(NotFound):
        store.delete(ORG, "crops", "b")
    assert store.heads(ORG) == []
    item = in_trash(store)
    assert (item.kind, item.name, item.by) == (QUESTION_SET, "crops", "b")
    store.put(ORG, replace(FARM, cases=()), "c")
    with pytest.raises(Conflict, match="new question set"):
        store.trash.restore(ORG, item, "b")
    store.delete(ORG, "crops", "c")
    store.trash.restore(ORG, item, "b")
    assert store.get(ORG, "crops") == FARM
    assert store.head(ORG, "crops").tag == tag
    assert store.redis.ttl(cases_key(ORG, "crops")) == -1
    assert [one.id for one in store.trash.items(ORG)] != [item.id]


def test_a_set_whose_cases_are_over_their_time_is_not_brought_back(
    store: QuestionSetStore,
) -> None:
    store.put(ORG, FARM, "a")
    store.delete(ORG, "crops", "a")
    item = in_trash(store)
    store.redis.delete(f"fh:{{{ORG}}}:trash:{item.id}")
    with pytest.raises(NotFound, match="cases are gone"):
        store.trash.restore(ORG, item, "a")


def test_a_set_that_something_needs_stays(store: QuestionSetStore) -> None:
    store.put(ORG, FARM, "a")
    store.add_users(lambda org, name: [f"the prompt {org}_{name}"])
    store.add_users(lambda org, name: ["flow x"])
    with pytest.raises(Conflict, match="the gate of the prompt acme_crops, flow x"):
        store.delete(ORG, "crops", "a")
    assert store.get(ORG, "crops") == FARM


def test_bounds(store: QuestionSetStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put(ORG, FARM, "a")
    with monkeypatch.context() as small:
        small.setattr(set_checks, "MAX_CASES", 2)
        with pytest.raises(TooLarge, match="2 cases"):
            store.add_case(ORG, "crops", Case("", ("x",)), "a")
        store.put_case(ORG, "crops", replace(WHY, answer="x"), "a")
    with monkeypatch.context() as small:
        small.setattr(set_checks, "MAX_BYTES", 300)
        with pytest.raises(TooLarge):
            store.put_case(ORG, "crops", replace(WHY, answer="x" * 300), "a")
    with monkeypatch.context() as small:
        small.setattr(set_checks, "MAX_SETS", 1)
        store.put(ORG, FARM, "a")
        with pytest.raises(TooLarge, match="1 question sets"):
            store.put(ORG, replace(FARM, name="second"), "a")


def test_many_cases_are_edited_at_once(store: QuestionSetStore) -> None:
    store.put(ORG, FARM, "a")
    many = [Case("", (f"{number}?",)) for number in range(1_200)]
    written = store.edit_cases(ORG, "crops", lambda cases: [*cases[:1], *many], "b")
    assert (written.added, written.replaced, written.head.count) == (1_200, 0, 1_201)
    asked = store.get(ORG, "crops")
    assert asked.cases[0] == WHY
    assert asked.cases[1:] == tuple(with_id(case, ()) for case in many)


def test_two_who_change_a_set_at_once_lose_nothing(store: QuestionSetStore) -> None:
    store.put(ORG, FARM, "a")
    is_first = True

    def meanwhile(cases: list[Case]) -> list[Case]:
        nonlocal is_first
        if is_first:
            is_first = False
            store.add_case(ORG, "crops", Case("other", ("x",)), "b")
        return [*cases, Case("mine", ("y",))]

    store.edit_cases(ORG, "crops", meanwhile, "a")
    assert [case.id for case in store.get(ORG, "crops").cases] == ["why", "talk", "other", "mine"]


def test_nothing_is_written_for_an_organisation_that_is_gone(store: QuestionSetStore) -> None:
    store.put(ORG, FARM, "a")
    Deletion(store.redis, lambda: NOON).delete(ORG)
    with pytest.raises(NotFound):
        store.put(ORG, FARM, "a")
    assert store.heads(ORG) == []


def test_what_no_key_opens_is_not_there(any_redis: Any) -> None:
    open_store(any_redis).put(ORG, FARM, "a")
    second = open_store(any_redis, SECOND_KEY)
    assert second.heads(ORG) == []
    with pytest.raises(NotFound):
        second.get(ORG, "crops")
    assert second.put(ORG, replace(FARM, cases=(TALK,)), "a").is_new
    assert second.get(ORG, "crops").cases == (TALK,)
    assert any_redis.hlen(cases_key(ORG, "crops")) == 2
