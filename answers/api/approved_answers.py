"""What the routes of approved answers share: who may call, what they show, which they list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from answers.approved.answer import ApprovedAnswer
from answers.approved.counts import Count
from answers.question_sets.languages import LANGUAGES, named
from flowhook.errors import InvalidInput
from flowhook.organisations.auth import Caller
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.section_service import SectionService
from flowhook.turns import in_turns

Json = dict[str, Any]

ANSWER = {
    "id": {"type": "string"},
    "question": {"type": "string"},
    "also": {"type": "array", "items": {"type": "string"}},
    "answer": {"type": "string"},
    "language": {"type": "string", "description": "A code such as hi; empty: any language."},
    "until": {"type": "string", "description": "The last day; empty: for good."},
    "is_over": {"type": "boolean", "description": "Whether its last day has passed."},
    "at": {"type": "string", "format": "date-time"},
    "by": {"type": "string"},
    "answered": {"type": "integer", "description": "How often it was given."},
    "thumbs": {
        "type": "object",
        "properties": {"up": {"type": "integer"}, "down": {"type": "integer"}},
    },
}
FILTERS = {
    "q": "Words that stand in a question or in the answer, in any case.",
    "language": "Those of this language, by name or code; any: those of no language.",
    "expired": "true: those whose last day has passed; false: the others.",
    "unused": "true: those that were never given; false: the others.",
}
ANY = "any"


class AnswerAccess:
    """Lets a caller at an organisation's approved answers, as far as their role allows."""

    def __init__(self, auth: AdminAuth, sections: SectionService) -> None:
        self.auth = auth
        self.sections = sections

    def caller(self, org: str) -> tuple[Caller, Organisation]:
        """Who calls, for which organisation. Raises what `AdminAuth.member` does, and NotFound."""
        return self.auth.member(org), self.sections.existing(org)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which answers to list; None selects all. `words` are in small letters."""

    words: str = ""
    language: str | None = None
    expired: bool | None = None
    unused: bool | None = None

    def among(
        self, answers: list[ApprovedAnswer], counts: Mapping[str, Count], today: str
    ) -> Iterator[ApprovedAnswer]:
        for one in in_turns(answers):
            is_unused = not counts.get(one.id, Count()).given
            if (
                (self.language is None or self.language == one.language)
                and (self.expired is None or self.expired == one.is_over(today))
                and (self.unused is None or self.unused == is_unused)
                and self._has_words(one)
            ):
                yield one

    def _has_words(self, one: ApprovedAnswer) -> bool:
        return any(self.words in text.casefold() for text in (*one.questions, one.answer))


def asked_filter() -> Wanted:
    """The filters of the query string. Raises InvalidInput."""
    return Wanted(
        request.args.get("q", "").strip().casefold(),
        _language(request.args.get("language", "")),
        _flag("expired"),
        _flag("unused"),
    )


def shown_answer(one: ApprovedAnswer, count: Count, today: str) -> Json:
    """An answer as GET gives it."""
    return {
        **one.as_dict,
        "is_over": one.is_over(today),
        "answered": count.given,
        "thumbs": {"up": count.up, "down": count.down},
    }


def _language(asked: str) -> str | None:
    if not asked:
        return None
    if asked == ANY:
        return ""
    name = named(asked)
    if name is None:
        raise _invalid("language", f"One of {', '.join(LANGUAGES)}, or {ANY}.")
    return LANGUAGES[name]


def _flag(name: str) -> bool | None:
    asked = request.args.get(name, "").lower()
    if asked not in ("", "true", "false"):
        raise _invalid(name, "true or false.")
    return asked == "true" if asked else None


def _invalid(name: str, message: str) -> InvalidInput:
    return InvalidInput(f"{name}: {message}", fields={name: [message]})
