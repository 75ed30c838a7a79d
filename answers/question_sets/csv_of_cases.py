"""Cases as a CSV file, which `cases_in_csv` reads as the same cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise

import orjson

from answers.question_sets.cases_in_csv import (
    ANSWER,
    BODY,
    CHECKS,
    ID,
    MUST,
    QUESTION,
    TURNS,
)
from answers.question_sets.checking import load_checks
from answers.question_sets.csv_cells import written_cell
from answers.question_sets.question_set import Case, Json, Turn
from flowhook.usage.csv_text import csv_text

ALWAYS = (ID, QUESTION, ANSWER)


def cases_csv(cases: Iterable[Case]) -> bytes:
    """A file in UTF-8, with the mark by which Excel knows that, and the columns that are needed."""
    rows = [_cells(case) for case in cases]
    used = {name for row in rows for name in row}
    columns = [name for name in _columns() if name in ALWAYS or name in used]
    text = csv_text(columns, ([row.get(name, "") for name in columns] for row in rows))
    return text.encode("utf-8-sig")


def _cells(case: Case) -> dict[str, str]:
    """The cells of a case that hold anything."""
    cells = {
        ID: case.id,
        **_turns(case.turns),
        ANSWER: case.answer,
        BODY: _json(case.body) if case.body else "",
        MUST: "true" if case.must else "",
        **_checks(case.checks),
    }
    return {name: cell for name, cell in cells.items() if cell}


def _turns(turns: Sequence[Turn]) -> dict[str, str]:
    [first, *more] = turns
    if not more and isinstance(first, str) and first.strip() and "\r" not in first:
        return {QUESTION: first}
    texts = [one for one in turns if isinstance(one, str)]
    is_plain = all(one.strip() and "\n" not in one and "\r" not in one for one in texts)
    if len(texts) < len(turns) or not is_plain or texts[0].lstrip().startswith("["):
        return {TURNS: _json(list(turns))}
    return {TURNS: "\n".join(texts)}


def _checks(checks: Sequence[Json]) -> dict[str, str]:
    """Each check in its column; all of them as JSON where one has no place in these, or where they
    stand in another order."""
    cells: dict[str, str] = {}
    places = []
    for one in checks:
        [(name, value)] = one.items()
        kind = load_checks().find(name)
        cell = written_cell(kind, value) if kind else None
        if cell is None:
            return {CHECKS: _json(list(checks))}
        cells[name] = cell
        places.append(_columns().index(name))
    is_in_order = all(one < other for one, other in pairwise(places))
    return cells if is_in_order else {CHECKS: _json(list(checks))}


@cache
def _columns() -> list[str]:
    """All columns in their order."""
    return [ID, QUESTION, TURNS, ANSWER, BODY, MUST, *load_checks().names(), CHECKS]


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
