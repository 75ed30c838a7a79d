"""The bodies of bases of documents, of documents sent as JSON, and of searches."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from flowhook.blanks import is_visible
from flowhook.organisations.kinds import model

MAX_TITLE = 200
MAX_TEXT = 2_000_000
MAX_QUESTION = 4_000
MAX_TOP = 20
TOP = 5


def shows_something(value: str) -> None:
    if not is_visible(value):
        raise ValidationError("Shows nothing.")


class KnowledgeBaseSchema(Schema):
    """A base of documents; what is left out stays as it is."""

    class Meta:
        unknown = RAISE

    title = fields.String(
        allow_none=True,
        validate=validate.Length(max=MAX_TITLE),
        metadata={"description": "What people call it.", "example": "Leaflets for mothers"},
    )
    embedding_model = model(
        "A model for embeddings: with one, passages of the same meaning in other words are found as"
        " well. The texts then go to the organisation's provider.",
        "text-embedding-3-small",
    )


class DocumentSchema(Schema):
    """A document as a text of its own, or at an address; files are sent as multipart/form-data in
    the field `file`."""

    class Meta:
        unknown = RAISE

    title = fields.String(
        validate=[validate.Length(1, MAX_TITLE), shows_something],
        metadata={
            "description": "What its sources are called in answers; needed with a text.",
            "example": "Fees 2026",
        },
    )
    text = fields.String(
        validate=[validate.Length(1, MAX_TEXT), shows_something],
        metadata={
            "description": f"The whole text, up to {MAX_TEXT:,} characters.",
            "example": "The fee is 500 rupees. Pay it by 5 June.",
        },
    )
    url = fields.String(
        validate=validate.Length(1, 2048),
        metadata={
            "description": "Where the file is, up to 20 MiB. It is fetched once.",
            "example": "https://example.org/fees.pdf",
        },
    )

    @validates_schema
    def has_one(self, data: dict[str, Any], **_: Any) -> None:
        if ("text" in data) == ("url" in data):
            raise ValidationError("Send a text or a url, one of the two.", "text")
        if "text" in data and "title" not in data:
            raise ValidationError("Give the text a title.", "title")


class SearchSchema(Schema):
    """A question to the documents of a base."""

    class Meta:
        unknown = RAISE

    question = fields.String(
        required=True,
        validate=[validate.Length(1, MAX_QUESTION), shows_something],
        metadata={"description": "What somebody wants to know.", "example": "When do I pay?"},
    )
    top = fields.Integer(
        strict=True,
        load_default=TOP,
        validate=validate.Range(1, MAX_TOP),
        metadata={"description": f"How many passages, 1 to {MAX_TOP}.", "example": TOP},
    )
