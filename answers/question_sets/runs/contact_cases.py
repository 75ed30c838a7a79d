"""Cases of question sets that were made of a contact's words: exported, and erased with the runs
that asked them, the log of what runs called, and the answers that later runs may take, of which the
last two name no contact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from answers.question_sets.runs.answer_cache import AnswerCache
from answers.question_sets.runs.run import Run
from answers.question_sets.runs.store import RunStore
from answers.question_sets.store import QuestionSetStore
from answers.question_sets.stored_set import case_json
from flowhook.errors import NotFound
from flowhook.records.log import LogStore
from flowhook.turns import in_turns

BY = "erasure"
PAGE = 50


class ContactCases:
    """Exports and erases the cases of contacts."""

    def __init__(
        self, sets: QuestionSetStore, runs: RunStore, log: LogStore, answers: AnswerCache
    ) -> None:
        self.sets = sets
        self.runs = runs
        self.log = log
        self.answers = answers

    def export(self, org: str, contact: str) -> Iterator[dict[str, Any]]:
        for name, ids in self.sets.contacts.of(org, contact).items():
            for case in self.sets.some(org, name, ids):
                yield {"question_set": name, **case_json(case)}

    def erase(self, org: str, contact: str) -> dict[str, int]:
        """Whose cases they were is forgotten by the next erasure alone: until then a call that was
        under way may be added to the log."""
        cases = runs = 0
        found = self.sets.contacts.of(org, contact)
        for name, ids in found.items():
            for run in list(in_turns(self._asking(org, name, set(ids)))):
                self.runs.delete(run)
                runs += 1
            removed = self._remove(org, name, ids)
            if not removed:
                self.sets.contacts.forget(org, name, ids)
            cases += removed
        calls = self.log.empty_runs(org) if found else 0
        if found:
            self.answers.empty(org)
        return {"cases": cases, "runs": runs, "logs": calls}

    def _remove(self, org: str, name: str, ids: Sequence[str]) -> int:
        """Take cases out of a set, which may be gone; returns how many there were."""
        removed = 0
        for case_id in ids:
            with suppress(NotFound):
                self.sets.delete_case(org, name, case_id, BY)
                removed += 1
        return removed

    def _asking(self, org: str, name: str, ids: set[str]) -> Iterator[Run]:
        """The runs of a set that asked one of these cases."""
        cursor: str | None = ""
        while cursor is not None:
            some, cursor = self.runs.runs(org, name, PAGE, cursor)
            for run in some:
                with suppress(NotFound):
                    if ids.intersection(self.runs.asked(run)[1]):
                        yield run
