"""What an import changes, worked out before anything is written."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.errors import Conflict, InvalidInput
from flows.definition.reading import read_export
from flows.library.library import EMPTY, Head, Library, LibraryEntry
from flows.library.merging import MAX_NAME, Merged, merge
from tests.flows.building import definition_of, export_of

AT = "2026-01-02T06:30:00Z"
Json = dict[str, Any]


def flow(uuid: str = "a", *keywords: str, **more: Any) -> Json:
    return {"uuid": uuid, "keywords": list(keywords), "nodes": [{"id": "n", "send": "x"}], **more}


def merged(*flows: Json, library: Library = EMPTY, **more: Any) -> Merged:
    return merge(export_of(list(flows), **more), library, 7, AT, lambda entry: None)


def owned(*keywords: str, published: tuple[str, ...] = ()) -> Library:
    """A library whose one flow, b, has these keywords."""
    heads = Head(1, "The other", keywords), Head(1, "The other", published)
    return Library({"b": LibraryEntry("b", *heads, AT)}, {})


def test_every_flow_becomes_a_draft() -> None:
    found = merged(flow("a", "hi", is_active=False), flow("b"))
    first, second = found.entries
    assert first == LibraryEntry("a", Head(7, "a", ("hi",), is_active=False), None, AT)
    assert second.uuid == "b"
    assert found.sources["a"] == {
        "definition": definition_of(flow("a")),
        "keywords": ["hi"],
        "is_active": False,
    }


def test_what_is_published_stays_published() -> None:
    library = owned("old", published=("old",))
    [entry] = merged(flow("b", "new"), library=library).entries
    assert entry.published == library.entries["b"].published
    assert entry.draft.keywords == ("new",)


def test_a_bare_definition_keeps_what_the_flow_had() -> None:
    bare = read_export(definition_of(flow("b")))
    before = {"keywords": ["old"], "is_active": False, "definition": {"uuid": "old"}}
    found = merge(bare, owned("old"), 7, AT, lambda entry: before)
    assert found.sources["b"] == {
        "keywords": ["old"],
        "is_active": False,
        "definition": definition_of(flow("b")),
    }
    for library in (owned("old"), EMPTY):
        unknown = merge(bare, library, 7, AT, lambda entry: None)
        assert unknown.sources["b"]["keywords"] == []


@pytest.mark.parametrize("uuid", ["a/b", "a\n", "a" * 65])
def test_a_uuid_that_cannot_be_addressed_is_refused(uuid: str) -> None:
    with pytest.raises(InvalidInput, match="1 to 64 printable characters"):
        merged(flow(uuid))


def test_a_uuid_may_have_64_characters() -> None:
    assert [entry.uuid for entry in merged(flow("a" * 64)).entries] == ["a" * 64]


def test_a_uuid_that_is_given_twice_is_refused() -> None:
    with pytest.raises(InvalidInput, match="two flows of the export have the UUID a"):
        merged(flow("a"), flow("a"))


@pytest.mark.parametrize("library", [owned("Hi!"), owned("x", published=("hi",))])
def test_a_keyword_belongs_to_one_flow(library: Library) -> None:
    with pytest.raises(Conflict, match="`HI` was already used in the `The other` Flow"):
        merged(flow("a", "HI"), library=library)


def test_two_flows_of_one_export_cannot_share_a_keyword() -> None:
    with pytest.raises(Conflict, match="`hi` was already used in the `a` Flow"):
        merged(flow("a", "hi"), flow("c", "hi"))


def test_a_keyword_of_nothing_but_signs_is_nobodys() -> None:
    assert len(merged(flow("a", "?"), flow("c", "!")).entries) == 2


def test_a_flow_keeps_its_own_keyword() -> None:
    assert merged(flow("b", "hi"), library=owned("hi", published=("hi",))).entries


def test_flows_that_share_a_keyword_already_do_not_hinder_others() -> None:
    shared = Head(1, "x", ("hi",))
    both = {uuid: LibraryEntry(uuid, shared, None, AT) for uuid in ("b", "c")}
    assert merged(flow("a", "new"), library=Library(both, {})).entries


def test_collections_and_templates_come_along() -> None:
    templates = [{"label": "Ask", "x": 1}, {"label": "", "source_id": 5}, {"source_id": 6}]
    names = ["One", "Two", "One", "x" * (MAX_NAME + 1), 5]
    found = merged(flow(), interactive_templates=templates, collections=names)
    assert list(found.interactive) == ["Ask", "5", "6"]
    assert found.groups == ("One", "Two", "x" * MAX_NAME, "5")
