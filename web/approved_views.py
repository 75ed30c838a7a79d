"""The pages of approved answers, also with an error."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template, request

from answers.api.approved_answers import ANY, Wanted
from answers.approved.answer import ApprovedAnswer
from answers.approved.approved import is_used, least_likeness, today_of
from answers.approved.counts import Count
from answers.approved.trying import try_question
from answers.question_sets.languages import LANGUAGES
from flowhook.errors import FlowhookError
from web.approved_form import ApprovedForm
from web.flow_pages import asked_start
from web.language import N_, _, translated
from web.page_security import organisation
from web.page_services import PageServices

PAGE_ANSWERS = 50
MAX_TRIED = 1_000  # characters of a question that is tried
SHOWN = {"": N_("All"), "unused": N_("Never given"), "over": N_("Their last day has passed")}
DONE = {
    "added": N_("The answer is approved."),
    "saved": N_("Saved."),
    "deleted": N_("Deleted. Nobody gets this answer any more."),
}


class ApprovedViews:
    """Shows approved answers."""

    def __init__(self, services: PageServices) -> None:
        self.approved = services.approved

    def listed(
        self,
        org: str,
        error: FlowhookError | None = None,
        *,
        faults: Sequence[tuple[str, str, str]] = (),
    ) -> str:
        """`faults` are those of a file, by row and column."""
        counts, today = self.approved.counts.all(org), self._today()
        every = self.approved.store.all(org)
        found = list(asked_for().among(every, counts, today))
        start = asked_start()
        return render_template(
            "web/approved.html",
            answers=found[start : start + PAGE_ANSWERS],
            count=len(every),
            found=len(found),
            counts=counts,
            never=Count(),
            today=today,
            before=max(0, start - PAGE_ANSWERS) if start else None,
            after=start + PAGE_ANSWERS if start + PAGE_ANSWERS < len(found) else None,
            filters=SHOWN,
            languages=LANGUAGES,
            any=ANY,
            names=names_of_languages(),
            faults=faults,
            error=error,
            done=done_words(),
            **self._use(),
        )

    def tried(self, org: str, question: str) -> str:
        """Which answer a question would get."""
        question = question.strip()[:MAX_TRIED]
        found = try_question(self.approved, organisation(), question) if question else None
        return render_template(
            "web/approved_try.html",
            question=question,
            found=found,
            today=self._today(),
            names=names_of_languages(),
            **self._use(),
        )

    def edited(
        self,
        form: ApprovedForm,
        error: FlowhookError | None = None,
        *,
        stored: ApprovedAnswer | None = None,
        is_changed: bool = False,
    ) -> str:
        """The form of an answer, `stored` where there is one; `is_changed` says that somebody else
        changed it since."""
        return render_template(
            "web/approved_answer.html",
            form=form,
            stored=stored,
            is_changed=is_changed,
            languages=LANGUAGES,
            names=names_of_languages(),
            today=self._today(),
            error=error,
            **self._use(),
        )

    def _today(self) -> str:
        return today_of(organisation(), self.approved.clock())

    def _use(self) -> dict[str, bool | float]:
        """Whether approved answers are given, and from which likeness on."""
        return {"is_used": is_used(organisation()), "least": least_likeness(organisation())}


def asked_for() -> Wanted:
    """The answers that the query asks for; what it names wrong is not asked."""
    language, shown = request.args.get("language", ""), request.args.get("show", "")
    known = {**{code: code for code in LANGUAGES.values()}, ANY: ""}
    return Wanted(
        request.args.get("q", "").strip().casefold(),
        known.get(language),
        True if shown == "over" else None,
        True if shown == "unused" else None,
    )


def names_of_languages() -> dict[str, str]:
    """The names of languages by their codes."""
    return {code: name for name, code in LANGUAGES.items()}


def done_words() -> str:
    """What was just done, in the page's language."""
    done = request.args.get("done", "")
    if done == "imported":
        return _(
            "Imported. New: %(added)s. Changed: %(replaced)s.",
            added=asked_number("added"),
            replaced=asked_number("replaced"),
        )
    return translated(DONE[done]) if done in DONE else ""


def asked_number(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
