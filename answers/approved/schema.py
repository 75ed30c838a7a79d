"""What POST and PUT take of an approved answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from answers.knowledge.finding.tokens import tokens
from answers.question_sets.languages import LANGUAGES, named
from flowhook.blanks import is_visible

MAX_QUESTION = 1_000
MAX_ANSWER = 4_096  # what WhatsApp takes as one message
MAX_ALSO = 20


def shows_something(value: str) -> None:
    if not is_visible(value):
        raise ValidationError("Shows nothing: write a text.")


def has_words(value: str) -> None:
    shows_something(value)
    if not tokens(value):
        raise ValidationError("Has no words: nobody's question can be like it.")


class Trimmed(fields.String):
    """A text without the white space around it."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        return str(super()._deserialize(value, attr, data, **kwargs)).strip()


class Language(fields.Field[str]):
    """A language that can be told, by name or code, kept as its code."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if value in (None, ""):
            return ""
        name = named(value) if isinstance(value, str) else None
        if name is None:
            raise ValidationError(f"Must be one of {', '.join(LANGUAGES)}, or a code such as hi.")
        return LANGUAGES[name]


class LastDay(fields.Field[str]):
    """A day as ISO date."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if value in (None, ""):
            return ""
        try:
            return date.fromisoformat(value.strip()).isoformat()
        except (AttributeError, ValueError):
            raise ValidationError("Must be a day, such as 2026-12-31.") from None


def a_question(**more: Any) -> Trimmed:
    length = validate.Length(1, MAX_QUESTION, error=f"1 to {MAX_QUESTION:,} characters.")
    return Trimmed(validate=[length, has_words], **more)


class ApprovedAnswerSchema(Schema):
    """What contacts ask, and the answer that they get."""

    class Meta:
        unknown = RAISE

    question = a_question(
        required=True,
        metadata={
            "description": f"What contacts ask, up to {MAX_QUESTION:,} characters.",
            "example": "When are the school fees due?",
        },
    )
    also = fields.List(
        a_question(),
        load_default=list,
        validate=validate.Length(max=MAX_ALSO, error=f"At most {MAX_ALSO} questions."),
        metadata={
            "description": f"Other ways to ask the same, up to {MAX_ALSO}.",
            "example": ["Fees kab deni hai?"],
        },
    )
    answer = Trimmed(
        required=True,
        validate=[
            validate.Length(1, MAX_ANSWER, error=f"1 to {MAX_ANSWER:,} characters."),
            shows_something,
        ],
        metadata={
            "description": f"The answer, up to {MAX_ANSWER:,} characters.",
            "example": "Fees are due on the fifth of each month.",
        },
    )
    language = Language(
        load_default="",
        metadata={
            "type": "string",
            "description": "The only language in which it answers, by name or code (default: any).",
            "example": "en",
        },
    )
    until = LastDay(
        load_default="",
        metadata={
            "type": "string",
            "description": "The last day on which it answers, in the organisation's time zone"
            " (default: for good).",
            "example": "2027-03-31",
        },
    )


def values_of(loaded: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an answer; ways to ask that are given twice stand once."""
    others = dict.fromkeys(loaded["also"])
    others.pop(loaded["question"], None)
    return {**loaded, "also": tuple(others)}
