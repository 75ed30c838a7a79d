"""Changes of an organisation's question sets in Redis, each of them one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from redis.exceptions import WatchError

from answers.question_sets.question_set import Case
from answers.question_sets.sealing import (
    ORDER,
    Rows,
    SetSealing,
    case_field,
    cases_key,
    index_key,
)
from answers.question_sets.set_checks import check_size
from answers.question_sets.stored_set import SetHead, cases_digest, encoded_case
from flowhook.batches import batches
from flowhook.errors import NotFound
from flowhook.redis.keys import gone_key
from flowhook.timestamps import timestamp_of
from flowhook.turns import in_turns

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Written:
    """What a change left: the set's head, and how many cases are new or took another's place.

    `is_new`: the set was not there before, or the case, where one was written, which now has
    `case_tag` as its ETag.
    """

    head: SetHead
    is_new: bool = False
    case_id: str = ""
    case_tag: str = ""
    added: int = 0
    replaced: int = 0


Change = Callable[[Any, SetHead | None, Rows], tuple[Written, Callable[[], Any]]]
"""From a watching pipeline, a set's head and order to what is written, and what writes it."""


class SetChanges:
    """Decides by a set's head and order, and writes what was decided only where these stand yet;
    `clock` tells epoch seconds."""

    def __init__(self, redis: Any, sealing: SetSealing, clock: Callable[[], float]) -> None:
        self.redis = redis
        self.sealing = sealing
        self.clock = clock

    def run(self, org: str, name: str, change: Change) -> Written:
        """Read, decide and write in one transaction; repeat it if another process wrote as well."""
        while True:
            with self.redis.pipeline(transaction=True) as pipe:
                pipe.watch(index_key(org), cases_key(org, name), gone_key(org))
                if pipe.exists(gone_key(org)):
                    raise NotFound("this organisation was deleted")
                head = self.sealing.head(org, name, pipe.hget(index_key(org), name))
                order = pipe.hget(cases_key(org, name), ORDER) if head else None
                written, write = change(pipe, head, self.sealing.rows(org, name, order))
                pipe.multi()
                write()
                try:
                    pipe.execute()
                except WatchError:
                    continue
                return written

    def placing(
        self, pipe: Any, org: str, head: SetHead, rows: Rows, case: Case, by: str
    ) -> tuple[Written, Any]:
        """Put a case in the place of the one with its id, or at the end."""
        new, encoded = encoded_case(case)
        ids = [row.id for row in rows]
        after = [new if row.id == case.id else row for row in rows]
        if case.id not in ids:
            after.append(new)
        written, write = self.ordering(pipe, org, head, rows, after, {case.id: encoded}, by)
        is_new = case.id not in ids
        return replace(written, is_new=is_new, case_id=case.id, case_tag=new.digest), write

    def writing(
        self, pipe: Any, org: str, head: SetHead, before: Rows, cases: Iterable[Case], by: str
    ) -> tuple[Written, Any]:
        """Give a set these cases, and no others."""
        encoded = [encoded_case(case) for case in in_turns(cases)]
        rows = [row for row, _ in encoded]
        raws = {row.id: raw for row, raw in encoded}
        return self.ordering(pipe, org, head, before, rows, raws, by)

    def ordering(
        self,
        pipe: Any,
        org: str,
        head: SetHead,
        before: Rows,
        after: Rows,
        raws: Mapping[str, bytes],
        by: str,
    ) -> tuple[Written, Any]:
        """Give a set these cases; `raws` has the JSON of those that it has not yet as they are."""
        head = self._counted(head, after, by)
        had, had_ids, ids = set(before), {row.id for row in before}, {row.id for row in after}
        changed = [row for row in after if row not in had]
        gone = [row.id for row in before if row.id not in ids]
        key = cases_key(org, head.name)

        def write() -> None:
            if not before:
                pipe.delete(key)  # what no key opens
            for some in batches(gone, AT_ONCE):
                pipe.hdel(key, *map(case_field, some))
            for part in in_turns(batches(changed, AT_ONCE)):
                sealed = {
                    case_field(row.id): self.sealing.sealed_case(
                        org, head.name, row.id, raws[row.id]
                    )
                    for row in part
                }
                pipe.hset(key, mapping=sealed)
            pipe.hset(key, ORDER, self.sealing.sealed_rows(org, head.name, after))
            pipe.hset(index_key(org), head.name, self.sealing.sealed_head(org, head))

        added = sum(row.id not in had_ids for row in changed)
        return Written(head, added=added, replaced=len(changed) - added), write

    # --- inside -------------------------------------------------------------------------

    def _counted(self, head: SetHead, rows: Rows, by: str) -> SetHead:
        """The head of a set that has these cases from now on. Raises TooLarge."""
        size = sum(row.bytes for row in rows)
        check_size(len(rows), size)
        return replace(
            head,
            count=len(rows),
            bytes=size,
            cases_digest=cases_digest(rows),
            updated_at=timestamp_of(int(self.clock() * 1000)),
            by=by,
        )
