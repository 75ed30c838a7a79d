"""One node of a flow: its texts and translations, or its webhook's prompt, changed in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
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
from flows.library.editing import cases_to_change, shown_node
from flows.library.publishing import newest
from flows.lint.offered import offered_prompts, offered_variables
from flows.routers.cases import cases
from web.comparing import Variant, body_of, question_field, used_body
from web.language import _
from web.node_forms import action_forms, languages_of, read_change, wire_text
from web.node_names import NodeNames
from web.page_security import signed_in
from web.page_services import PageServices
from webhooks.saved_prompts import SAVED_PROMPT


def node_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/flows/<uuid>/nodes/<node>`."""
    pages = Blueprint(
        "nodes", __name__, url_prefix="/organisations/<org>/flows/<uuid>/nodes/<node>"
    )
    views = NodeViews(services)

    @pages.get("")
    def show(org: str, uuid: str, node: str) -> str:
        """Show the node's form."""
        return views.shown(org, uuid, node)

    @pages.post("")
    def change(org: str, uuid: str, node: str) -> AnyResponse | str | tuple[str, int]:
        """Save the change in a new draft; where somebody changed the node since, show both."""
        return views.saved(org, uuid, node, views.asked_change)

    @pages.post("/prompt")
    def use_prompt(org: str, uuid: str, node: str) -> AnyResponse | str | tuple[str, int]:
        """Save a prompt and a model that were compared; like `change`."""
        return views.saved(org, uuid, node, views.asked_prompt)

    @pages.post("/issues")
    def issues(org: str, uuid: str, node: str) -> AnyResponse:
        """The node's issues as they would be with the change, of which nothing is stored."""
        return json_answer({"issues": views.issues_of_change(org, uuid, node)})

    return pages


class NodeViews:
    """The page of a node, and what its forms ask for."""

    def __init__(self, services: PageServices) -> None:
        self.services = services
        self.store = services.conversations.flows
        self.functions = services.dispatcher.functions

    def shown(
        self,
        org: str,
        uuid: str,
        node: str,
        error: FlowhookError | None = None,
        typed: Iterable[tuple[str, str]] = (),
    ) -> str:
        entry, flow, found = self.draft(org, uuid, node)
        refused = request.form if error and not isinstance(error, Changed) else {}
        linter = self.services.linter
        issues = linter.issues(org, flow, self.store.library(org))
        return render_template(
            "web/node.html",
            entry=entry.shown,
            node=found,
            title=node_title(found),
            forms=action_forms(flow, found, self.functions, refused),
            languages=languages_of(flow),
            shown=shown_node(flow, found),
            cases=cases_of(found, refused),
            refused=refused,
            methods=METHODS,
            functions=self.functions.names(),
            variables=offered_variables(flow, node, linter.functions),
            prompts=offered_prompts(self.services.prompts.all_now(org)),
            compared={one.name for one in self.functions if question_field(one)},
            saving={one.name for one in self.functions if SAVED_PROMPT in one.fields.fields},
            issues=[one for one in issues if one.node == node],
            names=NodeNames.of(flow),
            error=error,
            typed=typed,
            sent=request.form,
            done=request.args.get("done", ""),
        )

    def draft(self, org: str, uuid: str, node: str) -> tuple[Any, Flow, Node]:
        entry, flow = newest(self.store, org, uuid)
        if node not in flow.nodes:
            raise NotFound("this flow has no such node", fix="Choose one in the flow's picture.")
        return entry, flow, flow.nodes[node]

    def asked_change(self, org: str, uuid: str, node: str) -> dict[str, Any]:
        _entry, flow, found = self.draft(org, uuid, node)
        return load(NodeSchema(), read_change(request.form, shown_node(flow, found)))

    def issues_of_change(self, org: str, uuid: str, node: str) -> list[dict[str, str]]:
        asked = self.asked_change(org, uuid, node)
        found = self.services.editor.issues_with(org, uuid, node, asked)
        names = NodeNames.of(self.draft(org, uuid, node)[1])
        return [
            {**one.as_dict(), "message": names.words(one.message, node)}
            for one in found
            if one.node == node
        ]

    def asked_prompt(self, org: str, uuid: str, node: str) -> dict[str, Any]:
        """The node's body with the form's prompt and model, everything else of it as it is."""
        _entry, flow, found = self.draft(org, uuid, node)
        form = {name: text.replace("\r\n", "\n") for name, text in request.form.items()}
        action, function = form.get("action", ""), self.functions.find(form.get("function", ""))
        body = body_of(shown_node(flow, found), action)
        if function is None or body is None:
            raise NotFound(
                _("the node no longer calls this function"), fix=_("Look at the node as it is now.")
            )
        chosen = Variant("", form.get("prompt", ""), form.get("model", "").strip())
        change = {"action": action, "body": used_body(function, body, chosen)}
        return load(NodeSchema(), {**change, "note": form.get("note", "").strip()})

    def saved(
        self, org: str, uuid: str, node: str, read: Callable[[str, str, str], dict[str, Any]]
    ) -> AnyResponse | str | tuple[str, int]:
        """Save what `read` finds in the form; where it is refused, show the node with the error."""
        base = request.form.get("base", "")
        try:
            self.services.editor.change_node(
                org,
                uuid,
                node,
                read(org, uuid, node),
                by=signed_in().caller.name,
                base=int(base) if base.isascii() and base.isdigit() and len(base) < 16 else None,
            )
        except FlowhookError as error:
            yours = (error.fields or {}).get("yours", {}) if isinstance(error, Changed) else {}
            typed = list(told_change(yours))
            return self.shown(org, uuid, node, error, typed), error.status
        place = url_for("web.nodes.show", org=org, uuid=uuid, node=node)
        return redirect(f"{place}?done=saved", 303)


def told_change(change: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a change says, part by part: its name and its text."""
    for name, value in change.items():
        if name == "translations":
            for language, texts in value.items():
                yield from (
                    (f"{language}: {field}", wire_text(text)) for field, text in texts.items()
                )
        elif isinstance(value, Mapping):
            yield from ((key, wire_text(one)) for key, one in value.items())
        elif name != "action":
            yield name, "\n".join(value) if isinstance(value, list) else str(value)


def cases_of(node: Node, refused: Mapping[str, str]) -> list[dict[str, Any]]:
    """The cases that can be changed: what is tested, with which words, and the category.

    Words that were `refused` stand as they were typed.
    """
    names = {one.uuid: one.name for one in node.router.categories} if node.router else {}
    return [
        {
            "uuid": one.uuid,
            "test": test.words if (test := cases.find(one.type)) else one.type,
            "words": refused.get(f"case:{one.uuid}", "\n".join(one.arguments)),
            "category": names.get(one.category, ""),
        }
        for one in cases_to_change(node)
    ]
