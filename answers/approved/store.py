"""An organisation's approved answers in Redis: one hash, each answer sealed under its id.

Each change is one transaction, which also raises the number in the settings hash (head.py): so
every process learns of it with the settings that its next call reads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from answers.approved.answer import ApprovedAnswer, new_id
from answers.approved.counts import counts_key, fields_of
from answers.approved.head import FIELD, Head, read_head, seal_head
from answers.approved.sealing import answers_key, open_answer, seal_answer, size_of
from flowhook.batches import batches
from flowhook.errors import Changed, NotFound, TooLarge
from flowhook.organisations.changes import Changes
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.settings_change import Decision, change_settings, settings_key
from flowhook.organisations.settings_fields import Stored
from flowhook.timestamps import timestamp_of
from flowhook.turns import in_turns

MAX_ANSWERS = 10_000
MAX_QUESTIONS = 20_000  # of all answers: each process that is asked holds them in memory
MAX_BYTES = 16 * 1024 * 1024  # of all answers of an organisation, as JSON
AT_ONCE = 500
AUDITED = "answers"

Answers = Mapping[str, ApprovedAnswer]
"""Approved answers by id."""

Edit = Callable[[Answers], Iterable[ApprovedAnswer]]
"""From all answers to those that are new or changed; one without an id is new. May be called
again."""


@dataclass(frozen=True, slots=True)
class Edited:
    """How many answers a change added and replaced, and how many there are now."""

    added: int
    replaced: int
    count: int


class ApprovedStore:
    """Reads and changes approved answers; `clock` tells epoch seconds.

    `by` names who changes something. `expected` are the tags of If-Match, of which one has to fit.
    """

    def __init__(
        self,
        redis: Any,
        cipher: Cipher,
        changes: Changes,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.redis = redis
        self.cipher = cipher
        self.changes = changes
        self.clock = clock

    # --- reading ------------------------------------------------------------------------

    def all(self, org: str) -> list[ApprovedAnswer]:
        """Every approved answer, the newest first."""
        return list(self._opened(org, self.redis.hgetall(answers_key(org))).values())

    def get(self, org: str, answer_id: str) -> ApprovedAnswer:
        """One approved answer. Raises NotFound."""
        sealed = self.redis.hget(answers_key(org), answer_id)
        return existing(open_answer(self.cipher, org, answer_id, sealed))

    def head(self, org: str) -> Head:
        """How many there are, as it is stored now."""
        sealed = self.redis.hget(settings_key(org), FIELD)
        return read_head(self.cipher, org, {FIELD.encode(): sealed} if sealed else {})

    # --- changing -----------------------------------------------------------------------

    def add(self, org: str, values: Mapping[str, Any], by: str) -> ApprovedAnswer:
        """Add an answer with these values. Raises TooLarge for one too many."""
        answer = self._made(new_id(self._milliseconds()), values, by)
        self._change(org, lambda _: ([answer], []))
        self.changes.made(org, by, "create", audited(answer.id), values)
        return answer

    def put(
        self,
        org: str,
        answer_id: str,
        values: Mapping[str, Any],
        by: str,
        expected: Iterable[str] = (),
    ) -> ApprovedAnswer:
        """Replace an answer. Raises NotFound, Changed and TooLarge."""
        answer = self._made(answer_id, values, by)

        def decide(pipe: Any) -> tuple[list[ApprovedAnswer], list[str]]:
            self._checked(pipe, org, answer_id, expected)
            return [answer], []

        self._change(org, decide)
        self.changes.made(org, by, "change", audited(answer_id), values)
        return answer

    def delete(self, org: str, answer_id: str, by: str, expected: Iterable[str] = ()) -> None:
        """Delete an answer, and what it was counted. Raises NotFound and Changed."""

        def decide(pipe: Any) -> tuple[list[ApprovedAnswer], list[str]]:
            self._checked(pipe, org, answer_id, expected)
            return [], [answer_id]

        self._change(org, decide)
        self.changes.removed(org, by, audited(answer_id))

    def approve(self, org: str, values: Mapping[str, Any], by: str) -> ApprovedAnswer:
        """Have these values answer from now on: in the place of the answer to the same question in
        the same language, which has no last day then, or as a new one. Raises TooLarge."""
        made = kept = self._made(new_id(self._milliseconds()), values, by)

        def edit(answers: Answers) -> list[ApprovedAnswer]:
            nonlocal kept
            same = [one for one in answers.values() if _is_same(one, made)]
            kept = replace(same[0], answer=made.answer, until="") if same else made
            return [one for one in (kept,) if not same or one.tag != same[0].tag]

        self.edit(org, edit, by)
        return kept

    def edit(self, org: str, edit: Edit, by: str) -> Edited:
        """Add and replace any answers at once. Raises TooLarge."""
        counted = Edited(0, 0, 0)

        def decide(pipe: Any) -> tuple[list[ApprovedAnswer], list[str]]:
            nonlocal counted
            before = self._opened(org, pipe.hgetall(answers_key(org)))
            changed = self._named(edit(before), by)
            replaced = sum(one.id in before for one in changed)
            counted = Edited(len(changed) - replaced, replaced, 0)
            return changed, []

        head, is_changed = self._change(org, decide)
        if is_changed:
            self.changes.made(org, by, "change", AUDITED, [])
        return replace(counted, count=head.count)

    # --- inside -------------------------------------------------------------------------

    def _change(
        self, org: str, decide: Callable[[Any], tuple[Sequence[ApprovedAnswer], Sequence[str]]]
    ) -> tuple[Head, bool]:
        """Write what `decide` says is to be stored and deleted, in one transaction."""
        key = answers_key(org)

        def decided(stored: Stored, pipe: Any) -> Decision[Head]:
            before = read_head(self.cipher, org, stored)
            changed, gone = decide(pipe)
            if not changed and not gone:
                return before, None
            head = self._counted(before, org, pipe, changed, gone)

            def write(pipe: Any) -> None:
                for part in in_turns(batches(changed, AT_ONCE)):
                    sealed = {one.id: seal_answer(self.cipher, org, one) for one in part}
                    pipe.hset(key, mapping=sealed)
                for answer_id in gone:
                    pipe.hdel(key, answer_id)
                    pipe.hdel(counts_key(org), *fields_of(answer_id))
                pipe.hset(settings_key(org), FIELD, seal_head(self.cipher, org, head))

            return head, write

        return change_settings(self.redis, org, decided)

    def _counted(
        self,
        before: Head,
        org: str,
        pipe: Any,
        changed: Sequence[ApprovedAnswer],
        gone: Sequence[str],
    ) -> Head:
        """The head after a change. Raises TooLarge where answers were added beyond the bounds."""
        ids = [*(one.id for one in changed), *gone]
        were = [
            open_answer(self.cipher, org, answer_id, sealed)
            for some in batches(ids, AT_ONCE)
            for answer_id, sealed in zip(some, pipe.hmget(answers_key(org), some), strict=True)
        ]
        known = [one for one in were if one]
        head = Head(
            before.number + 1,
            max(0, before.count + len(changed) - len(known)),
            max(0, before.questions + _questions(changed) - _questions(known)),
            max(0, before.bytes + sum(map(size_of, changed)) - sum(map(size_of, known))),
        )
        if _is_more(head, before) and not _fits(head):
            raise TooLarge(
                f"an organisation may have {MAX_ANSWERS:,} approved answers, with"
                f" {MAX_QUESTIONS:,} questions and {MAX_BYTES // 1024**2} MiB together",
                fix="Delete answers that have ended or are never given.",
            )
        return head

    def _checked(self, pipe: Any, org: str, answer_id: str, expected: Iterable[str]) -> None:
        sealed = pipe.hget(answers_key(org), answer_id)
        found = existing(open_answer(self.cipher, org, answer_id, sealed))
        tags = list(expected)
        if tags and found.tag not in tags and "*" not in tags:
            told = f"Was changed since you read it, last by {found.by} at {found.at}."
            raise Changed(
                "this approved answer changed since you read it", fields={answer_id: [told]}
            )

    def _opened(self, org: str, stored: Mapping[bytes, bytes]) -> dict[str, ApprovedAnswer]:
        """The answers by id, the newest first."""
        found = {}
        for raw_id in in_turns(sorted(stored)):
            answer = open_answer(self.cipher, org, raw_id.decode(), stored[raw_id])
            if answer is not None:
                found[answer.id] = answer
        return found

    def _made(self, answer_id: str, values: Mapping[str, Any], by: str) -> ApprovedAnswer:
        return ApprovedAnswer(answer_id, **values, at=timestamp_of(self._milliseconds()), by=by)

    def _named(self, answers: Iterable[ApprovedAnswer], by: str) -> list[ApprovedAnswer]:
        """The answers with id, time and name; a list shows new ones in their order."""
        now = self._milliseconds()
        at = timestamp_of(now)
        return [
            replace(one, id=one.id or new_id(now - place), at=at, by=by)
            for place, one in enumerate(answers)
        ]

    def _milliseconds(self) -> int:
        return int(self.clock() * 1000)


def existing(answer: ApprovedAnswer | None) -> ApprovedAnswer:
    """Raises NotFound."""
    if answer is None:
        raise NotFound(
            "there is no such approved answer", fix="GET /answers/<org> lists the answers."
        )
    return answer


def audited(answer_id: str) -> str:
    """What the audit calls an answer."""
    return f"{AUDITED}/{answer_id}"


def _is_same(one: ApprovedAnswer, other: ApprovedAnswer) -> bool:
    return (one.question, one.language) == (other.question, other.language)


def _questions(answers: Iterable[ApprovedAnswer]) -> int:
    return sum(len(one.questions) for one in answers)


def _fits(head: Head) -> bool:
    within = (head.count <= MAX_ANSWERS, head.questions <= MAX_QUESTIONS, head.bytes <= MAX_BYTES)
    return all(within)


def _is_more(head: Head, before: Head) -> bool:
    return (
        head.count > before.count or head.questions > before.questions or head.bytes > before.bytes
    )
