"""Deleting an organisation's question sets, and bringing them back.

The head of a deleted set lies in the trash with its cases beside it, as they were stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from redis.exceptions import ResponseError

from answers.question_sets.sealing import Rows, cases_key, index_key
from answers.question_sets.set_changes import SetChanges, Written
from answers.question_sets.set_checks import MAX_SETS, check_tag, existing
from answers.question_sets.stored_set import SetHead
from flowhook.errors import Conflict, NotFound, TooLarge
from flowhook.frames import drop_frames
from flowhook.organisations.trash import KEPT_SECONDS, Trash, TrashItem, beside_key
from flowhook.redis.fullness import refuses_writes

QUESTION_SET = "question_set"  # the kind of a deleted set

Users = Callable[[str, str], Iterable[str]]
"""(organisation, name): who needs this question set, in words such as "the prompt farmer_help"."""


class DeletedSets:
    """Moves question sets to the trash and back; `users` tell what needs a set, which then cannot
    be deleted."""

    def __init__(self, changes: SetChanges, trash: Trash) -> None:
        self.changes = changes
        self.trash = trash
        self.users: list[Users] = []
        trash.restorers[QUESTION_SET] = self.bring_back

    def delete(self, org: str, name: str, by: str, expected: Iterable[str] = ()) -> bool:
        """Delete a set, which can be brought back unless the store is full: then the answer is
        False. Raises NotFound, Changed, and Conflict while something needs it."""
        try:
            self.changes.run(org, name, lambda *read: self._deleting(org, by, expected, *read))
        except ResponseError as failure:
            if not refuses_writes(failure):
                raise
            drop_frames(failure)  # what is deleted makes room, what is kept of it would need some
            with self.changes.redis.pipeline(transaction=True) as pipe:
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
                pipe.hset(index_key(org), head.name, self.changes.sealing.sealed_head(org, head))
                pipe.execute_command("RENAME", beside_key(org, item), key)
                pipe.persist(key)
                self.trash.drop(pipe, org, item)

            return Written(head, is_new=True), write

        self.changes.run(org, head.name, change)

    # --- inside -------------------------------------------------------------------------

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
