"""An organisation's flows in Redis, on every kind of it."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.errors import Conflict, NotFound, TooLarge
from flowhook.organisations.cipher import Cipher
from flows.library import libraries
from flows.library import store as stores
from flows.library.library import EMPTY
from flows.library.revisions import KEPT_REVISIONS
from flows.library.store import FlowStore
from tests.fixtures_app import FIRST_KEY, SECOND_KEY
from tests.flows.building import export_of

ORG = "acme"
NOON = 1_767_355_200.0


@pytest.fixture
def store(any_redis: Any) -> FlowStore:
    return FlowStore(any_redis, Cipher((FIRST_KEY,)), lambda: NOON)


def add(store: FlowStore, uuid: str, text: str = "x", **more: Any) -> int:
    """Import one flow; its revision."""
    [entry] = store.add(
        ORG, export_of([{"uuid": uuid, "nodes": [{"id": "n", "send": text}]}], **more)
    )
    return entry.draft.revision


def test_a_flow_is_a_draft_until_it_is_published(store: FlowStore) -> None:
    revision = add(store, "a")
    assert revision == 1_767_355_200_000
    assert store.library(ORG).revision("a") is None
    entry = store.publish(ORG, "a", revision)
    assert entry.published == entry.draft
    assert entry.updated_at == "2026-01-02T12:00:00Z"
    assert store.library(ORG).revision("a") == revision
    assert store.entry(ORG, "a") == entry


def test_a_later_revision_has_a_higher_number(store: FlowStore) -> None:
    first = add(store, "a")
    assert add(store, "a") == first + 1
    assert add(store, "b") == first + 2


def test_only_the_newest_draft_can_be_published(store: FlowStore) -> None:
    first = add(store, "a")
    add(store, "a")
    with pytest.raises(Conflict, match="changed again meanwhile"):
        store.publish(ORG, "a", first)
    with pytest.raises(NotFound):
        store.publish(ORG, "gone", first)


def test_a_deleted_flow_is_gone(store: FlowStore) -> None:
    revision = add(store, "a")
    add(store, "b")
    store.delete(ORG, "a", "me")
    assert list(store.library(ORG).entries) == ["b"]
    assert store.revisions.source(ORG, "a", revision) is None
    with pytest.raises(NotFound):
        store.delete(ORG, "a", "me")
    with pytest.raises(NotFound):
        store.entry(ORG, "a")


def test_an_export_holds_what_imports_brought(store: FlowStore) -> None:
    field = {"name": "Age", "shortcode": "age"}
    template = {"label": "Ask", "source_id": 5}
    add(store, "a", collections=["Two", "One"], contact_field=[field])
    add(store, "b", "Hi", contact_field=[field], interactive_templates=[template])
    whole = store.export(ORG)
    assert sorted(entry["definition"]["uuid"] for entry in whole["flows"]) == ["a", "b"]
    assert whole["collections"] == ["One", "Two"]
    assert whole["contact_field"] == [field]
    assert whole["interactive_templates"] == [template]
    [entry] = store.export(ORG, ["b"])["flows"]
    assert entry["definition"]["nodes"][0]["actions"][0]["text"] == "Hi"


def test_a_library_is_read_again_only_after_a_change(store: FlowStore) -> None:
    assert store.library(ORG) is EMPTY
    add(store, "a")
    first = store.library(ORG)
    assert store.library(ORG) is first
    add(store, "b")
    assert sorted(store.library(ORG).entries) == ["a", "b"]


def test_the_libraries_in_memory_are_bounded(
    store: FlowStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libraries, "CACHED_LIBRARIES", 1)
    add(store, "a")
    first = store.library(ORG)
    store.library("other")
    again = store.library(ORG)
    assert again is not first
    assert again.entries == first.entries


def test_flows_are_bounded_in_number(store: FlowStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "MAX_FLOWS", 2)
    add(store, "a")
    add(store, "b")
    add(store, "b")
    with pytest.raises(TooLarge, match="may have 2 flows"):
        add(store, "c")
    assert sorted(store.library(ORG).entries) == ["a", "b"]


def test_flows_are_bounded_in_bytes(store: FlowStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def held() -> int:
        keys = [f"fh:{{{ORG}}}:flow:{uuid}" for uuid in ("a", "b", "c")]
        return sum(len(raw) for key in keys for raw in store.redis.hvals(key))

    def counted() -> int:
        return int(store.redis.get(f"fh:{{{ORG}}}:flows:bytes"))

    for _ in range(KEPT_REVISIONS + 3):
        add(store, "a")
    add(store, "b")
    assert counted() == held()
    monkeypatch.setattr(stores, "MAX_BYTES", held() + 10)
    with pytest.raises(TooLarge, match="more than"):
        add(store, "c")
    store.delete(ORG, "a", "me")
    assert counted() == held()
    add(store, "c")
    assert counted() == held()


def test_a_change_that_another_one_overtook_is_made_again(store: FlowStore) -> None:
    """The clock is read within the change, so a second import can come in between."""
    other = FlowStore(store.redis, store.cipher, lambda: NOON)
    overtaken: list[int] = []

    def clock() -> float:
        if not overtaken:
            overtaken.append(add(other, "b"))
        return NOON

    store.clock = clock
    assert add(store, "a") == overtaken[0] + 1
    assert sorted(store.library(ORG).entries) == ["a", "b"]


def test_a_template_that_no_key_opens_is_absent(store: FlowStore) -> None:
    add(store, "a", interactive_templates=[{"label": "Ask"}])
    stranger = FlowStore(store.redis, Cipher((SECOND_KEY,)))
    assert stranger.library(ORG).interactive == {}
    assert stranger.export(ORG)["flows"] == []
