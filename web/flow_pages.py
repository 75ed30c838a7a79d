"""An organisation's flows: imported by drop, drawn with what is wrong beside it, published."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from answers.gates.gate import FLOW
from flowhook.errors import FlowhookError, InvalidInput, InvalidJson
from flowhook.http.body_size import MAX_IMPORT_VALUES
from flowhook.strict_json import read_json
from flowhook.turns import in_turns
from flows.conversations.node_counts import read_tally
from flows.definition.reading import read_export
from flows.library.publishing import issues_by_flow, newest, with_subflows
from flows.lint import CRITICAL
from web.flow_picture import Pictures
from web.gate_checks import CHECKING, change_gate, shown_gate
from web.language import N_, _, translated
from web.node_names import NodeNames
from web.page_security import signed_in
from web.page_services import PageServices

PAGE_ENTRIES = 100
SAMPLE = Path(__file__).parent / "samples" / "ask_gpt.json"  # a link to the one in examples/
UNSAFE = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|;]+')  # what some system allows in no file's name
DONE = {
    "published": N_(
        "Published. New conversations use it; running conversations keep the revision they began"
        " with."
    ),
    "checking": CHECKING,
    "gated": N_("Saved. It holds from the next publication."),
    "deleted": N_("Deleted."),
}


def flow_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/flows`."""
    pages = Blueprint("flows", __name__, url_prefix="/organisations/<org>/flows")
    store, linter, views = services.conversations.flows, services.linter, FlowViews(services)

    @pages.get("")
    def index(org: str) -> str:
        """List the flows."""
        return views.listed(org)

    @pages.post("")
    def take(org: str) -> str | tuple[str, int]:
        """Import files or the sample, each whole or not at all, and show what is wrong with them.

        A file that is refused ends it; those before it are imported.
        """
        imported: list[dict[str, Any]] = []
        for name, raw in uploaded():
            try:
                export = read_export(read_json(raw, MAX_IMPORT_VALUES))
                store.add(org, export, by=signed_in().caller.name)
            except FlowhookError as error:
                return views.listed(org, imported, of_file(error, name, raw)), error.status
            found = issues_by_flow(linter, org, export, store.library(org))
            imported += [
                {
                    "flow": flow,
                    "issues": told,
                    "names": NodeNames.of(flow),
                }
                for flow, told in found
            ]
        return views.listed(org, imported)

    @pages.get("/export")
    def export_all(org: str) -> Response:
        """The newest drafts of all flows, in the shape that importing takes."""
        return attachment(f"flows-{org}.json", store.export(org))

    _add_flow(pages, services, views)
    return pages


def _add_flow(pages: Blueprint, services: PageServices, views: FlowViews) -> None:
    """The pages of one flow."""
    store = services.conversations.flows

    @pages.get("/<uuid>")
    def show(org: str, uuid: str) -> str:
        """Draw a flow."""
        return views.shown(org, uuid)

    @pages.post("/<uuid>/publish")
    def publish(org: str, uuid: str) -> AnyResponse | str | tuple[str, int]:
        """Publish the newest draft; Critical issues and a gate refuse it, unless one insists."""
        by, insists = signed_in().caller.name, request.form.get("force") == "on"
        try:
            published = services.editor.publish(org, uuid, by=by, insists=insists)
        except FlowhookError as error:
            return views.shown(org, uuid, error), error.status
        done = "checking" if published.check else "published"
        return redirect(url_for("web.flows.show", org=org, uuid=uuid) + f"?done={done}", 303)

    @pages.post("/<uuid>/gate")
    def gate(org: str, uuid: str) -> AnyResponse | str | tuple[str, int]:
        """Choose the question set that a revision has to answer first, or check nothing more."""
        try:
            change_gate(services, org, (FLOW, uuid), signed_in().caller.name)
        except FlowhookError as error:
            return views.shown(org, uuid, error), error.status
        return redirect(url_for("web.flows.show", org=org, uuid=uuid) + "?done=gated", 303)

    @pages.post("/<uuid>/delete")
    def delete(org: str, uuid: str) -> AnyResponse:
        """Delete a flow."""
        store.delete(org, uuid, signed_in().caller.name)
        return redirect(url_for("web.flows.index", org=org) + "?done=deleted", 303)

    @pages.get("/<uuid>/export")
    def export(org: str, uuid: str) -> Response:
        """A flow and its sub-flows, in the shape that importing takes."""
        name = file_name(store.entry(org, uuid).draft.name)
        return attachment(name, store.export(org, with_subflows(store, org, uuid)))


