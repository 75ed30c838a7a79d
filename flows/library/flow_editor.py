"""Changes flows in place, lists their revisions, and tells what changed between two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from answers.gates.check import GateCheck
from answers.gates.gate import FLOW, PERCENT
from answers.gates.gates import Gates
from flowhook.errors import Changed
from flowhook.timestamps import timestamp_of
from flows.definition.definition import Flow
from flows.definition.reading import read_entry
from flows.library.differences import Change, differences
from flows.library.editing import change_flow, change_node, shown_node
from flows.library.flow_linter import FlowLinter
from flows.library.library import Library, LibraryEntry
from flows.library.publishing import refuse_critical
from flows.library.revisions import revisions_key
from flows.library.store import FlowStore, no_flow, no_revision
from flows.lint import Issue

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Published:
    """A flow's entry and its issues; with `check`, the revision goes live once that passed."""

    entry: LibraryEntry
    issues: list[Issue]
    check: GateCheck | None = None


class FlowEditor:
    """What an author does to a flow that is in the library."""

    def __init__(self, store: FlowStore, linter: FlowLinter, gates: Gates | None = None) -> None:
        self.store = store
        self.linter = linter
        self.gates = gates

    def change_node(
        self,
        org: str,
        uuid: str,
        node: str,
        change: Mapping[str, Any],
        *,
        by: str,
        base: int | None = None,
    ) -> tuple[LibraryEntry, list[Issue]]:
        """Change a node in a new draft; gives the flow's entry and its issues.

        `base` is the revision that the author had read: where somebody else changed the node since,
        it raises Changed with both versions. Raises NotFound, InvalidInput, Conflict, TooLarge.
        """
        wanted = {name: value for name, value in change.items() if name != "note"}

        def alter(entry: Json, held: LibraryEntry, library: Library) -> None:
            flow = read_entry(entry)
            if base not in (None, held.draft.revision):
                self._refuse_changed(org, flow, node, base or 0, wanted)
            change_node(entry, flow, node, wanted, library.interactive_messages)

        return self._altered(org, uuid, alter, by, change)

    def issues_with(self, org: str, uuid: str, node: str, change: Mapping[str, Any]) -> list[Issue]:
        """The flow's issues as they would be with a change of a node, of which nothing is stored.

        Raises what `change_node` does.
        """
        library = self.store.library(org)
        entry = self.store.entry(org, uuid)
        source = self.store.revisions.source(org, uuid, entry.draft.revision)
        if source is None:
            raise no_flow()
        wanted = {name: value for name, value in change.items() if name != "note"}
        change_node(source, read_entry(source), node, wanted, library.interactive_messages)
        return self.linter.issues_of_import(org, read_entry(source), library)

    def change_flow(
        self,
        org: str,
        uuid: str,
        change: Mapping[str, Any],
        *,
        by: str,
        base: int | None = None,
    ) -> tuple[LibraryEntry, list[Issue]]:
        """Change a flow's keywords and name in a new draft; like `change_node`."""
        wanted = {name: value for name, value in change.items() if name != "note"}

        def alter(entry: Json, held: LibraryEntry, library: Library) -> None:
            if base not in (None, held.draft.revision):
                then = self.store.revisions.flow(org, uuid, base or 0)
                now = {"name": held.draft.name, "keywords": list(held.draft.keywords)}
                if not then or {"name": then.name, "keywords": list(then.keywords)} != now:
                    raise _changed("this flow", wanted, now)
            change_flow(entry, wanted)

        return self._altered(org, uuid, alter, by, change)

    def publish(
        self, org: str, uuid: str, revision: int | None = None, *, by: str = "", insists: bool
    ) -> Published:
        """Publish a kept revision, or the newest draft; with a gate, perhaps check it first.

        Raises NotFound, Conflict for Critical issues unless one insists, and where the newest is no
        longer the one that was looked at, and what `Gates.go_live` raises.
        """
        wanted = self.store.entry(org, uuid).draft.revision if revision is None else revision
        flow = self.flow(org, uuid, wanted)
        issues = self.linter.issues(org, flow, self.store.library(org))
        if not insists:
            refuse_critical(issues)
        place = (FLOW, uuid)
        if self.gates is None or self.gates.gate(org, place) is None:
            entry = self.store.publish(org, uuid, wanted, is_newest=revision is None)
            return Published(entry, issues)
        check = self.gates.go_live(org, place, {wanted: PERCENT}, by, insists=insists)
        return Published(self.store.entry(org, uuid), issues, check)

    def take_up(self, org: str, uuid: str, revision: int, *, by: str, note: str) -> LibraryEntry:
        """Make a kept revision the newest draft again. Raises NotFound, Conflict, TooLarge."""

        def alter(entry: Json, held: LibraryEntry, library: Library) -> None:
            kept = self.store.revisions.source(org, uuid, revision)
            if kept is None:
                raise no_revision()
            entry.clear()
            entry.update(kept)

        return self.store.alter(org, uuid, alter, by=by, note=note)

    def revisions(self, org: str, uuid: str) -> list[Json]:
        """The kept revisions, newest first, with who made them, when, and their notes."""
        entry = self.store.entry(org, uuid)
        notes = self.store.notes.read(org, uuid)
        kept = sorted(map(int, self.store.redis.hkeys(revisions_key(org, uuid))), reverse=True)
        return [
            {
                "revision": revision,
                "at": timestamp_of(revision),
                "by": notes.get(str(revision), {}).get("by", ""),
                "note": notes.get(str(revision), {}).get("note", ""),
                "is_published": bool(entry.published and entry.published.revision == revision),
                "is_draft": entry.draft.revision == revision,
            }
            for revision in kept
        ]

    def differences(self, org: str, uuid: str, before: int, after: int) -> list[Change]:
        """What changed from one kept revision to another. Raises NotFound."""
        return differences(self.flow(org, uuid, before), self.flow(org, uuid, after))

    def flow(self, org: str, uuid: str, revision: int) -> Flow:
        """A kept revision. Raises NotFound."""
        if uuid not in self.store.library(org).entries:
            raise no_flow()
        found = self.store.revisions.flow(org, uuid, revision)
        if found is None:
            raise no_revision()
        return found

    def _altered(
        self, org: str, uuid: str, alter: Any, by: str, change: Mapping[str, Any]
    ) -> tuple[LibraryEntry, list[Issue]]:
        entry = self.store.alter(org, uuid, alter, by=by, note=str(change.get("note", "")))
        flow = self.flow(org, uuid, entry.draft.revision)
        return entry, self.linter.issues(org, flow, self.store.library(org))

    def _refuse_changed(
        self, org: str, now: Flow, node: str, base: int, wanted: Mapping[str, Any]
    ) -> None:
        """Raise Changed unless the node is as it was in the revision `base`."""
        then = self.store.revisions.flow(org, now.uuid, base)
        theirs = shown_node(now, now.nodes[node]) if node in now.nodes else {}
        before = shown_node(then, then.nodes[node]) if then and node in then.nodes else None
        if theirs != before:
            raise _changed("this node", wanted, theirs)


def _changed(what: str, yours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Changed:
    return Changed(
        f"{what} was changed since you read it",
        fix="Look at both versions, and send your change with the flow's new ETag in If-Match.",
        fields={"yours": dict(yours), "theirs": dict(theirs)},
    )
