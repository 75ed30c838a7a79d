"""The page of one question set, and the form of a new one, also with an error."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from answers.api.run_schema import RunSchema
from answers.prompts.prompt import read_reference
from answers.question_sets.checking import load_checks
from answers.question_sets.stored_set import SetHead
from flowhook.errors import FlowhookError
from flows.library.store import FlowStore
from web.case_rows import BLANK, SheetRow, row_of
from web.check_words import check_words
from web.flow_pages import asked_start, by_name
from web.forms import FormField, form_fields
from web.language import N_, _
from web.page_security import organisation
from web.page_services import PageServices
from web.question_set_form import FLOW, SetForm, form_of

PAGE_CASES = 50
BLANK_ROWS = 3
PAGE_RUNS = 10
PAGE_VERSIONS = 25
DONE = {
    "made": N_("The question set is there. Add questions, then run it."),
    "saved": N_("Saved."),
    "settings": N_("Saved. Runs from now on ask so."),
    "imported": N_("Imported."),
    "added": N_("Added as a case. Say below what its answer must be."),
    "added_all": N_(
        "Added. Each new case has what it must reach as its check; say below what else must be."
    ),
    "deleted_run": N_("The run is deleted."),
}
PLACE = re.compile(r"row (\d+)(?:, (.+))?", re.DOTALL)


class SetViews:
    """Shows a question set."""

    def __init__(self, services: PageServices) -> None:
        self.services = services
        self.sets = services.question_runs.sets
        self.runs = services.question_runs.store

    def shown(
        self,
        org: str,
        name: str,
        error: FlowhookError | None = None,
        *,
        form: SetForm | None = None,
        rows: Sequence[SheetRow] | None = None,
        faults: Sequence[tuple[str, str, str]] = (),
        run: Mapping[str, str] | None = None,
    ) -> str:
        """`form` and `rows` are what was refused of the settings and of the sheet, `run` of the
        form that starts one; `faults` are those of a file, by row and column."""
        head = self.sets.head(org, name)
        start = asked_start()
        if rows is None:
            page = self.sets.page(org, name, start, PAGE_CASES)
            rows, after = [row_of(case) for case in page.cases], page.next
        else:
            after = start + PAGE_CASES if head.count > start + PAGE_CASES else None
        runs, older = self.runs.runs(org, name, PAGE_RUNS, _asked_older())
        return render_template(
            "web/question_set.html",
            head=head,
            target_words=self.target_words(org),
            form=form or form_of(head),
            **self.choices(org),
            rows=[*rows, *[BLANK] * BLANK_ROWS],
            start=start,
            after=after,
            page_cases=PAGE_CASES,
            check_words=check_words,
            checks=[one for one in check_types() if not one.of_flows or head.target.get("flow")],
            runs=runs,
            older_runs=older,
            runs_cursor=_asked_older(),
            run_fields=run_fields(head, run, error if run is not None else None),
            versions=self.versions(head),
            gates=self.gates(org).get(name, ()),
            faults=faults,
            error=error,
            done=DONE.get(request.args.get("done", "")),
        )

    def new(self, org: str, form: SetForm, error: FlowhookError | None = None) -> str:
        return render_template(
            "web/new_question_set.html",
            form=form,
            **self.choices(org),
            faults=row_words(error) if error else (),
            error=error,
        )

    def to(self, org: str, name: str, done: str, **more: Any) -> AnyResponse:
        """The way to the set's page after a change."""
        place = url_for("web.question_sets.show", org=org, name=name, done=done, **more)
        return redirect(place, 303)

    def choices(self, org: str) -> dict[str, Any]:
        """What a set may ask."""
        return {
            "functions": self.services.dispatcher.functions.names(),
            "prompts": [one.name for one in self.services.prompts.prompts(organisation())],
            "flows": sorted(_flows(self.services.conversations.flows, org), key=by_name),
        }

    def target_words(self, org: str) -> Callable[[Mapping[str, Any]], str]:
        """Tells what a set asks, flows by their names."""
        names = {one["uuid"]: one["name"] for one in _flows(self.services.conversations.flows, org)}

        def words(target: Mapping[str, Any]) -> str:
            if "flow" in target:
                named = names.get(target["flow"])
                return _("the flow %(name)s", name=named) if named else _("a flow that was deleted")
            saved = target.get("body", {}).get("saved_prompt")
            if saved:
                return _("the prompt %(name)s", name=saved)
            return _("the function %(name)s", name=target["function"])

        return words

    def versions(self, head: SetHead) -> list[tuple[int, bool, str]]:
        """The newest versions of the saved prompt that a set names: number, whether it is live for
        some, and its note."""
        saved = read_reference(str(head.target.get("body", {}).get("saved_prompt", "")))
        prompt = self.services.prompts.prompt(organisation(), saved[0]) if saved else None
        if prompt is None:
            return []
        found = self.services.prompts.versions(
            organisation().id, prompt.name, prompt.newest + 1, PAGE_VERSIONS
        )
        return [(one.number, one.number in prompt.split, one.note) for one in found]

    def gates(self, org: str) -> Mapping[str, list[str]]:
        """What each set is the gate of, in words."""
        words, found = self.target_words(org), defaultdict[str, list[str]](list)
        for kind, subject in self.services.gates.subjects.items():
            for name, gate in subject.gates(org).items():
                target = {"flow": name} if kind == FLOW else {"body": {"saved_prompt": name}}
                found[gate.question_set].append(words(target))
        return found


def of_file(error: FlowhookError) -> FlowhookError:
    """The refusal of a file; one that has faults in rows leaves the telling to their table."""
    if any(row for row, _column, _words in row_words(error)):
        error.message = _("the file has mistakes; nothing was imported")
        error.fix = _("Correct these cells, and send the whole file again.")
    return error


def row_words(error: FlowhookError) -> list[tuple[str, str, str]]:
    """The row, the column and the words of each fault of a file."""
    found = []
    for place, messages in (error.fields or {}).items():
        named = PLACE.fullmatch(place)
        row, column = (named[1], named[2] or "") if named else ("", place)
        for message in messages if isinstance(messages, list | tuple) else [messages]:
            found.append((row, column, str(message)))
    return found


def run_fields(
    head: SetHead, typed: Mapping[str, str] | None, error: FlowhookError | None
) -> dict[str, FormField]:
    """The fields of the form that starts a run."""
    errors = (error.fields or {}) if error else {}
    fields = {one.name: one for one in form_fields(RunSchema(), {}, typed, errors)}
    unfit = "prompt_version" if "flow" in head.target else "revision"
    return {name: one for name, one in fields.items() if name != unfit}


def check_types() -> list[Any]:
    registry = load_checks()
    return [kind for name in registry.names() if (kind := registry.find(name))]


def _asked_older() -> str:
    text = request.args.get("runs", "")
    return text if text.isascii() and text.isdigit() and len(text) < 5 else ""


def _flows(store: FlowStore, org: str) -> list[dict[str, Any]]:
    return [one.shown for one in store.library(org).entries.values()]
