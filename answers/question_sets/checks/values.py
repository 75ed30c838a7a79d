"""The kinds of values that checks have: texts, one or more of them, JSON, whole numbers."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate

from answers.question_sets.texts import folded

MAX_TEXT_CHARACTERS = 4_096
MAX_TEXTS = 100


class PlainText(fields.String):
    """A text in which something can be seen, of at most 4,096 characters."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not folded(text):
            raise ValidationError("is empty")
        if len(text) > MAX_TEXT_CHARACTERS:
            raise ValidationError(f"is longer than {MAX_TEXT_CHARACTERS:,} characters")
        return text


class Texts(fields.Field[list[str]]):
    """One text, or a list of them."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[str]:
        texts = value if isinstance(value, list) else [value]
        if not 1 <= len(texts) <= MAX_TEXTS:
            raise ValidationError(f"must be a text, or a list of 1 to {MAX_TEXTS} texts")
        one = PlainText()
        return [str(one.deserialize(text)) for text in texts]


class Choices(Texts):
    """A list of texts."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[str]:
        if not isinstance(value, list):
            raise ValidationError("must be a list of texts")
        return super()._deserialize(value, attr, data, **kwargs)


class AnyJson(fields.Field[Any]):
    """A text, or any other JSON value but null."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return PlainText().deserialize(value) if isinstance(value, str) else value


class Most(fields.Integer):
    """A whole number from 1 on, also as text."""

    def __init__(self, most: int) -> None:
        super().__init__(validate=validate.Range(1, most))

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, float) and not value.is_integer():
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)
