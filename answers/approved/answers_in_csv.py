"""Approved answers out of a CSV file: one a row.

Columns: `question`, `answer`, `also` (a question a line), `language`, `until`, `id`. Glific's
`Question,Answer` is such a file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import ValidationError

from answers.approved.answer import ApprovedAnswer
from answers.approved.schema import ApprovedAnswerSchema, values_of
from answers.approved.store import Answers
from flowhook.csv_faults import CsvFaults, check_columns, check_letters
from flowhook.csv_table import CsvFault, CsvRow, CsvTable, read_table
from flowhook.frames import drop_frames
from flowhook.turns import in_turns

ID, QUESTION, ALSO, ANSWER, LANGUAGE, UNTIL = COLUMNS = (
    *("id", "question", "also", "answer", "language", "until"),
)


@dataclass(frozen=True, slots=True)
class ReadAnswers:
    """The answers of a file, those without an id with "", and the columns that it has."""

    answers: list[ApprovedAnswer]
    columns: frozenset[str]

    def into(self, existing: Answers) -> list[ApprovedAnswer]:
        """What the import changes: a row takes the place of the answer with its id, or without an
        id of the one to the same question in the same language; others are new.

        For what the file has no column, such an answer keeps what it has. An id that no answer has
        is one of another organisation, or of one that was deleted: its row is as one without.
        """
        unnamed = self._by_question(existing)
        return [
            changed
            for one in self.answers
            if (changed := self._placed(one, existing, unnamed)) is not None
        ]

    def _placed(
        self, one: ApprovedAnswer, existing: Answers, unnamed: Mapping[object, list[str]]
    ) -> ApprovedAnswer | None:
        """The answer as it is stored then; None where it is there as it is."""
        before = existing.get(one.id)
        if before is None:
            same = unnamed[self._question(one)]
            before = existing[same.pop(0)] if same else None
        if before is None:
            return replace(one, id="")
        absent = {ALSO, LANGUAGE, UNTIL} - self.columns
        kept = {name: getattr(before, name) for name in absent}
        changed = replace(one, id=before.id, **kept)
        return None if changed.tag == before.tag else changed

    def _by_question(self, existing: Answers) -> defaultdict[object, list[str]]:
        """The ids of the answers that the file does not name, by what they answer."""
        named = {one.id for one in self.answers}
        found: defaultdict[object, list[str]] = defaultdict(list)
        for one in existing.values():
            if one.id not in named:
                found[self._question(one)].append(one.id)
        return found

    def _question(self, one: ApprovedAnswer) -> object:
        return one.question, one.language if LANGUAGE in self.columns else ""


def read_answers(raw: bytes) -> ReadAnswers:
    """The answers of a file.

    Raises InvalidInput that names what is wrong by row and column, at most MAX_TOLD faults.
    """
    table = read_table(raw, COLUMNS)
    columns = _checked_columns(table)
    reading = _Reading()
    try:
        for row in in_turns(table.rows):
            reading.read(row)
    except CsvFault as fault:
        reading.faults.add(fault.number, fault.column, str(fault))
    check_letters(raw, reading.questions)
    reading.faults.refuse()
    return ReadAnswers(reading.answers, columns)


class _Reading:
    """Reads rows, and notes what is wrong with them."""

    def __init__(self) -> None:
        self.schema = ApprovedAnswerSchema()
        self.answers: list[ApprovedAnswer] = []
        self.questions: list[str] = []  # of every row, also of a wrong one
        self.faults = CsvFaults()
        self._rows: dict[str, int] = {}  # by id

    def read(self, row: CsvRow) -> None:
        before = self.faults.count
        self.questions.append(row.cells.get(QUESTION, ""))
        answer_id = row.cells.get(ID, "").strip()
        first = self._rows.setdefault(answer_id, row.number) if answer_id else row.number
        if first != row.number:
            self.faults.add(row.number, ID, f"Row {first} has this id too.")
        try:
            values = values_of(self.schema.load(dict(self._parts(row))))
        except ValidationError as error:
            drop_frames(error)
            for column, message in _told(error.normalized_messages()):
                self.faults.add(row.number, column, message)
            return
        if self.faults.count == before:
            self.answers.append(ApprovedAnswer(answer_id, **values))

    def _parts(self, row: CsvRow) -> Iterator[tuple[str, Any]]:
        for name, cell in row.cells.items():
            if name == ALSO:
                yield name, [line for line in cell.split("\n") if line.strip()]
            elif name in COLUMNS[1:]:
                yield name, cell
            elif name != ID:
                self.faults.add(row.number, name, "This column has no name.")


def _checked_columns(table: CsvTable) -> frozenset[str]:
    """The columns of a file. Raises InvalidInput for one that is not known, there twice or
    missing."""
    unknown = [name for name in table.columns if name not in COLUMNS]
    missing = [name for name in (QUESTION, ANSWER) if name not in table.columns]
    check_columns(table.columns, unknown, missing, COLUMNS)
    return frozenset(table.columns)


def _told(messages: Mapping[Any, Any]) -> Iterable[tuple[str, str]]:
    """Each message with its column; one of a line of `also` is that column's."""
    for name, found in messages.items():
        inner = found.values() if isinstance(found, Mapping) else [found]
        for texts in inner:
            for text in texts if isinstance(texts, list) else [texts]:
                yield str(name), str(text)
