"""The settings section `guardrails`: what leaves the service, and what contacts may say and hear.

An `action` is `reply` (the contact gets the policy's reply), `refuse` (the call fails with 403
`blocked`) or `tell` (the result is only marked).
"""

from __future__ import annotations

import unicodedata
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from flowhook.organisations.kinds import Unpadded, at_most
from flowhook.organisations.section import SectionSchema

KINDS = (
    "phone",
    "email",
    "aadhaar",
    "pan",
    "abha",
    "upi",
    "voter_id",
    "vehicle",
    "card",
    "name",
)
"""What can be masked."""

BANNED, MODERATION, TOPICS, SELF_HARM, MINORS = POLICIES = (
    "banned",
    "moderation",
    "topics",
    "self_harm",
    "minors",
)
"""The policies that speak in a result's `guardrail`."""

ASKED = frozenset(POLICIES) - {BANNED}
"""Those by which a provider judges."""

GUARDRAIL = "guardrail"
"""The key of a result that names the policy that spoke."""

NO_POLICY = "none"
"""What stands there where none spoke."""

REPLY, REFUSE, TELL = ACTIONS = ("reply", "refuse", "tell")
SEND = "send"
REQUIRED = "required"
MAX_WORDS = 1_000
MAX_WORD = 100
MAX_ALLOWED = 2_000
MAX_REPLY = 1_000
MAX_LANGUAGES = 100
MOST_DAYS = 3_650


def one_of(*known: str, description: str) -> fields.String:
    return fields.String(
        allow_none=True,
        validate=validate.OneOf(known, error=f"Must be one of {', '.join(known)}."),
        metadata={"description": description, "example": known[0]},
    )


def action() -> fields.String:
    return one_of(
        *ACTIONS,
        description="reply: the contact gets the policy's reply (default); refuse: the call fails"
        " with blocked; tell: the result is only marked.",
    )


def days(description: str, example: int) -> fields.Integer:
    return fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(1, MOST_DAYS),
        metadata={"description": description, "example": example},
    )


def nested(schema: type[Schema], description: str) -> fields.Nested:
    return fields.Nested(schema, allow_none=True, metadata={"description": description})


def can_be_said(word: str) -> None:
    """Check that a word is more than punctuation, which is looked for in no text."""
    if not any(unicodedata.category(sign)[0] in "LN" or sign > "\u2190" for sign in word):
        raise ValidationError("Only letters, digits and emoji are looked for: this has none.")


class PolicySchema(Schema):
    """What happens where a policy speaks."""

    class Meta:
        unknown = RAISE

    action = action()


class BannedSchema(PolicySchema):
    """Words that contacts and models may not say."""

    words = fields.List(
        Unpadded(validate=[validate.Length(1, MAX_WORD), can_be_said]),
        allow_none=True,
        validate=at_most(MAX_WORDS),
        metadata={"description": "The organisation's own words.", "example": ["gutkha"]},
    )
    lists = one_of(
        "strong",
        "mild",
        "none",
        description="Which of the words that come with the service count, too: strong insults"
        " (default), mild ones as well, or none.",
    )


class ModerationSchema(PolicySchema):
    """The provider's verdict whether a text is harmful."""

    on = one_of(
        "input",
        "output",
        "both",
        description="What is judged: what the contact wrote (default), what the model answered, or"
        " both.",
    )


class TopicsSchema(PolicySchema):
    """What the bot may be asked about."""

    allowed = Unpadded(
        required=True,
        validate=validate.Length(1, MAX_ALLOWED),
        metadata={
            "description": "What contacts may ask about, in your own words.",
            "example": "Growing rice and wheat, and the weather.",
        },
    )


class RetentionSchema(Schema):
    """For how many days things are kept."""

    class Meta:
        unknown = RAISE

    logs_days = days(description="Days that entries of the log are kept.", example=30)
    conversations_days = days(
        description="Days that a conversation is kept after its last message.", example=90
    )
    media_days = days(
        description="Days that files are kept, at most those that the service keeps them.",
        example=1,
    )
    inbox_days = days(
        description="Days that a question is kept after a person answered or closed it.", example=30
    )


def replies() -> fields.Dict:
    by_language: Any = fields.Dict(
        keys=Unpadded(validate=validate.Length(1, 64)),
        values=Unpadded(validate=validate.Length(1, MAX_REPLY)),
        validate=at_most(MAX_LANGUAGES),
        metadata={"texts": "language"},
    )
    return fields.Dict(
        keys=fields.String(validate=validate.OneOf(POLICIES)),
        values=by_language,
        allow_none=True,
        metadata={
            "description": "What contacts are told, by policy and by the contact's language, as its"
            " name or code stands in the flows.",
            "example": {"banned": {"hi": "कृपया शिष्ट भाषा में लिखें।"}},
        },
    )


class GuardrailsSettingsSchema(SectionSchema):
    """What leaves the service, what a flow can branch on, and how long things are kept."""

    mask = fields.List(
        fields.String(validate=validate.OneOf(KINDS)),
        allow_none=True,
        metadata={
            "description": "What a provider never sees: it gets placeholders, which are put back in"
            " its answer.",
            "example": ["phone", "aadhaar", "name"],
        },
    )
    if_masking_fails = one_of(
        REFUSE, SEND, description="Whether a text that could not be masked is refused (default)."
    )
    unmaskable = one_of(
        REFUSE,
        SEND,
        description="Whether calls with sound, pictures or text to be spoken, which cannot be"
        " masked, are refused (default) or sent.",
    )
    banned = nested(BannedSchema, description="Words that nobody may say.")
    moderation = nested(
        ModerationSchema, description="The provider's verdict whether a text is harmful."
    )
    topics = nested(TopicsSchema, description="What contacts may ask about; a model judges it.")
    self_harm = nested(
        PolicySchema, description="A contact may be about to hurt themself; a model judges it."
    )
    minors = nested(PolicySchema, description="The contact seems to be a child; a model judges it.")
    replies = replies()
    retention = nested(RetentionSchema, description="For how long what is stored is kept.")
    consent = one_of(
        "not_needed",
        REQUIRED,
        description="required: nothing of a contact goes to a provider before they consented.",
    )
