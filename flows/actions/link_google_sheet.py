"""Read a row of a Google sheet, or append one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from flowhook.errors import FlowhookError, InvalidInput
from flows.model.action import (
    FAILURE,
    SUCCESS,
    Action,
    ActionOutcome,
    action,
    as_text,
    result_name,
)
from flows.model.bounds import check_bounds
from flows.model.events import Event
from flows.model.sprint import Sprint

WRITE = "WRITE"
PRETENDED = "pretended: nothing was written"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRead(Event):
    """A row of a sheet was looked up; `error` says why there is none."""

    is_noted: ClassVar[bool] = True
    url: str
    row: str
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetWritten(Event):
    """A row was appended; `error` says why it was not, `reason` that it was only pretended."""

    is_noted: ClassVar[bool] = True
    url: str
    range: str
    cells: str
    error: str = ""
    reason: str = ""


def writes(action: Action) -> bool:
    return action.text("action_type").upper() == WRITE


def row_data(action: Action) -> list[str]:
    """The cells of the row to append, as written in the editor."""
    return [as_text(cell) for cell in action.items("row_data")]


def sets(action: Action) -> Iterable[str]:
    return () if writes(action) else result_name(action)


def evaluated(action: Action) -> Iterable[tuple[str, str]]:
    texts = row_data(action) if writes(action) else [action.text("row")]
    return [("Google sheet has", text) for text in texts]


def words(action: Action) -> str:
    sheet = action.text("name") or "Google sheet"
    if writes(action):
        return f"{' | '.join(row_data(action))} → {sheet}"
    result = action.text("result_name")
    read = f"row {action.text('row')} of {sheet}"
    return f"{read} → @results.{result}" if result else read


@action(
    "link_google_sheet",
    replies=True,
    sets=sets,
    evaluated=evaluated,
    words=words,
    shape="Google sheet",
)
def link_google_sheet(action: Action, sprint: Sprint) -> ActionOutcome:
    """Read a row of a Google sheet into a result, or append a row to it.

    READ takes the row whose column `Key` has the given text, so that `@results.sheet.message` is
    its column `Message`. Anything that goes wrong (no such row, a sheet that is not shared) is
    Failure, with the reason in the conversation's notes; an earlier row stays. WRITE needs the
    organisation's service account. Variables and `<%= %>` are replaced in both.
    """
    return _write(action, sprint) if writes(action) else _read(action, sprint)


def _read(action: Action, sprint: Sprint) -> ActionOutcome:
    url, key = action.text("url"), sprint.render(action.text("row"))
    error = ""
    try:
        row = sprint.services.read_sheet(url, key)
        if row is None:
            raise InvalidInput("the sheet has no row with this key")
        check_bounds(dict(row), what="the row")
    except FlowhookError as failure:
        error = told(failure)
    sprint.emit(SheetRead, url=url, row=key, error=error)
    if error or row is None:
        return FAILURE
    for name in result_name(action):
        sprint.set_result(name, dict(row))
    return SUCCESS


def _write(action: Action, sprint: Sprint) -> ActionOutcome:
    url, where = action.text("url"), sprint.substitute(action.text("range")).strip()
    cells = [sprint.render(cell) for cell in row_data(action)]
    error, is_written = "", False
    try:
        is_written = sprint.services.append_to_sheet(url, where, cells)
    except FlowhookError as failure:
        error = told(failure)
    sprint.emit(
        SheetWritten,
        url=url,
        range=where,
        cells=" | ".join(cells),
        error=error,
        reason="" if is_written or error else PRETENDED,
    )
    return FAILURE if error else SUCCESS


def told(failure: FlowhookError) -> str:
    """What went wrong, and what to do about it, in one line."""
    return f"{failure.message.rstrip('.')}. {failure.fix}"
