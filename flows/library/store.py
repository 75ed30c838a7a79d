"""An organisation's flows in Redis: revisions, what is published, and the rest of exports.

The index of an organisation (one hash, a small JSON value per flow) names the draft and the
published revision of each flow. A revision is encrypted, never changes, and is kept while it is
among the last 50 of its flow. Every change is one transaction that also renews the organisation's
version, by which processes notice that their library is outdated.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
from redis.exceptions import WatchError

from flowhook.errors import Changed, Conflict, NotFound, TooLarge
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.trash import KEPT_SECONDS, Trash, TrashItem, beside_key
from flowhook.redis.keys import gone_key, org_key
from flowhook.timestamps import timestamp
from flows.definition.definition import Export
from flows.definition.reading import read_entry
from flows.library.libraries import Keys, Libraries
from flows.library.library import Head, Library, LibraryEntry
from flows.library.merging import Merged, check_keywords, merge
from flows.library.revision_notes import RevisionNotes
from flows.library.revisions import Revisions, revisions_key

MAX_FLOWS = 5_000
MAX_BYTES = 256 * 1024 * 1024  # of all revisions of an organisation
FLOW = "flow"  # the kind of a deleted flow

Json = dict[str, Any]

logger = logging.getLogger(__name__)


class FlowStore:
    """Reads and changes organisations' flows; caches libraries in memory."""

    def __init__(self, redis: Any, cipher: Cipher, clock: Callable[[], float] = time.time) -> None:
        self.redis = redis
        self.cipher = cipher
        self.clock = clock
        self.revisions = Revisions(redis, cipher)
        self.notes = RevisionNotes(redis, cipher)
        self.trash = Trash(redis, cipher, clock)
        self.libraries = Libraries(redis, cipher)

    # --- reading ------------------------------------------------------------------------

    def library(self, org: str, version: str | None = None) -> Library:
        """The organisation's flows at `version`, as just read elsewhere; None reads it first."""
        return self.libraries.get(org, version)

    def entry(self, org: str, uuid: str) -> LibraryEntry:
        """A flow's entry in the library. Raises NotFound."""
        found = self.library(org).entries.get(uuid)
        if found is None:
            raise no_flow()
        return found

    def export(self, org: str, uuids: Iterable[str] | None = None) -> Json:
        """The newest drafts, all or the named ones, in the shape that `add` takes; in order, since
        a hash in Redis has its own on each server."""
        keys, library = Keys.of(org), self.library(org)
        wanted = sorted(library.entries) if uuids is None else uuids
        pipe = self.redis.pipeline(transaction=False)
        pipe.smembers(keys.groups)
        pipe.lrange(keys.fields, 0, -1)
        groups, fields = pipe.execute()
        entries = [
            self.revisions.source(org, uuid, library.entries[uuid].draft.revision)
            for uuid in wanted
        ]
        return {
            "flows": [entry for entry in entries if entry is not None],
            "contact_field": [orjson.loads(field) for field in fields],
            "collections": sorted(group.decode() for group in groups),
            "interactive_templates": [one for _, one in sorted(library.interactive.items())],
        }

    # --- changing -----------------------------------------------------------------------

    def add(self, org: str, export: Export, by: str = "", note: str = "") -> list[LibraryEntry]:
        """Make the flows of an export drafts, with everything they need, all or none.

        Raises Conflict for a keyword that another flow has, TooLarge for too many flows or bytes,
        InvalidInput for a repeated or invalid UUID.
        """

        def earlier(entry: LibraryEntry) -> Json | None:
            return self.revisions.source(org, entry.uuid, entry.draft.revision)

        def change(library: Library, pipe: Any) -> Callable[[], list[LibraryEntry]]:
            merged = merge(export, library, self._next_revision(library), self._now(), earlier)
            return self._writing(org, merged, library, pipe, {"by": by, "note": note})

        written: list[LibraryEntry] = self._change(org, change)
        return written

    def alter(
        self, org: str, uuid: str, alter: Callable[[Json, LibraryEntry, Library], None], **note: str
    ) -> LibraryEntry:
        """Make a new draft of a flow from its newest one, which `alter` changes in place.

        `alter` may be called again, where somebody else wrote meanwhile. What changes nothing makes
        no revision. Raises what `alter` raises, NotFound, InvalidInput for a flow that could not be
        loaded any more, Conflict and TooLarge as `add` does.
        """

        def change(library: Library, pipe: Any) -> Callable[[], list[LibraryEntry]]:
            entry = library.entries.get(uuid)
            source = self.revisions.source(org, uuid, entry.draft.revision) if entry else None
            if entry is None or source is None:
                raise no_flow()
            before = orjson.dumps(source)
            alter(source, entry, library)
            held = [entry]
            if orjson.dumps(source) == before:
                return lambda: held
            head = Head.of(read_entry(source), self._next_revision(library))
            changed = replace(entry, draft=head, updated_at=self._now())
            check_keywords({uuid: changed}, library)
            merged = Merged((changed,), {uuid: source}, {}, (), ())
            return self._writing(org, merged, library, pipe, note)

        [written] = self._change(org, change)
        return written

    def publish(
        self,
        org: str,
        uuid: str,
        revision: int,
        *,
        is_newest: bool = True,
        provided: Callable[[Any], object] | None = None,
    ) -> LibraryEntry:
        """Publish a revision, the newest draft or any that is kept.

        `provided` is called with the transaction before it begins to buffer, may have it watch more
        keys of the organisation, and raises where nothing may change.

        Raises Conflict if it is to be the newest and is not any more or if another flow has one of
        its keywords, NotFound if there is no such flow or revision.
        """

        def change(library: Library, pipe: Any) -> Callable[[], LibraryEntry]:
            entry = library.entries.get(uuid)
            if entry is None:
                raise no_flow()
            if is_newest and entry.draft.revision != revision:
                raise Conflict("the flow was changed again meanwhile")
            head = entry.draft
            if head.revision != revision:
                flow = self.revisions.flow(org, uuid, revision)
                if flow is None or not pipe.hexists(revisions_key(org, uuid), str(revision)):
                    raise no_revision()
                head = Head.of(flow, revision)
            entry = replace(entry, published=head, updated_at=self._now())
            check_keywords({uuid: entry}, library)
            if provided is not None:
                provided(pipe)

            def write() -> LibraryEntry:
                pipe.hset(Keys.of(org).index, uuid, orjson.dumps(entry.as_dict()))
                return entry

            return write

        published: LibraryEntry = self._change(org, change)
        return published

    def delete(self, org: str, uuid: str, by: str, base: int | None = None) -> None:
        """Delete a flow; it can be brought back with its revisions. Raises NotFound, and Changed
        unless the newest draft is the revision `base`, where one is given.

        Conversations in it end with their contact's next message.
        """

        def change(library: Library, pipe: Any) -> Callable[[], None]:
            entry = library.entries.get(uuid)
            if entry is None:
                raise no_flow()
            if base not in (None, entry.draft.revision):
                raise Changed(
                    "this flow was changed since you read it",
                    fields={"revision": [f"The newest is {entry.draft.revision}."]},
                )
            numbers = pipe.hkeys(revisions_key(org, uuid))
            size = self.revisions.size(pipe, org, uuid, numbers)
            held = self._held_bytes(pipe, org, {uuid: numbers})
            notes = self.notes.read(org, uuid, pipe)
            content = {"uuid": uuid, **entry.as_dict(), "notes": notes}
            item = self.trash.item(FLOW, entry.draft.name, by, content, size)

            def write() -> None:
                pipe.hdel(Keys.of(org).index, uuid)
                pipe.set(Keys.of(org).bytes, held)
                self.notes.drop_all(pipe, org, uuid)
                pipe.expire(org_key(org, "flow_tally", uuid), KEPT_SECONDS)
                if numbers:
                    pipe.execute_command("RENAME", revisions_key(org, uuid), beside_key(org, item))
                    pipe.expire(beside_key(org, item), KEPT_SECONDS)
                self.trash.put(pipe, org, item)

            return write

        self._change(org, change)
        self.trash.trim(org)

    def bring_back(self, org: str, item: TrashItem, actor: str) -> LibraryEntry:
        """Bring a deleted flow back with its revisions. Raises Conflict where it was imported
        again, or another flow has one of its keywords; TooLarge where there is no room."""
        content = dict(item.content)
        notes = content.pop("notes", {})
        entry = LibraryEntry.from_dict(content.pop("uuid"), content)

        def change(library: Library, pipe: Any) -> Callable[[], LibraryEntry]:
            if entry.uuid in library.entries:
                raise Conflict("this flow was imported again", fix="Delete the new one first.")
            if not pipe.exists(beside_key(org, item)):
                raise NotFound("this flow's revisions are gone", fix="Import it again.")
            check_keywords({entry.uuid: entry}, library)
            held = int(pipe.get(Keys.of(org).bytes) or 0) + item.size
            if held > MAX_BYTES or len(library.entries) >= MAX_FLOWS:
                raise TooLarge("there is no room for this flow", fix="Delete other flows first.")

            def write() -> LibraryEntry:
                pipe.hset(Keys.of(org).index, entry.uuid, orjson.dumps(entry.as_dict()))
                pipe.set(Keys.of(org).bytes, held)
                pipe.execute_command(
                    "RENAME", beside_key(org, item), revisions_key(org, entry.uuid)
                )
                pipe.persist(revisions_key(org, entry.uuid))
                pipe.persist(org_key(org, "flow_tally", entry.uuid))
                self.notes.write(pipe, org, entry.uuid, notes)
                self.trash.drop(pipe, org, item)
                return entry

            return write

        brought: LibraryEntry = self._change(org, change)
        return brought

    # --- inside -------------------------------------------------------------------------

    def _change(self, org: str, change: Callable[[Library, Any], Callable[[], Any]]) -> Any:
        """Read, decide and write in one transaction; repeat it if another process wrote as well."""
        keys = Keys.of(org)
        while True:
            with self.redis.pipeline(transaction=True) as pipe:
                pipe.watch(keys.version, gone_key(org))
                if pipe.exists(gone_key(org)):
                    raise NotFound("this organisation was deleted")
                _, library = self.libraries.load(org)
                write = change(library, pipe)
                pipe.multi()
                answer = write()
                pipe.set(keys.version, os.urandom(8).hex())
                try:
                    pipe.execute()
                except WatchError:
                    continue
                return answer

    def _next_revision(self, library: Library) -> int:
        """Now in milliseconds, or more than the newest revision."""
        return max(int(self.clock() * 1000), newest_revision(library) + 1)

    def _writing(
        self, org: str, merged: Merged, library: Library, pipe: Any, note: Mapping[str, str]
    ) -> Callable[[], list[LibraryEntry]]:
        """What writes new drafts. Raises TooLarge where there is no room for them."""
        if len({*library.entries, *(one.uuid for one in merged.entries)}) > MAX_FLOWS:
            raise TooLarge(f"an organisation may have {MAX_FLOWS} flows")
        stale = {one.uuid: self.revisions.stale(pipe, org, one) for one in merged.entries}
        encoded = {
            uuid: self.revisions.encoded(org, uuid, source)
            for uuid, source in merged.sources.items()
        }
        held = self._held_bytes(pipe, org, stale) + sum(map(len, encoded.values()))
        if held > MAX_BYTES:
            raise TooLarge(
                f"the organisation's flows take more than {MAX_BYTES // 1024**2} MiB with"
                " their earlier revisions",
                fix="Delete flows that are not used any more.",
            )

        def write() -> list[LibraryEntry]:
            self._write(org, merged, encoded, pipe)
            pipe.set(Keys.of(org).bytes, held)
            for one in merged.entries:
                self.notes.drop(pipe, org, one.uuid, stale[one.uuid])
                self.notes.write(pipe, org, one.uuid, {str(one.draft.revision): note})
                if stale[one.uuid]:
                    pipe.hdel(revisions_key(org, one.uuid), *stale[one.uuid])
            return list(merged.entries)

        return write

    def _held_bytes(self, pipe: Any, org: str, freed: Mapping[str, list[bytes]]) -> int:
        """The bytes of all revisions but these; those of an older release are not counted."""
        counted = int(pipe.get(Keys.of(org).bytes) or 0)
        sizes = (self.revisions.size(pipe, org, uuid, old) for uuid, old in freed.items())
        return max(0, counted - sum(sizes))

    def _write(self, org: str, merged: Merged, encoded: Mapping[str, bytes], pipe: Any) -> None:
        keys = Keys.of(org)
        for entry in merged.entries:
            revision = str(entry.draft.revision)
            pipe.hset(revisions_key(org, entry.uuid), revision, encoded[entry.uuid])
            pipe.hset(keys.index, entry.uuid, orjson.dumps(entry.as_dict()))
            pipe.persist(org_key(org, "flow_tally", entry.uuid))  # it may have been deleted
        for label, template in merged.interactive.items():
            encrypted = self.cipher.seal(org, "interactive", orjson.dumps(template))
            pipe.hset(keys.interactive, label, encrypted)
        if merged.groups:
            pipe.sadd(keys.groups, *merged.groups)
        for field in merged.fields:
            pipe.lrem(keys.fields, 0, orjson.dumps(field))
            pipe.rpush(keys.fields, orjson.dumps(field))

    def _now(self) -> str:
        return timestamp(datetime.fromtimestamp(self.clock(), UTC))


def newest_revision(library: Library) -> int:
    return max((one.draft.revision for one in library.entries.values()), default=0)


def no_flow() -> NotFound:
    return NotFound("this flow does not exist", fix="GET /flows/<org> lists the flows.")


def no_revision() -> NotFound:
    return NotFound(
        "this revision is not kept", fix="GET /flows/<org>/<uuid>/revisions lists those that are."
    )
