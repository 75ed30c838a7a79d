"""An organisation's flows at one moment, as conversations look them up: by UUID and keyword.

A library never changes. Every change of a flow gives the organisation a new version, and every
message reads the version together with its contact, so no process uses an outdated library.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from flows.definition.definition import Flow
from flows.definition.interactive import Templates
from flows.model.text import clean

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Head:
    """One revision of a flow as the organisation's index holds it, without the nodes."""

    revision: int
    name: str
    keywords: tuple[str, ...]
    is_active: bool = True
    is_template: bool = False

    @classmethod
    def of(cls, flow: Flow, revision: int) -> Head:
        return cls(revision, flow.name, flow.keywords, flow.is_active, flow.is_template)

    @classmethod
    def from_dict(cls, stored: Json) -> Head:
        return cls(**{**stored, "keywords": tuple(stored["keywords"])})


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """A flow: its newest draft and its published revision. `updated_at` is ISO 8601 in UTC."""

    uuid: str
    draft: Head
    published: Head | None
    updated_at: str

    @property
    def shown(self) -> dict[str, Any]:
        """The entry as `GET /flows/<org>` lists it."""
        return {
            "uuid": self.uuid,
            "name": self.draft.name,
            "keywords": list(self.draft.keywords),
            "is_active": self.draft.is_active,
            "is_published": self.published is not None,
            "has_draft": self.published is None or self.published.revision != self.draft.revision,
            "revision": self.draft.revision,
            "updated_at": self.updated_at,
        }

    def as_dict(self) -> dict[str, Any]:
        stored = asdict(self)
        del stored["uuid"]
        return stored

    @classmethod
    def from_dict(cls, uuid: str, stored: Json) -> LibraryEntry:
        published = stored["published"]
        return cls(
            uuid,
            Head.from_dict(stored["draft"]),
            Head.from_dict(published) if published else None,
            stored["updated_at"],
        )


@dataclass(frozen=True)
class Library:
    """Entries by UUID and `interactive` templates by label, with indices made from them."""

    entries: Mapping[str, LibraryEntry]
    interactive: Mapping[str, Json]
    keywords: Mapping[str, str] = field(init=False)
    draft_keywords: Mapping[str, str] = field(init=False)
    templates: Mapping[str, str] = field(init=False)
    interactive_messages: Templates = field(init=False)

    def __post_init__(self) -> None:
        published = [(one.uuid, one.published) for one in self.entries.values() if one.published]
        active = [(uuid, head) for uuid, head in published if head.is_active]
        drafts = [(one.uuid, one.draft) for one in self.entries.values()]
        named = {head.name: uuid for uuid, head in active if head.is_template}
        object.__setattr__(self, "keywords", keyword_map(active))
        object.__setattr__(self, "draft_keywords", keyword_map(drafts))
        object.__setattr__(self, "templates", named)
        object.__setattr__(self, "interactive_messages", Templates(self.interactive.values()))

    def revision(self, uuid: str, *, draft: bool = False) -> int | None:
        """The published revision, or the newest draft; None if there is none."""
        entry = self.entries.get(uuid)
        if entry is None:
            return None
        head = entry.draft if draft else entry.published
        return head.revision if head else None


def keyword_map(heads: Iterable[tuple[str, Head]]) -> dict[str, str]:
    """Map cleaned keywords to the UUIDs of their flows."""
    return {clean(word): uuid for uuid, head in heads for word in head.keywords if clean(word)}


EMPTY = Library({}, {})
