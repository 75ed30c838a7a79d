"""An error's words on a page: labels of fields, linked to them, in place of machine names.

The API keeps its own words: whoever writes a body needs the names of fields.
"""

from __future__ import annotations

import re
from functools import cache

from flask import g, url_for
from markupsafe import Markup, escape

from flowhook.errors import InvalidInput, InvalidJson
from flowhook.organisations.roles import may
from flowhook.organisations.schemas import SECTIONS
from web.field_labels import label_of
from web.language import N_, translated
from web.page_security import signed_in
from web.section_words import TITLES

PAGE = "web.settings.section"
PHRASES = (
    (InvalidInput.fix, N_("Correct what is named above.")),
    (InvalidJson.fix, N_("What was sent is not JSON, or was cut off: send it whole.")),
    ("Set is_active to true in", "Switch is_active on in"),
    (" as Retry-After says", " a little"),
)
WHOLE = {
    N_("Check the address; GET /docs lists every path."): N_("Check the address."),
    N_("GET /flows/<org> lists the flows."): N_("The page Flows lists the flows."),
    N_("GET /flows/<org> lists flows and keywords."): N_(
        "The page Flows lists flows and keywords."
    ),
    N_("GET /webhooks lists every function."): N_("The page Functions lists every function."),
    N_("GET /knowledge/<org> lists the bases."): N_("The page Documents lists the bases."),
    N_("GET /prompts/<org> lists the prompts that there are."): N_(
        "The page Prompts lists the prompts that there are."
    ),
    N_("GET /question-sets/<org> lists the question sets."): N_(
        "The page Question sets lists them."
    ),
    N_("GET /answers/<org> lists the answers."): N_("The page Approved answers lists them."),
}
"""Texts of which a page says something else."""
VERSIONS = re.compile(r"GET /prompts/<org>/\S+ lists the versions that it has\.")
VERSIONS_SHOWN = N_("The prompt's page lists the versions that it has.")
WRONG = re.compile(r"(?<=hese fields are wrong: )[a-z_, ]+$")
ROUTE = re.compile(r"[,:]? (?:or )?(?:PUT|PATCH|POST) /(?:settings|conversations)/\S+(?<![.,;:])")


def in_page_words(text: str, section: str = "") -> Markup:
    """A message or fix in a page's words, with links to the fields that it names, first of all
    those of `section`."""
    text = WRONG.sub(_labelled, WHOLE.get(text, text))
    text = VERSIONS_SHOWN if VERSIONS.fullmatch(text) else text
    nearest = section or _section_named(text)
    said = translated(text)
    for spoken, shown in PHRASES:
        said = said.replace(spoken, shown)
    parts = _names().split(ROUTE.sub("", said))
    return Markup("").join(
        _shown(part, nearest) if at % 2 else escape(part) for at, part in enumerate(parts)
    )


def sentence(text: str) -> str:
    """A message with a capital, unless it begins with a field's or a file's name."""
    first = text.partition(" ")[0]
    return text if "_" in first or "." in first else text[:1].upper() + text[1:]


def _labelled(names: re.Match[str]) -> str:
    """The labels of fields that are named alone; those of settings are linked by `_shown`."""
    return ", ".join(
        one if _names().fullmatch(one) else label_of(one) for one in names[0].split(", ")
    )


def _shown(name: str, nearest: str) -> Markup:
    if name in TITLES:
        return escape(translated(TITLES[name]))
    section = nearest if name in _fields()[nearest] else _owner(name)
    label = label_of(name)
    if "organisation" not in g or not may(signed_in().caller.scope, PAGE, "GET"):
        return escape(label)
    place = url_for(PAGE, org=g.organisation.id, section=section)
    return Markup('<a href="{}#field-{}">{}</a>').format(place, name, label)


def _section_named(text: str) -> str:
    """The section that a text speaks of; OpenAI's where it names none."""
    for section, title in TITLES.items():
        if section != "openai" and (section in text or f"{title} settings" in text):
            return section
    return "openai"


def _owner(name: str) -> str:
    return next(section for section, names in _fields().items() if name in names)


@cache
def _fields() -> dict[str, frozenset[str]]:
    """The fields of each section that no English word is."""
    return {
        section: frozenset(name for name in schema().fields if "_" in name)
        for section, schema in SECTIONS.items()
    }


@cache
def _names() -> re.Pattern[str]:
    names = {name for fields in _fields().values() for name in fields}
    names |= {section for section in SECTIONS if "_" in section}
    listed = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.compile(rf"(?<![\w/])({listed})(?![\w/])")
