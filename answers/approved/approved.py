"""Approved answers as webhook functions look for them, before a model is asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from answers.approved.answer import ApprovedAnswer
from answers.approved.counts import AnswerCounts
from answers.approved.head import sealed_head
from answers.approved.indices import AnswerIndices
from answers.approved.schema import ApprovedAnswerSchema, values_of
from answers.approved.store import ApprovedStore
from answers.knowledge.finding.likeness import SURE
from answers.question_sets.languages import LANGUAGES, named, told
from flowhook.errors import InvalidInput
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.section_service import load_fields
from flowhook.redis.best_effort import best_effort

SECTION = "answers"
MAX_CHARACTERS = 2_000  # of a question that is looked up; no approved one is that long


class Approved:
    """Finds the answer that somebody approved, and counts what contacts think of it.

    `clock` tells epoch seconds.
    """

    def __init__(
        self,
        store: ApprovedStore,
        counts: AnswerCounts,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.store = store
        self.counts = counts
        self.clock = clock
        self.indices = AnswerIndices(store.redis, store.cipher)

    def find(
        self, organisation: Organisation, question: str, language: str = ""
    ) -> ApprovedAnswer | None:
        """The approved answer to a question; None where there is none, where the organisation does
        not use them, or while Redis is unavailable.

        `language` is the contact's own, by name or code, empty where nobody knows it: besides in
        the language that the question is written in, an answer may be in that one.
        """
        head = sealed_head(organisation.stored)
        if not is_used(organisation) or head is None:
            return None
        if len(question) > MAX_CHARACTERS:
            return None
        with best_effort("approved answers"):
            index = self.indices.current(organisation.id, head)
            return index.find(
                question,
                least_likeness(organisation),
                today_of(organisation, self.clock()),
                lambda wanted: wanted in spoken(question, language),
            )
        return None

    def add(self, organisation: Organisation, values: Mapping[str, Any], by: str) -> ApprovedAnswer:
        """Add an answer with these values. Raises InvalidInput where its last day has passed, so
        that nobody would get it, and TooLarge."""
        until = values["until"]
        if until and until < today_of(organisation, self.clock()):
            told = "This day has passed: nobody would get the answer."
            raise InvalidInput(f"until: {told}", fields={"until": [told]})
        return self.store.add(organisation.id, values, by)

    def approve(self, org: str, question: str, answer: str, by: str) -> str:
        """Answer a question so from now on; returns the answer's id. Again, it changes nothing.

        Raises InvalidInput and TooLarge.
        """
        given = {"question": question, "answer": answer}
        values = values_of(load_fields(ApprovedAnswerSchema(), given))
        return self.store.approve(org, values, by).id


def today_of(organisation: Organisation, now: float) -> str:
    """The date where the organisation is, as ISO text; `now` in epoch seconds."""
    return datetime.fromtimestamp(now, organisation.timezone).date().isoformat()


def is_used(organisation: Organisation) -> bool:
    """Whether the organisation answers from approved answers first."""
    section = organisation.sections.get(SECTION)
    return section is not None and bool(section.get("is_active"))


def least_likeness(organisation: Organisation) -> float:
    """How like an approved question a contact's must be, 0..1."""
    least = organisation.section(SECTION).get("similarity")
    return SURE if least is None else least


def spoken(question: str, language: str = "") -> set[str]:
    """The codes of the languages in which a question may be answered."""
    names = (told(question), named(language))
    return {LANGUAGES[name] for name in names if name}
