"""One node of a flow: its texts and translations, or its webhook's prompt, changed in place."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from flowhook.errors import Changed, FlowhookError, NotFound
from flowhook.http.answers import json_answer
from flows.api.editing_schema import METHODS, NodeSchema
from flows.api.message_schema import load
from flows.definition.definition import Flow, Node
from flows.definition.titles import node_title
from flows.library.editing import shown_node
from flows.library.publishing import newest
from flows.lint.offered import offered_variables
from web.node_forms import action_forms, languages_of, read_change
from web.page_security import signed_in
from web.page_services import PageServices


def node_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/flows/<uuid>/nodes/<node>`."""
    pages = Blueprint(
        "nodes", __name__, url_prefix="/organisations/<org>/flows/<uuid>/nodes/<node>"
    )
    store, functions = services.conversations.flows, services.dispatcher.functions

    def shown(
        org: str,
        uuid: str,
        node: str,
        error: FlowhookError | None = None,
        typed: dict[str, Any] | None = None,
    ) -> str:
        entry, flow, found = draft(org, uuid, node)
        issues = services.linter.issues(org, flow, store.library(org))
        return render_template(
            "web/node.html",
            entry=entry.shown,
            node=found,
            title=node_title(found),
            forms=action_forms(flow, found, functions),
            languages=languages_of(flow),
            shown=shown_node(flow, found),
            cases=cases_of(found),
            methods=METHODS,
            functions=functions.names(),
            variables=offered_variables(flow, node, services.linter.functions),
            issues=[one for one in issues if one.node == node],
            error=error,
            typed=typed,
            done=request.args.get("done", ""),
        )

    def draft(org: str, uuid: str, node: str) -> tuple[Any, Flow, Node]:
        entry, flow = newest(store, org, uuid)
        if node not in flow.nodes:
            raise NotFound("this flow has no such node", fix="Choose one in the flow's picture.")
        return entry, flow, flow.nodes[node]

    def asked_change(org: str, uuid: str, node: str) -> dict[str, Any]:
        _, flow, found = draft(org, uuid, node)
        return load(NodeSchema(), read_change(request.form, shown_node(flow, found)))

    @pages.get("")
    def show(org: str, uuid: str, node: str) -> str:
        """Show the node's form."""
        return shown(org, uuid, node)

    @pages.post("")
    def change(org: str, uuid: str, node: str) -> AnyResponse | str | tuple[str, int]:
        """Save the change in a new draft; where somebody changed the node since, show both."""
        base = request.form.get("base", "")
        try:
            services.editor.change_node(
                org,
                uuid,
                node,
                asked_change(org, uuid, node),
                by=signed_in().caller.name,
                base=int(base) if base.isascii() and base.isdigit() and len(base) < 16 else None,
            )
        except FlowhookError as error:
            typed = error.fields if isinstance(error, Changed) else None
            return shown(org, uuid, node, error, typed), error.status
        place = url_for("web.nodes.show", org=org, uuid=uuid, node=node)
        return redirect(f"{place}?done=saved", 303)

    @pages.post("/issues")
    def issues(org: str, uuid: str, node: str) -> AnyResponse:
        """The node's issues as they would be with the change, of which nothing is stored."""
        found = services.editor.issues_with(org, uuid, node, asked_change(org, uuid, node))
        return json_answer({"issues": [one.as_dict() for one in found if one.node == node]})

    return pages


def cases_of(node: Node) -> list[dict[str, Any]]:
    """The cases of the node's router: what is tested, with which words, and the category."""
    router = node.router
    names = {one.uuid: one.name for one in router.categories} if router else {}
    return [
        {
            "uuid": one.uuid,
            "test": one.type.replace("_", " "),
            "words": "\n".join(one.arguments),
            "category": names.get(one.category, ""),
        }
        for one in (router.cases if router else ())
    ]
