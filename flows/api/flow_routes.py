"""HTTP routes of an organisation's flows: import, list, show, export, check."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Blueprint, Response, request

from flowhook.http.answers import json_answer
from flowhook.http.body import check_media_type
from flowhook.http.body_size import MAX_IMPORT_BYTES, MAX_IMPORT_VALUES
from flowhook.http.documented import documented
from flowhook.organisations.auth import Caller, require_role
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.section_service import SectionService
from flowhook.strict_json import read_json
from flows.api.base_revision import base_revision
from flows.definition.definition import Export
from flows.definition.reading import read_export
from flows.library.flow_linter import FlowLinter
from flows.library.library import EMPTY
from flows.library.publishing import issues_by_flow, newest, with_subflows
from flows.library.store import FlowStore

ISSUES = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "severity": {"enum": ["Critical", "Warning"]},
            "message": {"type": "string"},
            "node": {"type": "string"},
        },
    },
}
EXPORT = {
    "schema": {
        "type": "object",
        "description": "What Glific's Export flow gives, or one definition.",
        "properties": {"flows": {"type": "array", "items": {"type": "object"}}},
    },
    "example": json.loads(Path(__file__).with_name("import_example.json").read_text()),
}
FLOW = {
    "type": "object",
    "required": ["uuid", "name", "keywords"],
    "properties": {
        "uuid": {"type": "string"},
        "name": {"type": "string"},
        "keywords": {"type": "array", "items": {"type": "string"}},
        "issues": ISSUES,
    },
}
FLOWS = {
    "type": "object",
    "required": ["flows"],
    "properties": {"flows": {"type": "array", "items": FLOW}},
}


def flow_routes(
    auth: AdminAuth, sections: SectionService, store: FlowStore, linter: FlowLinter
) -> Blueprint:
    """`/flows/...`"""
    routes = Blueprint("flows", __name__, url_prefix="/flows")

    def organisation(org: str) -> Caller:
        caller = auth.member(org)
        sections.existing(org)
        return caller

    @routes.post("/validate")
    @documented(takes=EXPORT, answer={**FLOWS, "required": ["issues", "flows"]})
    def validate_flows() -> Response:
        """Check a definition or an export; nothing is stored.

        With an organisation's admin token the checks know the organisation's flows and keywords.
        """
        caller = auth.caller()
        org = caller.organization_id
        require_role(caller, org or "", request.endpoint or "", request.method)
        export = read_upload()
        found = issues_by_flow(linter, org or "", export, store.library(org) if org else EMPTY)
        shown = [
            {"uuid": flow.uuid, "name": flow.name, "keywords": list(flow.keywords), "issues": one}
            for flow, one in found
        ]
        return json_answer(
            {"issues": [issue for one in shown for issue in one["issues"]], "flows": shown}
        )

    @routes.post("/<org>")
    @documented(takes=EXPORT, answer=FLOWS)
    def import_flows(org: str) -> Response:
        """Import a Glific export or a bare definition, all flows or none.

        Each flow becomes the newest draft under its UUID; contacts get it once it is published.
        """
        caller = organisation(org)
        export = read_upload()
        entries = {entry.uuid: entry for entry in store.add(org, export, by=caller.name)}
        found = issues_by_flow(linter, org, export, store.library(org))
        shown = [{**entries[flow.uuid].shown, "issues": one} for flow, one in found]
        return json_answer({"flows": shown})

    @routes.get("/<org>")
    @documented(answer=FLOWS)
    def list_flows(org: str) -> Response:
        """List the organisation's flows by name."""
        organisation(org)
        entries = store.library(org).entries.values()
        shown = sorted((one.shown for one in entries), key=lambda one: (one["name"], one["uuid"]))
        return json_answer({"flows": shown})

    @routes.get("/<org>/export")
    @documented(query={"flow": "UUID of one flow; its sub-flows come with it (default: all)."})
    def export_flows(org: str) -> Response:
        """Export the newest drafts in the format of imports."""
        organisation(org)
        uuid = request.args.get("flow")
        uuids = None if uuid is None else with_subflows(store, org, uuid)
        return json_answer(store.export(org, uuids))

    @routes.get("/<org>/<uuid>")
    @documented(answer=FLOW)
    def show_flow(org: str, uuid: str) -> Response:
        """Show a flow's newest draft with its definition and issues."""
        organisation(org)
        entry, flow = newest(store, org, uuid)
        issues = [one.as_dict() for one in linter.issues(org, flow, store.library(org))]
        answer = json_answer({**entry.shown, "definition": flow.source, "issues": issues})
        answer.headers["ETag"] = f'"{entry.draft.revision}"'
        return answer

    @routes.delete("/<org>/<uuid>")
    @documented()
    def delete_flow(org: str, uuid: str) -> Response:
        """Delete a flow; conversations in it end with the contact's next message. For 30 days it
        can be brought back, see /trash.

        With the flow's ETag in If-Match, a flow that somebody changed since is 412.
        """
        caller = organisation(org)
        store.delete(org, uuid, caller.name, base_revision())
        return Response(status=204)

    return routes


def read_upload() -> Export:
    """The flows in the request's body, of up to 8 MiB. Raises InvalidInput or TooLarge."""
    request.max_content_length = MAX_IMPORT_BYTES
    check_media_type(request.content_type or "")
    return read_export(read_json(request.get_data(cache=False), MAX_IMPORT_VALUES))