class FlowViews:
    """The list of flows, and one flow."""

    def __init__(self, services: PageServices) -> None:
        self.services = services
        self.store = services.conversations.flows
        self.linter = services.linter
        self.pictures = Pictures()

    def listed(
        self,
        org: str,
        imported: list[dict[str, Any]] | None = None,
        error: FlowhookError | None = None,
    ) -> str:
        entries = self.store.library(org).entries.values()
        flows = sorted((one.shown for one in entries), key=by_name)
        start = asked_start()
        shown = flows[start : start + PAGE_ENTRIES]
        return render_template(
            "web/flows.html",
            flows=shown,
            counts=self.issue_counts(org, shown),
            next_start=start + PAGE_ENTRIES if len(flows) > start + PAGE_ENTRIES else None,
            grave=CRITICAL,
            imported=imported,
            error=error,
            done=DONE.get(request.args.get("done", "")),
        )

    def issue_counts(self, org: str, listed: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
        """How many issues of each severity the newest drafts have, the gravest first."""
        library = self.store.library(org)
        counts = {}
        for one in in_turns(listed):
            flow = self.store.revisions.flow(org, one["uuid"], one["revision"])
            issues = self.linter.issues(org, flow, library) if flow else ()
            counts[one["uuid"]] = dict(Counter(issue.severity for issue in issues))
        return counts

    def shown(self, org: str, uuid: str, error: FlowhookError | None = None) -> str:
        entry, flow = newest(self.store, org, uuid)
        issues = self.linter.issues(org, flow, self.store.library(org))
        node_counts = read_tally(self.services.redis, org, uuid)
        return render_template(
            "web/flow.html",
            entry=entry.shown,
            issues=issues,
            critical=[issue for issue in issues if issue.severity == CRITICAL],
            picture=self.pictures.of(flow, issues, node_counts),
            waiting=sum(node_counts.waiting.values()),
            gate=shown_gate(self.services, org, FLOW, uuid),
            error=error,
            done=DONE.get(request.args.get("done", "")),
        )


def by_name(flow: Mapping[str, Any]) -> tuple[str, str]:
    """The place of a flow in the list, where capitals make no difference."""
    return flow["name"].casefold(), flow["uuid"]


def uploaded() -> list[tuple[str, bytes]]:
    """The name and content of each file of the form, or of the sample where that is asked for.

    Raises InvalidInput where there is none.
    """
    if "sample" in request.form:
        return [(SAMPLE.name, SAMPLE.read_bytes())]
    files = [(file.filename or "", file.read()) for file in request.files.getlist("file")]
    files = [(name, raw) for name, raw in files if name or raw]
    if not files:
        raise InvalidInput(
            _("no file was sent"), fix=_("Choose the file that Export flow gave you.")
        )
    return files


def of_file(error: FlowhookError, name: str, raw: bytes) -> FlowhookError:
    """The error of an import in the page's words, with the file's name before it."""
    is_json = raw.removeprefix(BOM_UTF8).lstrip()[:1] == b"{"
    problem = translated(error.message) if is_json else _("it is no exported flow")
    error.message = problem
    if name:
        error.message = _("the file %(name)s: %(problem)s", name=name[:100], problem=problem)
    if isinstance(error, InvalidJson) or not is_json:
        error.fix = _("Choose the file that Export flow gave you; its name ends in .json.")
    return error


def file_name(flow: str) -> str:
    """The name of a flow's file, without what a system would refuse in it."""
    kept = UNSAFE.sub("-", flow)[:80].strip("-. ")
    return f"{kept or 'flow'}.json"


def asked_start() -> int:
    text = request.args.get("start", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def attachment(name: str, content: dict[str, Any]) -> Response:
    answer = Response(orjson.dumps(content), mimetype="application/json")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
