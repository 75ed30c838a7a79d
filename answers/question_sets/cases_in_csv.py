"""Cases out of a CSV file: one a row, with a column for each check.

Columns: `question` (or `turns`: a message a line, or a JSON list), `answer`, `id` (or
`question_id`), `body` (JSON), `must`, one for each check under its name, and `checks`, a JSON list,
for what has no place in these. `Question,Answer` as Glific writes it is such a file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import ValidationError

from answers.question_sets.checking import load_checks
from answers.question_sets.csv_cells import read_cell
from answers.question_sets.question_set import Case, Json, digest_of
from answers.question_sets.schema import CaseSchema, within_time, wrong_checks
from flowhook.csv_faults import CsvFaults, check_columns, check_letters
from flowhook.csv_table import CsvFault, CsvRow, CsvTable, read_table
from flowhook.frames import drop_frames
from flowhook.strict_json import UnreadableJson, read_value

ID, QUESTION, TURNS, ANSWER, BODY, MUST, CHECKS = PLAIN = (
    *("id", "question", "turns", "answer", "body", "must", "checks"),
)
ALIASES = {"question_id": ID}


@dataclass(frozen=True, slots=True)
class ReadCases:
    """The cases of a file, those without an id with "", and the columns that it has."""

    cases: list[Case]
    columns: frozenset[str]

    def into(self, existing: Iterable[Case]) -> list[Case]:
        """The cases of a set after the import: each takes the place of the one with its id, or
        without an id of the one that asks the same, else it is new.

        For what the file has no column, such a case keeps what it has.
        """
        merged: dict[object, Case] = {case.id: case for case in existing}
        unnamed = self._by_question(merged.values())
        for case in self.cases:
            same = unnamed[self._question(case)]
            place = case.id or (same.pop(0) if same else "")
            before = merged.get(place)
            if before is not None:
                merged[place] = self._kept(before, case)
            else:
                merged[place or object()] = case
        return list(merged.values())

    def _by_question(self, cases: Iterable[Case]) -> Mapping[str, list[str]]:
        """The ids of the cases that the file does not name, by what they ask."""
        named = {case.id for case in self.cases}
        found: dict[str, list[str]] = defaultdict(list)
        for case in cases:
            if case.id not in named:
                found[self._question(case)].append(case.id)
        return found

    def _question(self, case: Case) -> str:
        body = case.body if BODY in self.columns else {}
        return digest_of([list(case.turns), dict(body)])

    def _kept(self, before: Case, case: Case) -> Case:
        absent = {ANSWER, BODY, MUST} - self.columns
        kept: Json = {"id": before.id, **{name: getattr(before, name) for name in absent}}
        if self.columns <= {ID, QUESTION, TURNS, ANSWER, BODY, MUST}:
            kept["checks"] = before.checks
        return replace(case, **kept)


def read_cases(raw: bytes, *, is_flow: bool) -> ReadCases:
    """The cases of a file, for a set that asks a flow or a function.

    Raises InvalidInput that names what is wrong by row and column, at most MAX_TOLD faults, and
    TooLarge.
    """
    known = (*PLAIN, *ALIASES, *load_checks().names())
    table = read_table(raw, known)
    columns = _checked_columns(table, known)
    reading = _Reading(is_flow)
    try:
        for row in within_time(table.rows):
            reading.read(row)
    except CsvFault as fault:
        reading.faults.add(fault.number, fault.column, str(fault))
    reading.faults.refuse()
    asked = (turn for case in reading.cases for turn in case.turns[:1])
    check_letters(raw, [turn for turn in asked if isinstance(turn, str)])
    return ReadCases(reading.cases, columns)


class _Reading:
    """Reads rows, and notes what is wrong with them."""

    def __init__(self, is_flow: bool) -> None:
        self.is_flow = is_flow
        self.schema = CaseSchema()
        self.cases: list[Case] = []
        self.faults = CsvFaults()
        self._rows: dict[str, int] = {}  # by id

    def read(self, row: CsvRow) -> None:
        before = self.faults.count
        cells = {ALIASES.get(name, name): cell for name, cell in row.cells.items()}
        raw = {**dict(self._plain(row, cells)), CHECKS: list(self._checks(row, cells))}
        try:
            case: Case = self.schema.load(raw)
        except ValidationError as error:
            drop_frames(error)
            for column, message in _told(error.normalized_messages()):
                self.faults.add(row.number, column, message)
            return
        for column, message in _told(wrong_checks(case, self.is_flow)):
            self.faults.add(row.number, column, message)
        if case.id:
            first = self._rows.setdefault(case.id, row.number)
            if first != row.number:
                self.faults.add(row.number, ID, f"Row {first} has this id too.")
        if self.faults.count == before:
            self.cases.append(case)

    def _plain(self, row: CsvRow, cells: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
        """The parts of a case in the columns that are no checks."""
        for name, cell in cells.items():
            if name in (ID, MUST):
                yield name, cell.strip()
            elif name in (QUESTION, ANSWER):
                yield name, cell
            elif name == TURNS and not cell.lstrip().startswith("["):
                yield name, [line for line in cell.split("\n") if line.strip()]
            elif name in (TURNS, BODY):
                right: Any = ["x"] if name == TURNS else {}
                yield name, self._json(row, name, cell, right)

    def _checks(self, row: CsvRow, cells: Mapping[str, str]) -> Iterator[Any]:
        for name, cell in cells.items():
            kind = load_checks().find(name)
            if kind is None:
                if name not in PLAIN:
                    self.faults.add(row.number, name, "This column has no name.")
                continue
            try:
                yield {name: read_cell(kind, cell)}
            except ValidationError as error:
                drop_frames(error)
                for column, message in _told({name: error.messages}):
                    self.faults.add(row.number, column, message)
        if CHECKS in cells:
            found = self._json(row, CHECKS, cells[CHECKS], [])
            yield from found if isinstance(found, list) else [found]

    def _json(self, row: CsvRow, column: str, cell: str, otherwise: Any) -> Any:
        """The JSON in a cell; `otherwise`, which is no further fault, where it is none."""
        try:
            return read_value(cell)
        except UnreadableJson as error:
            self.faults.add(row.number, column, f"Is {error}.")
            return otherwise


def _checked_columns(table: CsvTable, known: Iterable[str]) -> frozenset[str]:
    """The columns of a file. Raises InvalidInput for one that is not known, there twice or
    missing."""
    columns = [ALIASES.get(name, name) for name in table.columns]
    unknown = [name for name in table.columns if name not in known]
    missing = () if {QUESTION, TURNS} & set(columns) else (QUESTION,)
    is_none = "Is no column, and no check."
    check_columns(columns, unknown, missing, sorted(known), is_none)
    return frozenset(columns)


def _told(messages: Any, column: str = "") -> Iterator[tuple[str, str]]:
    """Each message with its column: that of the check, or of the part of the case."""
    if not isinstance(messages, Mapping):
        for message in messages if isinstance(messages, list) else [messages]:
            yield column, str(message)
        return
    for name, inner in messages.items():
        is_check = isinstance(name, str) and (not column or column == CHECKS)
        yield from _told(inner, name if is_check else column)
