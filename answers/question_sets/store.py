"""An organisation's question sets in Redis.

One hash for each organisation holds the head of each set (target, judge, how many cases); one hash
for each set holds its cases and their order. All of it is sealed. Every change is one transaction.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from redis.exceptions import ResponseError, WatchError

from answers.question_sets.case_contacts import CaseContacts
from answers.question_sets.question_set import Case, QuestionSet
from answers.question_sets.sealing import (
    ORDER,
    Rows,
    SetSealing,
    case_field,
    cases_key,
    index_key,
)
from answers.question_sets.stored_set import (
    SetHead,
    cases_digest,
    encoded_case,
    judge_json,
    set_of,
    target_json,
    with_id,
    with_ids,
)
from flowhook.batches import batches
from flowhook.errors import Changed, Conflict, NotFound, TooLarge
from flowhook.frames import drop_frames
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.trash import KEPT_SECONDS, Trash, TrashItem, beside_key
from flowhook.redis.fullness import refuses_writes
from flowhook.redis.keys import gone_key
from flowhook.timestamps import timestamp_of
from flowhook.turns import in_turns

QUESTION_SET = "question_set"  # the kind of a deleted set
MAX_SETS = 200
MAX_CASES = 10_000
MAX_BYTES = 16 * 1024 * 1024  # of a set's cases, as JSON
AT_ONCE = 500

Users = Callable[[str, str], Iterable[str]]
"""(organisation, name): who needs this question set, in words such as "the prompt farmer_help"."""

Edit = Callable[[list[Case]], Iterable[Case]]
"""From a set's cases to those that it has from then on; may be called again."""


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


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some cases in their order, and the place of the next one; None at the end."""

    cases: list[Case]
    next: int | None


class QuestionSetStore:
    """Reads and changes organisations' question sets; `clock` tells epoch seconds.

    `by` names who changes something. `expected` are the tags of If-Match, of which one has to fit.
    `users` tell what needs a set, which then cannot be deleted.
    """

    def __init__(
        self, redis: Any, cipher: Cipher, trash: Trash, clock: Callable[[], float] = time.time
    ) -> None:
        self.redis = redis
        self.sealing = SetSealing(cipher)
        self.contacts = CaseContacts(redis, cipher)
        self.trash = trash
        self.clock = clock
        self.users: list[Users] = []
        self.trash.restorers[QUESTION_SET] = self.bring_back

    # --- reading ------------------------------------------------------------------------

    def heads(self, org: str) -> list[SetHead]:
        """The heads of all sets, by name."""
        stored = self.redis.hgetall(index_key(org)).items()
        heads = (self.sealing.head(org, name.decode(), sealed) for name, sealed in stored)
        return sorted((head for head in heads if head), key=lambda head: head.name)

    def head(self, org: str, name: str) -> SetHead:
        """What is known of a set without its cases. Raises NotFound."""
        return existing(self.sealing.head(org, name, self.redis.hget(index_key(org), name)))

    def get(self, org: str, name: str) -> QuestionSet:
        """A set with all its cases. Raises NotFound."""
        return self.read(org, name)[1]

    def read(self, org: str, name: str) -> tuple[SetHead, QuestionSet]:
        """A set's head, and the set with all its cases. Raises NotFound."""
        with self.redis.pipeline(transaction=True) as pipe:
            pipe.hget(index_key(org), name)
            pipe.hgetall(cases_key(org, name))
            sealed, stored = pipe.execute()
        head = existing(self.sealing.head(org, name, sealed))
        stored = stored if isinstance(stored, dict) else _paired(stored)
        return head, set_of(head, self._cases(org, name, stored))

    def page(self, org: str, name: str, start: int = 0, count: int = 100) -> CasePage:
        """Some cases of a set, from the place `start` on. Raises NotFound."""
        self.head(org, name)
        rows = self.sealing.rows(org, name, self.redis.hget(cases_key(org, name), ORDER))
        ids = [row.id for row in rows[start : start + count]]
        end = start + count
        return CasePage(self.some(org, name, ids), end if end < len(rows) else None)

    def some(self, org: str, name: str, ids: Sequence[str]) -> list[Case]:
        """Those of these cases that there are."""
        if not ids:
            return []
        sealed = self.redis.hmget(cases_key(org, name), list(map(case_field, ids)))
        cases = (self.sealing.case(org, name, *one) for one in zip(ids, sealed, strict=True))
        return [case for case in cases if case]

    def case(self, org: str, name: str, case_id: str) -> Case:
        """One case of a set. Raises NotFound."""
        self.head(org, name)
        sealed = self.redis.hget(cases_key(org, name), case_field(case_id))
        case = self.sealing.case(org, name, case_id, sealed)
        if case is None:
            raise no_case()
        return case

    # --- changing a set -----------------------------------------------------------------

    def put(
        self,
        org: str,
        asked: QuestionSet,
        by: str,
        expected: Iterable[str] = (),
        contact: str = "",
    ) -> Written:
        """Create or replace a set; cases without an id get one, and the last is made of this
        contact's words, if any.

        Raises Changed unless `expected` fits, TooLarge for too many sets, cases or bytes, and
        Conflict for an id that two cases have.
        """
        cases = with_ids(asked.cases)

        def change(pipe: Any, head: SetHead | None, rows: Rows) -> tuple[Written, Any]:
            check_tag(head, expected)
            if head is None and pipe.hlen(index_key(org)) >= MAX_SETS:
                raise TooLarge(
                    f"an organisation may have {MAX_SETS} question sets",
                    fix="Delete sets that are not used any more.",
                )
            fresh = SetHead(asked.name, target_json(asked), judge_json(asked.judge))
            written, write = self._writing(pipe, org, fresh, rows, cases, by)
            if contact and cases:
                write = self._noting(pipe, org, asked.name, cases[-1].id, contact, write)
            return replace(written, is_new=head is None), write

        return self._change(org, asked.name, change)

    def delete(self, org: str, name: str, by: str, expected: Iterable[str] = ()) -> bool:
        """Delete a set, which can be brought back unless the store is full: then the answer is
        False. Raises NotFound, Changed, and Conflict while something needs it."""
        try:
            self._change(org, name, lambda *read: self._deleting(org, by, expected, *read))
        except ResponseError as failure:
            if not refuses_writes(failure):
                raise
            drop_frames(failure)  # what is deleted makes room, what is kept of it would need some
            with self.redis.pipeline(transaction=True) as pipe:
                pipe.hdel(index_key(org), name)
                pipe.unlink(cases_key(org, name))
                pipe.execute()
            return False
        self.trash.trim(org)
        return True

    def bring_back(self, org: str, item: TrashItem, actor: str) -> None:
        """Bring a deleted set back with its cases. Raises Conflict where there is a new one of this
        name, NotFound where its cases are gone, and TooLarge."""
        head = SetHead(**item.content)

        def change(pipe: Any, there: SetHead | None, _rows: Rows) -> tuple[Written, Any]:
            if there is not None:
                raise Conflict(
                    f"there is a new question set {head.name}",
                    fix="Delete it first, or leave the old one where it is.",
                )
            if not pipe.exists(beside_key(org, item)):
                raise NotFound("this question set's cases are gone", fix="Make it again.")
            if pipe.hlen(index_key(org)) >= MAX_SETS:
                raise TooLarge("there is no room for this question set", fix="Delete others first.")

            def write() -> None:
                key = cases_key(org, head.name)
                pipe.hset(index_key(org), head.name, self.sealing.sealed_head(org, head))
                pipe.execute_command("RENAME", beside_key(org, item), key)
                pipe.persist(key)
                self.trash.drop(pipe, org, item)

            return Written(head, is_new=True), write

        self._change(org, head.name, change)

    # --- changing cases -----------------------------------------------------------------

    def add_case(self, org: str, name: str, case: Case, by: str, contact: str = "") -> str:
        """Add a case at the end, made of this contact's words, if any; returns its id. Raises
        NotFound, TooLarge, and Conflict where a case has its id."""

        def change(pipe: Any, head: SetHead | None, rows: Rows) -> tuple[Written, Any]:
            ids = {row.id for row in rows}
            if case.id in ids:
                raise Conflict(
                    f"this question set has a case {case.id}",
                    fix="Give the new one another id, or none; PUT replaces a case.",
                )
            new = with_id(case, ids)
            written, write = self._placing(pipe, org, existing(head), rows, new, by)
            return written, self._noting(pipe, org, name, new.id, contact, write)

        return self._change(org, name, change).case_id

    def put_case(
        self, org: str, name: str, case: Case, by: str, expected: Iterable[str] = ()
    ) -> Written:
        """Replace the case of this id, or add it at the end. Raises NotFound, Changed, TooLarge."""

        def change(pipe: Any, head: SetHead | None, rows: Rows) -> tuple[Written, Any]:
            head = existing(head)
            check_case_tag(head, rows, case.id, expected)
            return self._placing(pipe, org, head, rows, case, by)

        return self._change(org, name, change)

    def delete_case(
        self, org: str, name: str, case_id: str, by: str, expected: Iterable[str] = ()
    ) -> Written:
        """Raises NotFound and Changed."""

        def change(pipe: Any, head: SetHead | None, rows: Rows) -> tuple[Written, Any]:
            head = existing(head)
            check_case_tag(head, rows, case_id, expected)
            kept = [row for row in rows if row.id != case_id]
            if len(kept) == len(rows):
                raise no_case()
            return self._ordering(pipe, org, head, rows, kept, {}, by)

        return self._change(org, name, change)

    def edit_cases(self, org: str, name: str, edit: Edit, by: str) -> Written:
        """Change any cases of a set at once. Raises NotFound, TooLarge, and Conflict for an id that
        two cases have."""

        def change(pipe: Any, head: SetHead | None, rows: Rows) -> tuple[Written, Any]:
            head = existing(head)
            cases = self._cases(org, name, pipe.hgetall(cases_key(org, name)))
            return self._writing(pipe, org, head, rows, with_ids(edit(cases)), by)

        return self._change(org, name, change)

    # --- inside -------------------------------------------------------------------------

    def _change(self, org: str, name: str, change: Change) -> Written:
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

    def _noting(
        self,
        pipe: Any,
        org: str,
        name: str,
        case_id: str,
        contact: str,
        write: Callable[[], object],
    ) -> Callable[[], None]:
        """What writes, and notes whose words a case is made of: never the one without the other."""

        def both() -> None:
            write()
            self.contacts.note(pipe, org, name, case_id, contact)

        return both

    def _placing(
        self, pipe: Any, org: str, head: SetHead, rows: Rows, case: Case, by: str
    ) -> tuple[Written, Any]:
        """Put a case in the place of the one with its id, or at the end."""
        new, encoded = encoded_case(case)
        ids = [row.id for row in rows]
        after = [new if row.id == case.id else row for row in rows]
        if case.id not in ids:
            after.append(new)
        written, write = self._ordering(pipe, org, head, rows, after, {case.id: encoded}, by)
        is_new = case.id not in ids
        return replace(written, is_new=is_new, case_id=case.id, case_tag=new.digest), write

    def _writing(
        self, pipe: Any, org: str, head: SetHead, before: Rows, cases: Iterable[Case], by: str
    ) -> tuple[Written, Any]:
        """Give a set these cases, and no others."""
        encoded = [encoded_case(case) for case in in_turns(cases)]
        rows = [row for row, _ in encoded]
        raws = {row.id: raw for row, raw in encoded}
        return self._ordering(pipe, org, head, before, rows, raws, by)

    def _ordering(
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

    def _deleting(
        self, org: str, by: str, expected: Iterable[str], pipe: Any, head: SetHead | None, _: Rows
    ) -> tuple[Written, Any]:
        head = existing(head)
        check_tag(head, expected)
        users = [user for of in self.users for user in of(org, head.name)]
        if users:
            raise Conflict(
                f"this question set is the gate of {', '.join(users)}",
                fix="Take the gate away first, or give it another question set.",
            )
        item = self.trash.item(QUESTION_SET, head.name, by, asdict(head), head.bytes)

        def write() -> None:
            pipe.hdel(index_key(org), head.name)
            pipe.execute_command("RENAME", cases_key(org, head.name), beside_key(org, item))
            pipe.expire(beside_key(org, item), KEPT_SECONDS)
            self.trash.put(pipe, org, item)

        return Written(head), write

    def _counted(self, head: SetHead, rows: Rows, by: str) -> SetHead:
        """The head of a set that has these cases from now on. Raises TooLarge."""
        size = sum(row.bytes for row in rows)
        if len(rows) > MAX_CASES or size > MAX_BYTES:
            raise TooLarge(
                f"a question set may have {MAX_CASES:,} cases of {MAX_BYTES // 1024**2} MiB",
                fix="Make a second set, or delete cases that are not needed.",
            )
        return replace(
            head,
            count=len(rows),
            bytes=size,
            cases_digest=cases_digest(rows),
            updated_at=timestamp_of(int(self.clock() * 1000)),
            by=by,
        )

    def _cases(self, org: str, name: str, stored: Mapping[bytes, bytes]) -> list[Case]:
        rows = self.sealing.rows(org, name, stored.get(ORDER))
        cases = (
            self.sealing.case(org, name, row.id, stored.get(case_field(row.id)))
            for row in in_turns(rows)
        )
        return [case for case in cases if case]


def check_tag(head: SetHead | None, expected: Iterable[str]) -> None:
    """Raise Changed, naming what changed and by whom, unless one of the tags fits."""
    tags = list(expected)
    if not tags:
        return
    if head is None:
        raise Changed("this question set is not there any more")
    changes = [head.changed_since(tag) for tag in tags]
    if all(changes):
        told = {name: [_told(head)] for name in changes[0]}
        names = ", ".join(changes[0])
        raise Changed(f"the question set changed since you read it: {names}", fields=told)


def check_case_tag(head: SetHead, rows: Rows, case_id: str, expected: Iterable[str]) -> None:
    """Raise Changed unless one of the tags is the case's, or the whole set's."""
    tags = list(expected)
    row = next((row for row in rows if row.id == case_id), None)
    if not tags or (row and row.digest in tags) or head.tag in tags or (row and "*" in tags):
        return
    if row is None:
        raise Changed("this case is not there any more")
    raise Changed("this case changed since you read it", fields={case_id: [_told(head)]})


def existing(head: SetHead | None) -> SetHead:
    """Raises NotFound."""
    if head is None:
        raise NotFound(
            "this question set does not exist",
            fix="GET /question-sets/<org> lists the question sets.",
        )
    return head


def no_case() -> NotFound:
    return NotFound(
        "this case does not exist", fix="GET /question-sets/<org>/<name> lists the cases."
    )


def _told(head: SetHead) -> str:
    return f"Was changed since you read it; the set last by {head.by} at {head.updated_at}."


def _paired(flat: Sequence[bytes]) -> dict[bytes, bytes]:
    """A hash as a cluster's transaction answers it."""
    return dict(zip(flat[::2], flat[1::2], strict=True))
