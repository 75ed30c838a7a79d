"""An organisation's question sets in Redis.

One hash for each organisation holds the head of each set (target, judge, how many cases); one hash
for each set holds its cases and their order. All of it is sealed. Every change is one transaction.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from answers.question_sets.case_contacts import CaseContacts
from answers.question_sets.deleted_sets import DeletedSets, Users
from answers.question_sets.question_set import Case, QuestionSet
from answers.question_sets.sealing import (
    ORDER,
    Rows,
    SetSealing,
    case_field,
    cases_key,
    index_key,
)
from answers.question_sets.set_changes import SetChanges, Written
from answers.question_sets.set_checks import (
    check_case_tag,
    check_sets,
    check_tag,
    existing,
    no_case,
)
from answers.question_sets.stored_set import (
    SetHead,
    judge_json,
    set_of,
    target_json,
    with_id,
    with_ids,
)
from flowhook.errors import Conflict
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.trash import Trash
from flowhook.turns import in_turns

Edit = Callable[[list[Case]], Iterable[Case]]
"""From a set's cases to those that it has from then on; may be called again."""


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some cases in their order, and the place of the next one; None at the end."""

    cases: list[Case]
    next: int | None


class QuestionSetStore:
    """Reads and changes organisations' question sets; `clock` tells epoch seconds.

    `by` names who changes something. `expected` are the tags of If-Match, of which one has to fit.
    """

    def __init__(
        self, redis: Any, cipher: Cipher, trash: Trash, clock: Callable[[], float] = time.time
    ) -> None:
        self.redis = redis
        self.sealing = SetSealing(cipher)
        self.contacts = CaseContacts(redis, cipher)
        self.trash = trash
        self.changes = SetChanges(redis, self.sealing, clock)
        self.deleted = DeletedSets(self.changes, trash)

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
            if head is None:
                check_sets(pipe.hlen(index_key(org)))
            fresh = SetHead(asked.name, target_json(asked), judge_json(asked.judge))
            written, write = self.changes.writing(pipe, org, fresh, rows, cases, by)
            if contact and cases:
                write = self._noting(pipe, org, asked.name, cases[-1].id, contact, write)
            return replace(written, is_new=head is None), write

        return self.changes.run(org, asked.name, change)

    def delete(self, org: str, name: str, by: str, expected: Iterable[str] = ()) -> bool:
        """Delete a set, which can be brought back unless the store is full: then the answer is
        False. Raises NotFound, Changed, and Conflict while something needs it."""
        return self.deleted.delete(org, name, by, expected)

    def add_users(self, users: Users) -> None:
        """Add somebody who knows what needs a set, which then cannot be deleted."""
        self.deleted.users.append(users)

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
            written, write = self.changes.placing(pipe, org, existing(head), rows, new, by)
            return written, self._noting(pipe, org, name, new.id, contact, write)

        return self.changes.run(org, name, change).case_id

    def put_case(
        self, org: str, name: str, case: Case, by: str, expected: Iterable[str] = ()
    ) -> Written:
        """Replace the case of this id, or add it at the end. Raises NotFound, Changed, TooLarge."""

        def change(pipe: Any, head: SetHead | None, rows: Rows) -> tuple[Written, Any]:
            head = existing(head)
            check_case_tag(head, rows, case.id, expected)
            return self.changes.placing(pipe, org, head, rows, case, by)

        return self.changes.run(org, name, change)

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
            return self.changes.ordering(pipe, org, head, rows, kept, {}, by)

        return self.changes.run(org, name, change)

    def edit_cases(self, org: str, name: str, edit: Edit, by: str) -> Written:
        """Change any cases of a set at once. Raises NotFound, TooLarge, and Conflict for an id that
        two cases have."""

        def change(pipe: Any, head: SetHead | None, rows: Rows) -> tuple[Written, Any]:
            head = existing(head)
            cases = self._cases(org, name, pipe.hgetall(cases_key(org, name)))
            return self.changes.writing(pipe, org, head, rows, with_ids(edit(cases)), by)

        return self.changes.run(org, name, change)

    # --- inside -------------------------------------------------------------------------

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

    def _cases(self, org: str, name: str, stored: Mapping[bytes, bytes]) -> list[Case]:
        rows = self.sealing.rows(org, name, stored.get(ORDER))
        cases = (
            self.sealing.case(org, name, row.id, stored.get(case_field(row.id)))
            for row in in_turns(rows)
        )
        return [case for case in cases if case]


def _paired(flat: Sequence[bytes]) -> dict[bytes, bytes]:
    """A hash as a cluster's transaction answers it."""
    return dict(zip(flat[::2], flat[1::2], strict=True))
