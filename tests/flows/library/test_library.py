"""An organisation's flows at one moment."""

from __future__ import annotations

from flows.library.library import EMPTY, Head, Library, LibraryEntry

AT = "2026-01-02T06:30:00Z"


def head(revision: int, *keywords: str, **more: bool) -> Head:
    return Head(revision, "Greeting", keywords, **more)


def library(*entries: LibraryEntry) -> Library:
    return Library({entry.uuid: entry for entry in entries}, {})


def test_what_is_listed_of_a_flow() -> None:
    draft = LibraryEntry("a", head(2, "Hi"), None, AT)
    assert draft.shown == {
        "uuid": "a",
        "name": "Greeting",
        "keywords": ["Hi"],
        "is_active": True,
        "is_published": False,
        "has_draft": True,
        "revision": 2,
        "updated_at": AT,
    }
    published = LibraryEntry("a", head(2), head(2), AT).shown
    assert (published["is_published"], published["has_draft"]) == (True, False)
    changed = LibraryEntry("a", head(3), head(2), AT).shown
    assert (changed["is_published"], changed["has_draft"]) == (True, True)


def test_an_entry_survives_its_store() -> None:
    for published in (None, head(1, "a", is_template=True)):
        entry = LibraryEntry("a", head(2, "b", is_active=False), published, AT)
        assert LibraryEntry.from_dict("a", entry.as_dict()) == entry


def test_keywords_are_those_of_active_published_flows() -> None:
    found = library(
        LibraryEntry("a", head(2, "New Word"), head(1, "Old-Word!", "?"), AT),
        LibraryEntry("b", head(1, "b"), head(1, "b", is_active=False), AT),
        LibraryEntry("c", head(1, "c"), None, AT),
    )
    assert found.keywords == {"oldword": "a"}
    assert found.draft_keywords == {"newword": "a", "b": "b", "c": "c"}


def test_templates_are_active_published_flows_by_name() -> None:
    found = library(
        LibraryEntry("a", head(1), head(1, is_template=True), AT),
        LibraryEntry("b", Head(1, "Other", ()), Head(1, "Other", ()), AT),
    )
    assert found.templates == {"Greeting": "a"}


def test_a_revision_is_the_published_one_or_the_draft() -> None:
    found = library(LibraryEntry("a", head(2), head(1), AT), LibraryEntry("b", head(3), None, AT))
    assert [found.revision("a"), found.revision("a", draft=True)] == [1, 2]
    assert [found.revision("b"), found.revision("b", draft=True)] == [None, 3]
    assert EMPTY.revision("a", draft=True) is None
