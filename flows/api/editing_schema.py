"""The bodies of `PATCH /flows/<org>/<uuid>` and of one of its nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate

from flowhook.organisations.kinds import at_most, one_visible_line
from flows.library.revision_notes import MAX_NOTE
from flows.model.bounds import MAX_TEXT
from flows.model.text import clean

MAX_ENTRIES = 100
METHODS = ("GET", "POST", "FUNCTION")
LANGUAGE = r"\A[A-Za-z][A-Za-z0-9_-]{0,34}\Z"


def _text(description: str, example: str = "", maximum: int = MAX_TEXT, **more: Any) -> fields.Str:
    metadata = {"description": description, **({"example": example} if example else {})}
    return fields.Str(validate=validate.Length(max=maximum), metadata=metadata, **more)


def _texts(
    description: str, example: list[str], maximum: int = 4096, *also: Callable[[str], None]
) -> fields.List:
    return fields.List(
        fields.Str(validate=[validate.Length(max=maximum), *also]),
        validate=at_most(MAX_ENTRIES),
        metadata={"description": description, "example": example},
    )


def _can_start(keyword: str) -> None:
    """Check that a message can be this keyword: both are compared by letters and digits alone."""
    if not clean(keyword):
        raise ValidationError(
            "Needs a letter or a digit: other signs of a message are passed over."
        )


class TranslationSchema(Schema):
    """What an action says in another language; what is empty has no translation any more."""

    class Meta:
        unknown = RAISE

    text = _text("The text.", "नमस्ते")
    quick_replies = _texts("The titles of the quick replies.", ["हाँ", "नहीं"])
    attachments = _texts("The attachments, as in the node.", ["image:https://example.org/a.jpg"])

    @pre_load
    def bare_text(self, data: Any, **_: Any) -> Any:
        """A text alone is the translation of the text."""
        return {"text": data} if isinstance(data, str) else data


class NodeSchema(Schema):
    """What is to change of a node; what is absent stays as it is."""

    class Meta:
        unknown = RAISE

    action = _text("UUID of the action to change, where the node has several.", maximum=64)
    text = _text("The message.", "What is your name?")
    translations = fields.Dict(
        keys=fields.Str(validate=validate.Regexp(LANGUAGE)),
        values=fields.Nested(TranslationSchema),
        validate=at_most(MAX_ENTRIES),
        metadata={
            "description": "By language: the text, or an object with `text`, `quick_replies` and"
            " `attachments`. An empty text or list removes a translation.",
            "example": {"hi": "आपका नाम क्या है?"},
        },
    )
    quick_replies = _texts("The titles of the quick replies or options.", ["Yes", "No"])
    attachments = _texts("Kind and address of each.", ["image:https://example.org/a.jpg"])
    body = fields.Dict(
        keys=fields.Str(validate=validate.Length(1, 200)),
        metadata={
            "description": "A webhook's body; variables such as @results.question stay as written.",
            "example": {"question_text": "@results.question", "prompt": "Answer in one sentence."},
        },
    )
    method = fields.Str(
        validate=validate.OneOf(METHODS),
        metadata={"description": "A webhook's method.", "example": "FUNCTION"},
    )
    url = fields.Str(
        validate=validate.Length(1, 2048),
        metadata={
            "description": "A webhook's function or address.",
            "example": "parse_via_chat_gpt",
        },
    )
    cases = fields.Dict(
        keys=fields.Str(validate=validate.Length(1, 64)),
        values=fields.List(
            fields.Str(validate=validate.Length(max=4096)),
            validate=at_most(MAX_ENTRIES),
        ),
        validate=at_most(1000),
        metadata={
            "description": "The arguments of cases, by the case's UUID.",
            "example": {"f4e8347d-6d6c-51e6-bd06-3b066a186def": ["yes, haan"]},
        },
    )
    timeout_seconds = fields.Int(
        strict=True,
        validate=validate.Range(1, 366 * 24 * 3600),
        metadata={"description": "How long the node waits, in seconds.", "example": 3600},
    )
    note = _text("What changed and why, for the flow's history.", "Shorter answers", MAX_NOTE)


class FlowSchema(Schema):
    """What is to change of a flow; what is absent stays as it is."""

    class Meta:
        unknown = RAISE

    keywords = _texts(
        "The words that start the flow.", ["help", "madad"], 200, one_visible_line, _can_start
    )
    name = fields.Str(
        validate=[validate.Length(1, 200), one_visible_line],
        metadata={"description": "The flow's name.", "example": "Ask a question"},
    )
    note = _text("What changed and why, for the flow's history.", "New keyword", MAX_NOTE)


class PublishSchema(Schema):
    """Which revision contacts get."""

    class Meta:
        unknown = RAISE

    revision = fields.Int(
        strict=True,
        validate=validate.Range(1, 10**15),
        metadata={"description": "A kept revision (default: the newest draft)."},
    )
