"""The help: the documents of docs/, and a list of their headings to search in.

It needs no session, since it holds no secrets and who cannot sign in needs it most.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, send_from_directory

from flowhook.errors import NotFound
from web.help_documents import MANUAL, documents, matching

HOUR_SECONDS = 3600


def help_pages() -> Blueprint:
    """`/help`."""
    pages = Blueprint("help", __name__, url_prefix="/help")

    @pages.get("")
    def index() -> str:
        """List all headings, or those that hold the words of `q`."""
        query = request.args.get("q", "")
        found = matching(documents().values(), query)
        return render_template("web/help.html", found=found, query=query)

    @pages.get("/<name>")
    def show(name: str) -> str:
        """Show a document."""
        document = documents().get(name)
        if document is None:
            raise NotFound("the help has no such page", fix="Choose one from /help.")
        return render_template("web/help_document.html", document=document)

    @pages.get("/screenshots/<name>")
    def screenshot(name: str) -> Response:
        """A picture of a document."""
        return send_from_directory(MANUAL / "screenshots", name, max_age=HOUR_SECONDS)

    return pages
