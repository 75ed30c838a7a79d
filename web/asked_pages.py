"""What people ask: a week's questions in groups, and what to do with one."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from answers.asked.question import APPROVED, GUARDRAIL, KNOWLEDGE, MODEL, NOBODY, PERSON
from answers.asked.week import AskedGroup, AskedWeek
from web.fitting_sets import sets_for
from web.language import N_
from web.page_security import organisation
from web.page_services import PageServices

BY = {
    APPROVED: N_("an approved answer"),
    KNOWLEDGE: N_("the documents"),
    MODEL: N_("the model by itself"),
    PERSON: N_("a person"),
    GUARDRAIL: N_("a guardrail"),
    NOBODY: N_("nobody"),
}
SHOWN = 50
FILTERS = {
    "": N_("All"),
    NOBODY: N_("Not answered"),
    "new": N_("New this week"),
}


def asked_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/asked`."""
    pages = Blueprint("asked", __name__, url_prefix="/organisations/<org>/asked")

    @pages.get("")
    def show(org: str) -> str:
        """Show what was asked in the last seven days."""
        organisation()
        week = services.asked.week(org)
        chosen = request.args.get("show", "")
        groups = [group for group in week.groups if is_shown(group, chosen)]
        start = max(0, request.args.get("start", 0, int))
        shown = groups[start : start + SHOWN]
        functions = {group.function for group in shown}
        return render_template(
            "web/asked.html",
            week=week,
            shares=shares(week),
            groups=shown,
            before=start - SHOWN if start else None,
            after=start + SHOWN if start + SHOWN < len(groups) else None,
            chosen=chosen if chosen in FILTERS else "",
            filters=FILTERS,
            by=BY,
            sets={name: sets_for(services, org, function=name) for name in functions},
        )

    return pages


def is_shown(group: AskedGroup, chosen: str) -> bool:
    """Whether a group is among those that were asked for."""
    if chosen == NOBODY:
        return NOBODY in group.by
    return group.is_new if chosen == "new" else True


def shares(week: AskedWeek) -> dict[str, int]:
    """Of a hundred questions, how many each answered; none where there were no questions."""
    return {by: round(100 * count / week.count) for by, count in week.by.items()}
