"""Saved prompts: listed, edited in versions, compared, put live, and deleted."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for

from flowhook.errors import Changed, FlowhookError
from web.language import N_, _
from web.new_prompts import Shown, add_new_prompts, drafted
from web.page_security import organisation, signed_in
from web.page_services import PageServices
from web.prompt_editor import read_version
from web.prompt_live import add_live
from web.prompt_spend import spends, total
from web.prompt_views import PromptViews, base_of, editing

DONE = {
    "saved": N_("Saved as a new version. Nobody gets it until it is live."),
    "same": N_("Nothing is new: the newest version says the same."),
    "live": N_("It is live: every process answers with it within a second."),
    "gated": N_("Saved. It holds from the next version that goes live."),
    "deleted": N_("Deleted. It can be brought back for 30 days, under Deleted."),
    "gone": N_("Deleted for good: the store is full, so nothing of it could be kept."),
}


def saved_prompt_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/prompts`, and what makes a new one beside it."""
    pages = Blueprint("saved_prompts", __name__, url_prefix="/organisations/<org>")
    store = services.prompts

    @pages.get("/prompts")
    def index(org: str) -> str:
        """List the prompts."""
        used = spends(services, org)
        return render_template(
            "web/saved_prompts.html",
            prompts=[(one, total(used.get(one.name, {}))) for one in store.prompts(organisation())],
            done=DONE.get(request.args.get("done", "")),
        )

    add_new_prompts(pages, services)
    _add_prompt(pages, services)
    add_live(pages, services)
    return pages


def _add_prompt(pages: Blueprint, services: PageServices) -> None:
    """The pages of one prompt."""
    store, views = services.prompts, PromptViews(services)

    @pages.get("/prompts/<name>")
    def show(org: str, name: str) -> str:
        """Show a prompt: its form, its versions, the difference of two, and what is live."""
        return views.shown(org, name, done=DONE.get(request.args.get("done", "")))

    @pages.post("/prompts/<name>")
    def save(org: str, name: str) -> Shown:
        """Save a new version; where somebody saved another since, show both."""
        try:
            prompt = store.existing_now(org, name)
            if request.form.get("base") != base_of(prompt):
                raise Changed(
                    _("somebody saved another version since you opened this page"),
                    fix=_("Look at what is different below, then save yours again."),
                )
            values = read_version(request.form)
            _version, is_new = store.add(org, name, values, signed_in().caller.name, prompt.tag)
        except FlowhookError as error:
            return views.refused(org, name, error, request.form)
        services.sections.changed(org)
        return views.to(org, name, "saved" if is_new else "same")

    @pages.post("/prompts/<name>/draft")
    def draft_version(org: str, name: str) -> str:
        """Show the prompt's form with a text and a model that stood elsewhere."""
        return views.shown(org, name, draft=drafted(request.form))

    @pages.post("/prompts/<name>/delete")
    def delete(org: str, name: str) -> Shown:
        """Delete a prompt, and show it instead where somebody changed it meanwhile."""
        try:
            is_kept = store.delete(org, name, *editing())
        except Changed as error:
            return views.refused(org, name, error)
        services.sections.changed(org)
        done = "deleted" if is_kept else "gone"
        return redirect(url_for("web.saved_prompts.index", org=org) + f"?done={done}", 303)
