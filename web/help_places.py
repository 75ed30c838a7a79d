"""Which paragraph of the help a page leads to.

A page of settings leads to the heading of docs/admin.md that is named like its section.
"""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from web.language import _

# A page's blueprint, and the document and heading.
PLACES: Mapping[str, str] = {
    "web": "pages#for-the-operator",
    "organisations": "pages#for-the-operator",
    "home": "pages#first-steps",
    "tokens": "pages#tokens",
    "audit": "pages#changes-and-deleted-things",
    "trash": "pages#changes-and-deleted-things",
    "functions": "author#which-function-for-what",
    "prompts": "pages#compare-prompts",
    "saved_prompts": "pages#prompts",
    "question_sets": "pages#question-sets",
    "knowledge": "pages#documents",
    "approved": "pages#approved-answers",
    "guardrails": "admin#guardrails",
    "flows": "pages#flows",
    "nodes": "pages#change-a-node",
    "history": "pages#history",
    "simulator": "pages#the-simulator",
    "funnel": "pages#how-contacts-go-through-a-flow",
    "explorer": "pages#explore-a-flow",
    "inbox": "pages#the-inbox",
    "conversations": "pages#conversations",
    "contacts": "pages#a-contacts-data",
    "asked": "pages#what-people-ask",
    "logs": "pages#why-did-the-bot-not-answer",
    "usage": "pages#what-does-it-cost",
    "privacy": "privacy#what-leaves-the-house",
}
# What a heading within a page is about, and the document and heading.
TOPICS: Mapping[str, str] = {
    "first-steps": "pages#first-steps",
    "set-up": "pages#first-steps",
    "calls": "pages#why-did-the-bot-not-answer",
    "call": "pages#why-did-the-bot-not-answer",
    "again": "pages#why-did-the-bot-not-answer",
    "models": "admin#openai",
    "try": "author#which-function-for-what",
    "about": "author#which-function-for-what",
    "paste": "author#calling-a-function",
    "fields": "author#calling-a-function",
    "results": "author#calling-a-function",
    "issues": "flows#what-is-checked",
    "imported": "flows#which-files-can-be-imported",
    "made": "author#calling-a-function",
    "tokens": "pages#tokens",
    "budget": "admin#limits",
    "usage": "pages#what-does-it-cost",
    "node": "pages#change-a-node",
    "history": "pages#history",
    "funnel": "pages#how-contacts-go-through-a-flow",
    "inbox": "pages#the-inbox",
    "conversation": "pages#conversations",
    "contact_data": "pages#a-contacts-data",
    "asked": "pages#what-people-ask",
    "organisations": "pages#for-the-operator",
    "prompts": "pages#prompts",
    "live": "pages#which-version-answers",
    "gate": "pages#checked-before-it-goes-live",
    "versions": "pages#versions-of-a-prompt",
    "use": "pages#prompts",
    "question_sets": "pages#question-sets",
    "cases": "pages#cases-as-a-sheet",
    "runs": "pages#runs",
    "documents": "pages#documents",
    "search": "pages#what-would-be-found",
    "approved": "pages#approved-answers",
    "try_question": "pages#try-a-question",
    "guardrails": "admin#guardrails",
    "try_text": "pages#try-a-text",
    "exploring": "pages#explore-a-flow",
    "comparing": "pages#compare-runs",
    "judge": "pages#the-judge",
    "service": "operations#settings-of-the-service",
    "leaving": "privacy#what-leaves-the-house",
    "kept": "privacy#what-is-kept-and-for-how-long",
    "accounts": "admin#openai",
}
LINK = Markup(' <a class="ask" href="{}" target="_blank" rel="noopener" aria-label="{}">{}</a>')


def help_place(blueprint: str, section: str = "") -> str | None:
    """The address of the paragraph about a page; `section` is that of a page of settings.

    >>> help_place("settings", "google_maps"), help_place("logs")
    ('/help/admin#google-maps', '/help/pages#why-did-the-bot-not-answer')
    """
    if blueprint in ("settings", "accounts"):
        return f"/help/admin#{section.replace('_', '-') or 'openai'}"
    place = PLACES.get(blueprint)
    return f"/help/{place}" if place else None


def question_mark(blueprint: str, section: str, picture: Markup) -> Markup:
    """The link beside a page's heading; empty where the help has nothing about the page.

    It opens a new tab, so that what was typed stays.
    """
    place = help_place(blueprint, section)
    return _link(place, picture) if place else Markup()


def topic_mark(topic: str, picture: Markup) -> Markup:
    """The link beside a heading within a page."""
    return _link(f"/help/{TOPICS[topic]}", picture)


def _link(place: str, picture: Markup) -> Markup:
    return LINK.format(place, _("Help on this (opens in a new tab)"), picture)
