"""What leaves the house by which function, to whom, and what is kept: the data processing table."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from web.field_labels import choice_label
from web.language import N_
from web.page_security import organisation
from web.page_services import PageServices
from web.processing import privacy_csv

WHAT = {
    "text": N_("text"),
    "spoken": N_("text to be spoken"),
    "sound": N_("sound"),
    "pictures": N_("pictures"),
    "place": N_("the coordinates of a place"),
}
KEPT = {
    "logs": N_("Calls in the log"),
    "conversations": N_("Conversations, after the last message"),
    "media": N_("Pictures and sound"),
    "inbox": N_("Questions in the inbox, after they were answered or closed"),
    "threads": N_("Threads with models, after the last turn"),
    "answers_for_repeats": N_("Answers for repeats of calls"),
    "results_of_jobs": N_("Results of jobs"),
    "jobs_given_up": N_("Jobs whose delivery was given up"),
    "runs_of_question_sets": N_("Runs of question sets"),
    "deleted_things": N_("What was deleted, to be brought back"),
    "usage_counts": N_("Counts of usage, without words or contacts"),
    "consents": N_("What contacts said of consent"),
}


def privacy_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/privacy` and `privacy.csv`."""
    pages = Blueprint("privacy", __name__, url_prefix="/organisations/<org>")

    @pages.get("/privacy")
    def show(org: str) -> str:
        """Show the table, as the settings make it."""
        table = services.processing.table(organisation())
        masked = [choice_label(kind, "mask") for kind in table["masked"]]
        return render_template("web/privacy.html", table=table, masked=masked, what=WHAT, kept=KEPT)

    @pages.get("/privacy.csv")
    def download(org: str) -> Response:
        """Answer the table as CSV."""
        return privacy_csv(services.processing.table(organisation()))

    return pages
