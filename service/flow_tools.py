"""Offers an organisation's flows to `function_calling`, as tools that a model may call.

A flow is called by its name, its keyword, its UUID, or its name in lower case with `_` for other
characters. The model gets the last of these where what it is called by can be no tool's name, or
its UUID where its name has no letter that a tool's may have.
Its parameters are its inputs (see flows/definition/inputs.py); its messages are the answer. It runs
separately from the contact's conversation, stores nothing, and waits for the functions that it
calls: a job's result would wake the contact's own flow instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from contextvars import ContextVar
from typing import Any

from flowhook.errors import InvalidInput
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import Outcome, failed
from flows.conversations.conversations import Conversations
from flows.conversations.live_services import LiveServices, in_time
from flows.conversations.turn import valid_id
from flows.definition.definition import Flow
from flows.definition.inputs import MAX_INPUTS, about, declared_inputs
from flows.engine.engine import Engine
from flows.library.library import LibraryEntry
from flows.lint.results import inputs_of
from flows.model.contact import Contact
from flows.model.events import MsgCreated
from flows.model.session import Session, contact_of
from flows.model.text import clean
from service.webhook_calls import FlowCalls
from webhooks.context import Context, Tool
from webhooks.tools.tool_choice import TOOL_NAME

MAX_DESCRIPTION = 1_024

MAIN = "response"

inside: ContextVar[int] = ContextVar("flow_tools_inside_each_other", default=0)


class FlowTools:
    """The ToolSource of an organisation's published flows."""

    def __init__(self, conversations: Conversations, calls: FlowCalls) -> None:
        """`calls` are those of the flows' webhook nodes."""
        self.conversations = conversations
        self.calls = calls

    def find(self, name: str, organisation: Organisation) -> Tool | None:
        conversations = self.conversations
        library = conversations.flows.library(organisation.id)
        entry = library.entries.get(name) or library.entries.get(
            library.keywords.get(clean(name), "")
        )
        live = _live(library.entries)
        entry = entry or next((one for one in live if slug(one) == name), None)
        entry = entry or next((one for one in live if plain(name_of(one)) == plain(name)), None)
        if entry is None or entry.published is None or not entry.published.is_active:
            return None
        flow = conversations.flows.revisions.flow(
            organisation.id, entry.uuid, entry.published.revision
        )
        offered = name if TOOL_NAME.fullmatch(name) else slug(entry) or entry.uuid
        if flow is None or not TOOL_NAME.fullmatch(offered):
            return None
        return Tool(offered, description_of(flow), parameters_of(flow), self._runner(flow))

    def names(self, organisation: Organisation) -> Sequence[str]:
        library = self.conversations.flows.library(organisation.id)
        return [slug(one) or name_of(one) for one in _live(library.entries)]

    def _runner(self, flow: Flow) -> Callable[[Mapping[str, Any], Context], Outcome]:
        def run(arguments: Mapping[str, Any], context: Context) -> Outcome:
            token = inside.set(inside.get() + 1)
            try:
                return self._run(flow, arguments, context)
            except Exception as failure:
                return failed(failure, context.request_id, MAIN)
            finally:
                inside.reset(token)

        return run

    def _run(self, flow: Flow, arguments: Mapping[str, Any], context: Context) -> Outcome:
        if inside.get() > 1:
            raise InvalidInput(
                "a flow that a model called cannot let a model call flows",
                fix="Call function_calling from the flow that the contact is in.",
            )
        services = self._services(context.organisation, self.calls.inside(context))
        known = services.find_contact(context.contact) if context.contact else None
        session = Session(known or Contact(id=context.contact or "tool"))
        wanted = set(inputs_of(flow))
        results = {
            name: {"input": as_text(value), "category": as_text(value)}
            for name, value in arguments.items()
            if name in wanted
        }
        events = Engine(services).start(session, flow.uuid, results=results)
        said = [one.text or one.url for one in events if isinstance(one, MsgCreated)]
        if session.status == "failed":
            raise InvalidInput("the flow failed before its end")
        return Outcome(200, {"success": True, MAIN: "\n".join(said) or "N/A"}, MAIN)

    def _services(self, organisation: Organisation, calls: FlowCalls) -> LiveServices:
        conversations = self.conversations

        def look_up(contact: str) -> Contact | None:
            org = organisation.id
            found = conversations.store.state(org, contact) if valid_id(contact) else None
            return contact_of(found["session"]) if found else None

        return LiveServices(
            organisation=organisation,
            store=conversations.flows,
            library=conversations.flows.library(organisation.id),
            functions=in_time(calls),
            outgoing=conversations.outgoing,
            sheets=conversations.open_sheets(organisation),
            working=nullcontext,
            look_up=look_up,
            now=conversations.now,
        )


def slug(entry: LibraryEntry) -> str:
    """Return a flow's name in the format of a tool's name; empty where nothing of it fits."""
    return re.sub(r"[^a-z0-9]+", "_", name_of(entry).lower()).strip("_")[:64]


def plain(name: str) -> str:
    """A flow's name without regard to capital letters and to how wide its blanks are."""
    return " ".join(name.split()).casefold()


def name_of(entry: LibraryEntry) -> str:
    return entry.published.name if entry.published else entry.draft.name


def description_of(flow: Flow) -> str:
    return about(flow)[:MAX_DESCRIPTION] or f"Runs the flow {flow.name}."


def parameters_of(flow: Flow) -> dict[str, Any]:
    """Return the strict JSON schema of the results that the flow expects."""
    names, told = inputs_of(flow)[:MAX_INPUTS], declared_inputs(flow)
    return {
        "type": "object",
        "properties": {
            name: {
                "type": "string",
                **({"description": told[name][:MAX_DESCRIPTION]} if told.get(name) else {}),
            }
            for name in names
        },
        "required": names,
        "additionalProperties": False,
    }


def as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _live(entries: Mapping[str, LibraryEntry]) -> list[LibraryEntry]:
    return [one for one in entries.values() if one.published and one.published.is_active]
