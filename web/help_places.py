"""Which paragraph of the help a page leads to.

A page of settings leads to the heading of docs/admin.md that is named like its section.
"""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

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
    "flows": "pages#flows",
    "nodes": "pages#change-a-node",
    "history": "pages#history",
    "simulator": "pages#the-simulator",
    "funnel": "pages#how-contacts-go-through-a-flow",
    "conversations": "pages#conversations",
    "logs": "pages#why-did-the-bot-not-answer",
    "usage": "pages#what-does-it-cost",
}
LINK = Markup(
    ' <a class="ask" href="{}" target="_blank" rel="noopener"'
    ' aria-label="Help on this (opens in a new tab)">{}</a>'
)


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
    return LINK.format(place, picture) if place else Markup()
