"""A question set's case as a row of a sheet: texts as they are typed, and back.

Several messages of a contact stand one below the other with a line `---` between them; a message
that is no text, and a text that would be read otherwise, as JSON. Checks for which there is no
column stand one a line, `max_characters: 300`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from marshmallow import ValidationError

from answers.question_sets.checking import load_checks
from answers.question_sets.csv_cells import read_cell, written_cell
from answers.question_sets.question_set import Case, Turn
from answers.question_sets.stored_set import case_tag
from flowhook.errors import InvalidInput
from flowhook.frames import drop_frames
from flowhook.mended_text import mended_text
from flowhook.strict_json import UnreadableJson, read_value
from web.language import N_, _, translated

COLUMNS = ("contains", "not_contains", "language")
TEXTS = ("question", "answer", *COLUMNS, "checks", "body")
BETWEEN = "---"
ROW_NUMBER = re.compile("[0-9]{1,6}")

Json = dict[str, Any]
Faults = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row; `texts` are its cells by their names (TEXTS), `tag` is the case's ETag as it was read.

    A row without an id is a new case.
    """

    texts: Mapping[str, str]
    id: str = ""
    tag: str = ""
    must: bool = False
    is_removed: bool = False
    errors: Faults = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        return not self.id and not any(text.strip() for text in self.texts.values())

    @property
    def lines(self) -> list[str]:
        """What stands in the cells that are folded away, line by line."""
        both = (self.texts["checks"], self.texts["body"])
        return [line for text in both for line in text.split("\n") if line.strip()]

    def is_as(self, other: SheetRow) -> bool:
        """Whether both say the same case."""
        return (self.texts, self.must) == (other.texts, other.must)


BLANK = SheetRow(dict.fromkeys(TEXTS, ""))


def row_of(case: Case) -> SheetRow:
    columns, rest = _columns(case.checks)
    texts = {
        "question": f"\n{BETWEEN}\n".join(map(_written_turn, case.turns)),
        "answer": case.answer,
        **columns,
        "checks": "\n".join(rest),
        "body": orjson.dumps(case.body).decode() if case.body else "",
    }
    return SheetRow(
        {name: plain(text) for name, text in texts.items()}, case.id, case_tag(case), case.must
    )


def typed_rows(form: Mapping[str, str]) -> list[SheetRow]:
    """The rows of a form that are not blank: `0:question`, `0:id`, and so on."""
    rows = []
    numbers = (name.partition(":")[0] for name in form)
    for number in sorted({int(one) for one in numbers if ROW_NUMBER.fullmatch(one)}):
        cells = {name: plain(form.get(f"{number}:{name}", "")) for name in TEXTS}
        row = SheetRow(
            cells,
            form.get(f"{number}:id", ""),
            form.get(f"{number}:tag", ""),
            form.get(f"{number}:must") == "on",
            form.get(f"{number}:remove") == "on",
        )
        if not row.is_blank:
            rows.append(row)
    return rows


def body_of_row(row: SheetRow) -> Json:
    """The case as PUT takes it. Raises InvalidInput that names what cannot be read by its cell."""
    faults: dict[str, list[str]] = {}
    checks = list(_read_checks(row.texts, faults))
    body: Any = {}
    if row.texts["body"].strip():
        try:
            body = read_value(row.texts["body"])
        except UnreadableJson as error:
            faults["body"] = [_("Is %(reason)s.", reason=translated(str(error)))]
    if faults:
        raise InvalidInput(N_("something typed cannot be read"), fields=faults)
    return {
        **_read_turns(row.texts["question"]),
        "answer": row.texts["answer"],
        "checks": checks,
        "must": row.must,
        "body": body,
    }


def beside(errors: Any) -> dict[str, list[str]]:
    """What a refusal of a case says, by the cells of its row; what has none stands at the
    question."""
    found: dict[str, list[str]] = {}
    for name, words in _flat(errors):
        cell = name if name in TEXTS else "checks" if name in load_checks().names() else "question"
        said = words if cell in (name, "question") else f"{name}: {translated(words)}"
        found.setdefault(cell, []).append(said)
    return found


def plain(text: str) -> str:
    """A text as a browser sends it back, apart from the form of its line breaks."""
    return mended_text(text.replace("\r\n", "\n").replace("\r", "\n"))


def _flat(errors: Any, name: str = "") -> Iterable[tuple[str, str]]:
    if not isinstance(errors, Mapping):
        for words in errors if isinstance(errors, list | tuple) else [errors]:
            yield name, str(words)
        return
    for key, inner in errors.items():
        is_check = name == "checks" and str(key) in load_checks().names()
        is_name = not name or is_check or (name == "checks" and not str(key).isdigit())
        yield from _flat(inner, str(key) if is_name else name)


def _columns(checks: Iterable[Json]) -> tuple[dict[str, str], list[str]]:
    """The cells of the checks that have a column, and a line for each other one."""
    cells = dict.fromkeys(COLUMNS, "")
    rest = []
    for one in checks:
        [(name, value)] = one.items()
        kind = load_checks().find(name)
        cell = written_cell(kind, value) if kind else None
        if name in COLUMNS and not cells[name] and cell is not None:
            cells[name] = cell
        else:
            is_plain = cell is not None and cell == cell.strip() and "\n" not in cell
            as_json = not is_plain or str(cell).startswith('"')
            rest.append(f"{name}: {orjson.dumps(value).decode() if as_json else cell}")
    return cells, rest


def _read_checks(texts: Mapping[str, str], faults: dict[str, list[str]]) -> Iterable[Json]:
    for name in COLUMNS:
        if texts[name].strip():
            yield from _read_check(name, texts[name], name, faults)
    for line in filter(str.strip, texts["checks"].split("\n")):
        name, _, cell = line.partition(":")
        yield from _read_check(name.strip(), cell.strip(), "checks", faults)


def _read_check(name: str, cell: str, column: str, faults: dict[str, list[str]]) -> Iterable[Json]:
    kind = load_checks().find(name)
    if kind is None:
        near = ", ".join(load_checks().nearest(name) or load_checks().names())
        words = _("%(name)s is no check; there are %(names)s.", name=name[:64], names=near)
        faults.setdefault(column, []).append(words)
        return
    try:
        if column == "checks" and cell.startswith('"'):
            yield {name: read_value(cell)}
        else:
            yield {name: read_cell(kind, cell)}
    except (ValidationError, UnreadableJson) as error:
        drop_frames(error)
        told: Any = error.messages if isinstance(error, ValidationError) else [str(error)]
        said = [f"{name}: {translated(one)}" for _at, one in _flat(told)]
        faults.setdefault(column, []).extend(said)


def _written_turn(turn: Turn) -> str:
    if not isinstance(turn, str):
        return orjson.dumps(turn).decode()
    text = plain(turn)
    is_read_back = BETWEEN not in text.split("\n") and _read_turn(text) == text
    return text if is_read_back else orjson.dumps(text).decode()


def _read_turns(text: str) -> Json:
    parts: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line.strip() == BETWEEN:
            parts.append([])
        else:
            parts[-1].append(line)
    turns = [_read_turn("\n".join(lines)) for lines in parts]
    if len(turns) == 1 and isinstance(turns[0], str):
        return {"question": turns[0]}
    return {"turns": turns}


def _read_turn(text: str) -> Turn:
    if text.strip()[:1] in ("{", '"'):
        try:
            found = read_value(text)
        except UnreadableJson:
            return text
        if isinstance(found, str) or (isinstance(found, dict) and found):
            return found
    return text
