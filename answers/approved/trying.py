"""Which approved answer a question would get, and how near others come."""

from __future__ import annotations

from dataclasses import dataclass

from answers.approved.answer import ApprovedAnswer
from answers.approved.approved import Approved, least_likeness, spoken, today_of
from answers.approved.head import sealed_head
from flowhook.organisations.organisation import Organisation


@dataclass(frozen=True, slots=True)
class TriedQuestion:
    """What a question would get: `given` from the likeness `least` (0..1) on, None for nothing.

    `near` are the nearest answers with their likeness, also those that are over or in a language
    that the question is not.
    """

    given: ApprovedAnswer | None
    near: tuple[tuple[ApprovedAnswer, float], ...]
    least: float


def try_question(approved: Approved, organisation: Organisation, question: str) -> TriedQuestion:
    """Look a question up as functions do, whether or not the organisation uses its answers."""
    least, head = least_likeness(organisation), sealed_head(organisation.stored)
    if head is None:
        return TriedQuestion(None, (), least)
    index = approved.indices.current(organisation.id, head)
    near = tuple(index.near(question))
    languages = spoken(question)
    today = today_of(organisation, approved.clock())
    given = index.find(question, least, today, lambda wanted: wanted in languages)
    return TriedQuestion(given, near, least)
