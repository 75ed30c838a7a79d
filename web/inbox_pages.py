"""An organisation's inbox: what waits for a person, one of it as a chat, and what a person does."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for

from flowhook.errors import FlowhookError
from web.inbox_acts import InboxActs
from web.inbox_views import InboxViews
from web.new_prompts import Shown
from web.page_services import PageServices


def inbox_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/inbox`."""
    pages = Blueprint("inbox", __name__, url_prefix="/organisations/<org>/inbox")
    views, acts = InboxViews(services), InboxActs(services.inbox)

    @pages.get("")
    def index(org: str) -> Shown:
        """List what waits, longest first, or what was answered or closed."""
        return views.listed(org)

    @pages.get("/<item_id>")
    def show(org: str, item_id: str) -> Shown:
        """Show a question with all that is known of it."""
        return views.shown(org, item_id)

    @pages.post("/<item_id>")
    def act(org: str, item_id: str) -> Shown:
        """Answer it, take it, give it back or to somebody, or close it."""
        try:
            done = acts.act(org, item_id, request.form)
        except FlowhookError as error:
            return views.shown(org, item_id, error)
        return redirect(url_for("web.inbox.show", org=org, item_id=item_id, done=done), 303)

    return pages
