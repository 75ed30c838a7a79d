"""HTTP routes that change a flow in place, publish a revision of it and tell its history."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, request

from flowhook.http.answers import json_answer
from flowhook.http.body import check_media_type
from flowhook.http.documented import documented
from flowhook.organisations.auth import Caller
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.section_service import SectionService
from flowhook.strict_json import read_json
from flows.api.base_revision import base_revision
from flows.api.editing_schema import FlowSchema, NodeSchema, PublishSchema
from flows.api.flow_routes import FLOW, ISSUES
from flows.api.message_schema import load
from flows.conversations.node_counts import with_contacts
from flows.library.flow_editor import FlowEditor
from flows.library.library import LibraryEntry
from flows.lint import Issue
from flows.model.bounds import check_bounds

CHANGED = {
    "type": "object",
    "required": ["revision", "issues"],
    "properties": {"revision": {"type": "integer"}, "issues": ISSUES},
}
REVISIONS = {
    "type": "object",
    "required": ["revisions"],
    "properties": {
        "revisions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["revision", "at", "by", "note", "is_published", "is_draft"],
                "properties": {
                    "revision": {"type": "integer"},
                    "at": {"type": "string", "format": "date-time"},
                    "by": {"type": "string"},
                    "note": {"type": "string"},
                    "is_published": {"type": "boolean"},
                    "is_draft": {"type": "boolean"},
                    "contacts": {"type": "integer"},
                },
            },
        }
    },
}
CHANGES = {
    "type": "object",
    "required": ["changes"],
    "properties": {
        "changes": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["node", "label", "what", "before", "after", "words"],
                "properties": {
                    "node": {"type": "string"},
                    "label": {"type": "string"},
                    "what": {"type": "string"},
                    "before": {"type": ["string", "null"]},
                    "after": {"type": ["string", "null"]},
                    "words": {"type": "string"},
                },
            },
        }
    },
}


def editing_routes(auth: AdminAuth, sections: SectionService, editor: FlowEditor) -> Blueprint:
    """`/flows/<org>/<uuid>...`"""
    routes = Blueprint("flow_editing", __name__, url_prefix="/flows/<org>/<uuid>")

    def organisation(org: str) -> Caller:
        caller = auth.member(org)
        sections.existing(org)
        return caller

    @routes.patch("")
    @documented(body=FlowSchema, answer=CHANGED)
    def change_flow(org: str, uuid: str) -> Response:
        """Change a flow's keywords or name, in a new draft."""
        caller = organisation(org)
        change = load(FlowSchema(), body())
        return changed(*editor.change_flow(org, uuid, change, by=caller.name, base=base_revision()))

    @routes.patch("/nodes/<node>")
    @documented(body=NodeSchema, answer=CHANGED)
    def change_node(org: str, uuid: str, node: str) -> Response:
        """Change what a node says or sends, in a new draft.

        Everything else of the flow stays as it came, so that it goes back to its editor. With the
        flow's ETag in If-Match a node that somebody changed since is 412 with both versions.
        """
        caller = organisation(org)
        change = load(NodeSchema(), body())
        return changed(
            *editor.change_node(org, uuid, node, change, by=caller.name, base=base_revision())
        )

    @routes.post("/publish")
    @documented(
        query={"force": "true publishes in spite of Critical issues and of the gate."},
        body=PublishSchema,
        answer=FLOW,
    )
    def publish_flow(org: str, uuid: str) -> Response:
        """Publish the newest draft, or the revision in the body; Critical issues prevent it.

        With a gate it is checked first: 202, and it goes live by itself if it passes. Conversations
        in progress keep the revision they began with.
        """
        caller = organisation(org)
        wanted = load(PublishSchema(), body()) if request.get_data() else {}
        insists = request.args.get("force", "").lower() in ("true", "1")
        done = editor.publish(org, uuid, wanted.get("revision"), by=caller.name, insists=insists)
        if done.check:
            return json_answer(done.check.shown(), 202)
        return json_answer({**done.entry.shown, "issues": listed(done.issues)})

    @routes.get("/revisions")
    @documented(answer=REVISIONS)
    def list_revisions(org: str, uuid: str) -> Response:
        """List the revisions that are kept, newest first: who made each, when, their note, and how
        many contacts wait in it."""
        organisation(org)
        found = editor.revisions(org, uuid)
        return json_answer({"revisions": with_contacts(editor.store.redis, org, uuid, found)})

    @routes.get("/revisions/<int:before>/diff/<int:after>")
    @documented(answer=CHANGES)
    def show_differences(org: str, uuid: str, before: int, after: int) -> Response:
        """Tell what changed from one revision to another, node by node."""
        organisation(org)
        changes = editor.differences(org, uuid, before, after)
        return json_answer({"changes": [one.as_dict() for one in changes]})

    return routes


def body() -> dict[str, Any]:
    check_media_type(request.content_type or "")
    found = read_json(request.get_data(cache=True))
    check_bounds(found, what="the change")
    return found


def changed(entry: LibraryEntry, issues: Iterable[Issue]) -> Response:
    answer = json_answer({"revision": entry.draft.revision, "issues": listed(issues)})
    answer.headers["ETag"] = f'"{entry.draft.revision}"'
    return answer


def listed(issues: Iterable[Issue]) -> list[dict[str, str]]:
    return [one.as_dict() for one in issues]
