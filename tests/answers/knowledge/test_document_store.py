"""Bases and documents in Redis, on every kind of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from redis.exceptions import OutOfMemoryError

from answers.knowledge.deleted_bases import DeletedBases
from answers.knowledge.document import Passage
from answers.knowledge.document_store import DocumentStore
from answers.knowledge.due import DueDocuments
from answers.knowledge.progress import Aside, Progress, ReadDocument
from answers.knowledge.sealing import EMBEDDINGS, FILE, DocumentPlace
from answers.knowledge.store import BaseStore
from answers.knowledge.stored_document import (
    FAILED,
    QUEUED,
    READING,
    READY,
    NewDocument,
    StoredDocument,
)
from flowhook.errors import NotFound, TooLarge
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.store import SettingsStore
from flowhook.redis.connect import Client
from flowhook.redis.keys import scan_organisation
from tests.fixtures_app import FIRST_KEY
from tests.flowhook.organisations.everything import everything_in

ORG, BASE = "acme", "leaflets"
TEXT = b"The fee is 500 rupees."
READ = ReadDocument("pdf", [Passage("The fee is 500 rupees.", 1, "Fees")], {1: "The fee"}, 1)


@pytest.fixture
def settings(any_redis: Client) -> SettingsStore:
    found = SettingsStore(any_redis, Cipher([FIRST_KEY]))
    found.sections.put(ORG, "openai", {"is_active": True}, "me")
    return found


@pytest.fixture
def store(settings: SettingsStore) -> DocumentStore:
    bases = BaseStore(settings.redis, settings.cipher, settings.changes)
    bases.put(ORG, BASE, {"title": "Leaflets"}, "me")
    return DocumentStore(bases, DueDocuments(settings.redis), most_bytes=10_000_000)


def add(store: DocumentStore, content: bytes = TEXT) -> DocumentPlace:
    place = store.add(ORG, BASE, NewDocument("fees.pdf", content), "me")[1]
    assert place is not None
    return place


def read(store: DocumentStore, content: bytes = TEXT) -> DocumentPlace:
    place, progress = add(store, content), Progress(store)
    progress.begin(place, "t")
    progress.finish(place, "t", READ)
    return place


def number(store: DocumentStore) -> int:
    return store.bases.existing_now(ORG, BASE).number


def test_a_file_lies_in_sealed_pieces_until_it_was_read(store: DocumentStore) -> None:
    content = b"page " * 500_000
    place, progress = add(store, content), Progress(store)
    assert store.redis.llen(place.key(FILE)) == 3
    assert store.redis.ttl(place.key(FILE)) == -1
    assert progress.content(place) == content
    assert b"page page" not in everything_in(store.redis)
    assert store.taken_bytes(ORG) == len(content)
    begun = progress.begin(place, "t")
    assert begun is not None
    assert (begun[1].status, begun[1].tries) == (READING, 1)
    before = number(store)
    finished = progress.finish(place, "t", READ)
    assert finished is not None
    assert (finished[1].status, finished[1].pages, finished[1].passages) == (READY, 1, 1)
    assert number(store) == before + 1
    assert store.passages(place, 1) == list(READ.passages)
    assert (store.page(place, 1), store.page(place, 2)) == ("The fee", None)
    assert not store.redis.exists(place.key(FILE))
    assert 0 < store.taken_bytes(ORG) < 1000
    held = everything_in(store.redis)
    assert b"500 rupees" not in held
    assert b"fees.pdf" not in held
    assert not [key for key in scan_organisation(store.redis, ORG) if b"made" in key]


def test_a_reader_that_lost_its_turn_changes_nothing(store: DocumentStore) -> None:
    place, progress = add(store), Progress(store)
    progress.begin(place, "slow")
    progress.begin(place, "next")
    assert progress.finish(place, "slow", READ) is None
    assert progress.fail(place, "slow", "No.", "Yes.") is None
    assert store.document(ORG, BASE, place.doc).status == READING
    assert progress.finish(place, "next", READ) is not None
    assert progress.fail(place, "slow", "No.", "Yes.") is None
    assert store.document(ORG, BASE, place.doc).status == READY


def test_what_is_deleted_while_it_is_read_stays_deleted(store: DocumentStore) -> None:
    place, progress = add(store), Progress(store)
    progress.begin(place, "t")
    store.delete(ORG, BASE, place.doc, "me")
    assert progress.finish(place, "t", READ) is None
    assert progress.begin(place, "t") is None
    assert store.documents(ORG, BASE) == []
    assert store.taken_bytes(ORG) == 0
    for key in scan_organisation(store.redis, ORG):
        assert place.doc.encode() not in key or store.redis.ttl(key) > 0


def test_a_failed_document_takes_nothing_and_can_be_sent_again(store: DocumentStore) -> None:
    place, progress = add(store), Progress(store)
    progress.begin(place, "t")
    progress.fail(place, "t", "No text.", "Send another.")
    document = store.document(ORG, BASE, place.doc)
    assert (document.status, document.error) == (
        FAILED,
        {"message": "No text.", "fix": "Send another."},
    )
    assert store.taken_bytes(ORG) == 0
    assert add(store) == place
    document = store.document(ORG, BASE, place.doc)
    assert (document.status, document.error, document.tries) == (QUEUED, None, 0)
    assert store.taken_bytes(ORG) == len(TEXT)


def test_the_same_content_is_there_once(store: DocumentStore) -> None:
    place = add(store)
    found, again = store.add(ORG, BASE, NewDocument("other.pdf", TEXT), "me")
    assert (found.id, found.name, again) == (place.doc, "fees.pdf", None)
    assert len(store.documents(ORG, BASE)) == 1


def aside(place: DocumentPlace) -> Aside:
    return Aside("m", place.made(EMBEDDINGS, "e"))


def test_embeddings_lie_beside_and_count(store: DocumentStore) -> None:
    place, progress = read(store), Progress(store)
    before, size = number(store), store.taken_bytes(ORG)
    for _ in range(2):
        progress.begin(place, "e")
        added = progress.gather_embeddings(place, aside(place), 0, [[0.5, -0.25]])
        progress.embedded(place, "e", aside(place))
    assert [list(one) for one in store.embeddings(place, 1)] == [[0.5, -0.25]]
    assert store.document(ORG, BASE, place.doc).embedded_by == "m"
    assert store.taken_bytes(ORG) == size + added
    assert number(store) == before + 2


def test_what_has_no_room_is_refused_before_and_after_it_was_read(store: DocumentStore) -> None:
    store.most_bytes = 100
    with pytest.raises(TooLarge):
        store.add(ORG, BASE, NewDocument("a", b"x" * 101), "me")
    place, progress = add(store), Progress(store)
    progress.begin(place, "t")
    with pytest.raises(TooLarge):
        progress.finish(place, "t", READ)
    assert store.document(ORG, BASE, place.doc).status == READING


def test_a_full_store_lets_delete(store: DocumentStore, monkeypatch: pytest.MonkeyPatch) -> None:
    place, before = read(store), number(store)

    def full(*_: Any) -> None:
        raise OutOfMemoryError("OOM command not allowed when used memory > 'maxmemory'.")

    monkeypatch.setattr(store, "_delete", full)
    store.delete(ORG, BASE, place.doc, "me")
    assert store.documents(ORG, BASE) == []
    assert store.taken_bytes(ORG) == 0
    assert number(store) == before + 1
    assert not [key for key in scan_organisation(store.redis, ORG) if place.doc.encode() in key]


def test_a_base_goes_to_the_trash_and_comes_back(
    store: DocumentStore, settings: SettingsStore
) -> None:
    deleted = DeletedBases(store, settings.trash)
    place, size, before = read(store), store.taken_bytes(ORG), number(store)
    assert deleted.delete(ORG, BASE, "me")
    assert store.taken_bytes(ORG) == 0
    with pytest.raises(NotFound):
        store.documents(ORG, BASE)
    assert all(store.redis.ttl(key) > 0 for key in place.keys if store.redis.exists(key))
    [item] = settings.trash.items(ORG)
    settings.trash.restore(ORG, item, "me")
    assert store.passages(place, 1) == list(READ.passages)
    assert store.taken_bytes(ORG) == size
    assert number(store) > before
    assert all(store.redis.ttl(key) == -1 for key in place.keys if store.redis.exists(key))


def test_a_full_store_lets_delete_a_base_for_good(
    store: DocumentStore, settings: SettingsStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted = DeletedBases(store, settings.trash)
    place, delete = read(store), deleted._delete

    def full(*args: Any, is_kept: bool) -> Any:
        if is_kept:
            raise OutOfMemoryError("OOM command not allowed when used memory > 'maxmemory'.")
        return delete(*args, is_kept=False)

    monkeypatch.setattr(deleted, "_delete", full)
    assert not deleted.delete(ORG, BASE, "me")
    assert settings.trash.items(ORG) == []
    assert store.taken_bytes(ORG) == 0
    assert not [key for key in scan_organisation(store.redis, ORG) if place.doc.encode() in key]


def test_what_waited_for_its_embeddings_waits_when_its_base_comes_back(
    store: DocumentStore, settings: SettingsStore
) -> None:
    first, second = read(store), read(store, b"Another.")
    store.bases.put(ORG, BASE, {"embedding_model": "m"}, "me")
    progress = Progress(store)
    progress.begin(second, "t")
    progress.gather_embeddings(second, aside(second), 0, [[0.5, 0.5]])
    progress.embedded(second, "t", aside(second))
    DeletedBases(store, settings.trash).delete(ORG, BASE, "me")
    for place in (first, second):
        store.due.done(place)
    [item] = settings.trash.items(ORG)
    settings.trash.restore(ORG, item, "me")
    assert store.due.waiting() == [first]


def test_a_base_without_documents_comes_back_as_well(
    store: DocumentStore, settings: SettingsStore
) -> None:
    deleted = DeletedBases(store, settings.trash)
    assert deleted.delete(ORG, BASE, "me")
    [item] = settings.trash.items(ORG)
    settings.trash.restore(ORG, item, "me")
    assert store.documents(ORG, BASE) == []


def test_more_than_are_looked_at_keep_no_organisation_from_its_turn(
    store: DocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("answers.knowledge.due.LISTED", 4)
    for doc in range(20):
        store.due.add(DocumentPlace("large", "b", f"d{doc}"))
    store.due.add(DocumentPlace("small", "b", "d"))
    assert "small" in {place.org for _ in range(1000) if (place := store.due.next())}


def test_those_that_wait_take_turns_by_organisation(store: DocumentStore) -> None:
    due = store.due
    for doc in range(20):
        due.add(DocumentPlace("large", "b", f"d{doc}"))
    due.add(DocumentPlace("small", "b", "d"))
    assert {place.org for _ in range(100) if (place := due.next())} == {"large", "small"}
    due.add(DocumentPlace("small", "b", "d"), 60.0)
    assert {place.org for _ in range(20) if (place := due.next())} == {"large"}
    due.forget_organisation("large")
    assert due.next() is None


def test_lost_pages_stay_told_whatever_becomes_of_the_embeddings(store: DocumentStore) -> None:
    place, progress = add(store), Progress(store)
    progress.begin(place, "t")
    progress.finish(place, "t", replace(READ, lost_pages=[2]))
    progress.fail(place, "t", "No embeddings.", "Choose another model.")
    both = store.document(ORG, BASE, place.doc)
    assert [one["message"].rpartition(": ")[2] for one in both.faults] == ["2.", "No embeddings."]
    progress.begin(place, "e")
    progress.gather_embeddings(place, aside(place), 0, [[0.5, -0.25]])
    progress.embedded(place, "e", aside(place))
    assert store.document(ORG, BASE, place.doc).faults == both.faults[:1]


def test_a_head_of_an_older_release_tells_of_no_lost_pages() -> None:
    older = StoredDocument("d", "Fees").as_dict()
    del older["lost_pages"]
    assert StoredDocument.from_dict(older).faults == []
