"""What each role may do: one table of all routes of an organisation, over HTTP and on the pages.

`AREAS` says who reads an area and who changes it, besides the admin and the operator, who may do
both everywhere. `ROUTES` gives each Flask endpoint, or all of a blueprint, its area. GET and HEAD
read, every other method changes. A route that is in no area is the admin's alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OPERATOR = "operator"
ADMIN = "admin"
AUTHOR = "author"
EXPERT = "expert"
VIEWER = "viewer"
WEBHOOK = "webhook"

MEMBERS = (ADMIN, AUTHOR, EXPERT, VIEWER)
"""The roles of people; a token of scope webhook is a flow builder's."""
SCOPES = (WEBHOOK, *MEMBERS)

READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Area:
    """Who reads and who changes what, besides the admin."""

    reads: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()


def area(reads: str = "", changes: str = "") -> Area:
    return Area(frozenset(reads.split()), frozenset(changes.split()))


AREAS: Mapping[str, Area] = {
    "settings": area(reads="viewer"),
    "guardrail_tries": area(changes="viewer"),
    "models": area(reads="author viewer"),
    "flows": area(reads="author viewer", changes="author"),
    "prompts": area(reads="author viewer", changes="author"),
    "question_sets": area(reads="author viewer", changes="author"),
    "knowledge": area(reads="author expert viewer", changes="author"),
    "searches": area(changes="author expert viewer"),
    "answers": area(reads="author expert viewer", changes="author expert"),
    "inbox": area(reads="expert viewer", changes="expert"),
    "conversations": area(reads="expert viewer", changes="expert"),
    "functions": area(reads="author viewer", changes="author"),
    "calls": area(reads="author webhook", changes="author webhook"),
    "jobs": area(reads="author viewer webhook"),
    "logs": area(reads="author viewer", changes="author"),
    "usage": area(reads="viewer"),
    "trash": area(reads="author viewer", changes="author"),
    "home": area(reads="author expert viewer"),
    "admin": area(),
}

ROUTES: Mapping[str, str] = {
    "settings": "settings",
    "settings.delete_organisation": "admin",
    "openai": "settings",
    "openai.list_models": "models",
    "tokens": "settings",
    "flows": "flows",
    "flow_editing": "flows",
    "prompts": "prompts",
    "prompts_live": "prompts",
    "question_sets": "question_sets",
    "question_cases": "question_sets",
    "question_runs": "question_sets",
    "question_csv": "question_sets",
    "answers": "answers",
    "answers_csv": "answers",
    "flow_gates": "flows",
    "prompt_gates": "prompts",
    "inbox": "inbox",
    "consent": "admin",
    "privacy": "settings",
    "knowledge": "knowledge",
    "knowledge.search": "searches",
    "documents": "knowledge",
    "conversations": "conversations",
    "conversations.forget_contact": "admin",
    "contacts": "admin",
    "roster": "conversations",
    "interventions": "conversations",
    "funnel": "flows",
    "exploring": "flows",
    "logs": "logs",
    "usage": "usage",
    "trash": "trash",
    "jobs.show_job": "jobs",
    "jobs.list_dead": "logs",
    "jobs.replay": "admin",
    "webhooks": "calls",
    "web.home": "home",
    "web.missing": "home",
    "web.settings": "settings",
    "guardrails": "guardrail_tries",
    "web.guardrails.try_one": "guardrail_tries",
    "web.guardrails.ask": "settings",
    "web.accounts": "settings",
    "web.accounts.models": "models",
    "web.tokens": "settings",
    "web.audit": "settings",
    "web.inbox": "inbox",
    "web.conversations": "conversations",
    "web.conversations.forget": "admin",
    "web.contacts": "admin",
    "web.flows": "flows",
    "web.funnel": "flows",
    "web.explorer": "flows",
    "web.nodes": "flows",
    "web.history": "flows",
    "web.trash": "trash",
    "web.simulator": "flows",
    "web.functions": "functions",
    "web.prompts": "functions",
    "web.saved_prompts": "prompts",
    "web.question_sets": "question_sets",
    "web.knowledge": "knowledge",
    "web.approved": "answers",
    "web.asked": "answers",
    "web.logs": "logs",
    "web.usage": "usage",
    "web.privacy": "settings",
    "web.organisations.delete": "admin",
}


def may(scope: str, endpoint: str, method: str) -> bool:
    """Whether a caller of this scope may use a route of their organisation.

    >>> may("viewer", "flows.list_flows", "GET"), may("viewer", "flows.import_flows", "POST")
    (True, False)
    >>> may("admin", "a.new_route", "POST"), may("author", "a.new_route", "POST")
    (True, False)
    """
    if scope in (ADMIN, OPERATOR):
        return True
    found = AREAS[area_of(endpoint)]
    return scope in (found.reads if method in READING else found.changes)


def area_of(endpoint: str) -> str:
    """The area of an endpoint: its own, or its blueprint's."""
    return ROUTES.get(endpoint) or ROUTES.get(endpoint.rpartition(".")[0], "admin")
