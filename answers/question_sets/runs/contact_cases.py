"""Cases of question sets that were made of a contact's words: exported, and erased with the runs
that asked them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from answers.question_sets.runs.run import Run
from answers.question_sets.runs.store import RunStore
from answers.question_sets.store import QuestionSetStore
from answers.question_sets.stored_set import case_json
from flowhook.errors import NotFound
from flowhook.turns import in_turns

BY = "erasure"
PAGE = 50


class ContactCases:
    """Exports and erases the cases of contacts."""

    def __init__(self, sets: QuestionSetStore, runs: RunStore) -> None:
        self.sets = sets
        self.runs = runs

    def export(self, org: str, contact: str) -> Iterator[dict[str, Any]]:
        for name, ids in self.sets.contacts.of(org, contact).items():
            for case in self.sets.some(org, name, ids):
                yield {"question_set": name, **case_json(case)}

    def erase(self, org: str, contact: str) -> dict[str, int]:
        cases = runs = 0
        for name, ids in self.sets.contacts.of(org, contact).items():
            for run in list(in_turns(self._asking(org, name, set(ids)))):
                self.runs.delete(run)
                runs += 1
            cases += self._remove(org, name, ids)
            self.sets.contacts.forget(org, name, ids)
        return {"cases": cases, "runs": runs}

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
