"""Compute the changes that an import makes to an organisation's flows, without writing anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowhook.errors import Conflict, InvalidInput
from flowhook.turns import in_turns
from flows.definition.definition import Export, Flow
from flows.definition.reading import read_entry
from flows.library.library import Head, Library, LibraryEntry
from flows.model.text import clean

MAX_NAME = 200

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Merged:
    """The changes of an import.

    `sources` has what is stored of each revision, by UUID, in the shape of an export's entry.
    """

    entries: tuple[LibraryEntry, ...]
    sources: Mapping[str, Json]
    interactive: Mapping[str, Mapping[str, Any]]
    groups: tuple[str, ...]
    fields: tuple[Any, ...]


def merge(
    export: Export,
    library: Library,
    revision: int,
    at: str,
    earlier: Callable[[LibraryEntry], Mapping[str, Any] | None],
) -> Merged:
    """Make new drafts of an export's flows.

    A bare definition has no keywords or other settings, so it takes those of the flow's `earlier`
    entry. Raises Conflict for a keyword of another flow, InvalidInput for a repeated or invalid
    UUID.
    """
    entries: dict[str, LibraryEntry] = {}
    sources: dict[str, Json] = {}
    beside: Sequence[Mapping[str, Any] | None] = export.entry_extra or (None,) * len(export.flows)
    for flow, extra in in_turns(zip(export.flows, beside, strict=True)):
        _check(flow, entries)
        known = library.entries.get(flow.uuid)
        if extra is None:
            source = {"keywords": [], **((earlier(known) if known else None) or {})}
        else:
            source = {**extra, "keywords": list(flow.keywords)}
        source["definition"] = dict(flow.source)
        head = Head.of(read_entry(source), revision)
        entries[flow.uuid] = LibraryEntry(flow.uuid, head, known.published if known else None, at)
        sources[flow.uuid] = source
    check_keywords(entries, library)
    return Merged(
        entries=tuple(entries.values()),
        sources=sources,
        interactive={_label(one): one for one in export.interactive_templates},
        groups=tuple(dict.fromkeys(str(name)[:MAX_NAME] for name in export.collections)),
        fields=export.contact_fields,
    )


def _check(flow: Flow, entries: Mapping[str, LibraryEntry]) -> None:
    if flow.uuid in entries:
        raise InvalidInput(f"two flows of the export have the UUID {flow.uuid[:64]}")
    if len(flow.uuid) > 64 or not flow.uuid.isprintable() or "/" in flow.uuid:
        raise InvalidInput("a flow's UUID is 1 to 64 printable characters without a slash")


def check_keywords(entries: Mapping[str, LibraryEntry], library: Library) -> None:
    """Check that no keyword leads to two flows, neither as drafts nor as published."""
    owners: dict[str, LibraryEntry] = {}
    for uuid, entry in {**library.entries, **entries}.items():
        heads = [entry.draft, *([entry.published] if entry.published else [])]
        words = {clean(one): one for head in heads for one in head.keywords}
        for cleaned, written in words.items():
            owner = owners.setdefault(cleaned, entry)
            if owner.uuid != uuid and cleaned and (uuid in entries or owner.uuid in entries):
                other = owner if uuid in entries else entry
                raise Conflict(
                    f"The keyword `{written[:60]}` was already used in the"
                    f" `{other.draft.name[:100]}` Flow.",
                    fix="Choose another keyword for one of the flows, then import again.",
                )


def _label(template: Mapping[str, Any]) -> str:
    label = template.get("label")
    return label if isinstance(label, str) and label else str(template.get("source_id"))
