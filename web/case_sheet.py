"""The sheet of a question set's cases: rows changed, added and removed, each for itself."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, request

from answers.question_sets.question_set import Case
from answers.question_sets.schema import read_case
from answers.question_sets.store import QuestionSetStore
from flowhook.errors import Changed, FlowhookError, InvalidInput, NotFound
from web.case_rows import TEXTS, SheetRow, beside, body_of_row, row_of, typed_rows
from web.language import _
from web.new_prompts import Shown
from web.page_security import signed_in
from web.page_services import PageServices
from web.question_set_views import SetViews


def add_sheet(pages: Blueprint, services: PageServices, views: SetViews) -> None:
    """`question-sets/<name>/cases`."""
    sets = services.question_runs.sets

    @pages.post("/question-sets/<name>/cases")
    def save_cases(org: str, name: str) -> Shown:
        """Save the rows that were changed; those that are refused stay as they were typed."""
        is_flow = bool(sets.head(org, name).target.get("flow"))
        refused: list[FlowhookError] = []
        rows: list[SheetRow] = []
        for row in typed_rows(request.form):
            try:
                kept = save(sets, org, name, row, is_flow=is_flow)
            except FlowhookError as error:
                refused.append(error)
                kept = _refused(sets, org, name, row, error)
            rows += [kept] if kept else []
        if refused:
            told = InvalidInput(
                _("some rows were not saved, the others were"),
                fix=_("Correct the rows marked below, then save again."),
            )
            return views.shown(org, name, told, rows=rows), refused[0].status
        return views.to(org, name, "saved", start=request.args.get("start") or None)


def save(
    sets: QuestionSetStore, org: str, name: str, row: SheetRow, *, is_flow: bool
) -> SheetRow | None:
    """Store a row, and give it as it is then; None for one that was removed.

    Raises what reading and storing a case raises; Changed where somebody changed it meanwhile.
    """
    by = signed_in().caller.name
    if not row.id:
        if row.is_removed:
            return None
        case = read_case(body_of_row(row), is_flow=is_flow)
        return row_of(sets.case(org, name, sets.add_case(org, name, case, by)))
    if row.is_removed:
        sets.delete_case(org, name, row.id, by, [row.tag])
        return None
    stored = row_of(existing_case(sets, org, name, row.id))
    if row.is_as(stored):
        return stored
    case = read_case({**body_of_row(row), "id": row.id}, is_flow=is_flow)
    sets.put_case(org, name, case, by, [row.tag])
    return row_of(case)


def existing_case(sets: QuestionSetStore, org: str, name: str, case_id: str) -> Case:
    """A case that somebody's page had. Raises Changed where it is not there any more."""
    try:
        return sets.case(org, name, case_id)
    except NotFound:
        raise Changed(_("somebody deleted this case meanwhile")) from None


def _refused(
    sets: QuestionSetStore, org: str, name: str, row: SheetRow, error: FlowhookError
) -> SheetRow:
    """A refused row as it was typed, with why. Where somebody else changed the case, it says how it
    is now, and whoever saves again puts theirs in its place."""
    if not isinstance(error, Changed):
        return replace(row, errors=beside(error.fields or {"question": [error.message]}))
    try:
        stored = row_of(sets.case(org, name, row.id))
    except NotFound:
        told = _("Somebody deleted this case meanwhile. Save again to add yours.")
        return replace(row, id="", tag="", errors={"question": [told]})
    told = _("Somebody changed this case meanwhile. Save again to put yours in its place.")
    differs = {
        one: [_("It is now: %(words)s", words=stored.texts[one])]
        for one in TEXTS
        if stored.texts[one] != row.texts[one]
    }
    errors = {**differs, "question": [told, *differs.get("question", ())]}
    return replace(row, tag=stored.tag, errors=errors)
