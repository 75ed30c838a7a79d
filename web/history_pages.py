"""The revisions of a flow: who made them, what changed, and the way back to one."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from flowhook.errors import FlowhookError
from flowhook.timestamps import timestamp_of
from flows.conversations.node_counts import with_contacts
from web.page_security import signed_in
from web.page_services import PageServices


def history_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/flows/<uuid>/history`."""
    pages = Blueprint("history", __name__, url_prefix="/organisations/<org>/flows/<uuid>/history")
    editor, store = services.editor, services.conversations.flows

    def shown(org: str, uuid: str, error: FlowhookError | None = None) -> str:
        revisions = with_contacts(services.redis, org, uuid, editor.revisions(org, uuid))
        kept = [one["revision"] for one in revisions]
        before, after = asked("before", kept[1:]), asked("after", kept)
        changes = editor.differences(org, uuid, before, after) if before and after else None
        return render_template(
            "web/history.html",
            entry=store.entry(org, uuid).shown,
            revisions=revisions,
            before=before,
            after=after,
            changes=changes,
            error=error,
            done=request.args.get("done", ""),
        )

    @pages.get("")
    def show(org: str, uuid: str) -> str:
        """List the revisions, and show the difference of two."""
        return shown(org, uuid)

    @pages.post("")
    def publish(org: str, uuid: str) -> AnyResponse | tuple[str, int]:
        """Publish a kept revision, or make it the newest draft again.

        Critical issues and a gate refuse the first, unless one insists.
        """
        by, insists = signed_in().caller.name, request.form.get("force") == "on"
        revision = number(request.form.get("revision", ""))
        done = "taken" if request.form.get("action") == "draft" else "published"
        try:
            if done == "published":
                published = editor.publish(org, uuid, revision, by=by, insists=insists)
                done = "checking" if published.check else done
            else:
                note = f"↩ {timestamp_of(revision)}"
                editor.take_up(org, uuid, revision, by=by, note=note)
        except FlowhookError as error:
            return shown(org, uuid, error), error.status
        return redirect(url_for("web.history.show", org=org, uuid=uuid) + f"?done={done}", 303)

    return pages


def asked(name: str, kept: list[int]) -> int | None:
    """The revision that the address names, else the newest of those kept; None without any."""
    wanted = number(request.args.get(name, ""))
    return wanted or next(iter(kept), None)


def number(text: str) -> int:
    """A revision's number as it was typed; 0, which none has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
