"""Field types for the values that chatbot builders send.

Builders substitute text, so numbers, booleans and objects are accepted as text too; a variable
that the flow never set arrives as written (`@results.question`) and is named in the error.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, missing, validate

from flowhook.blanks import unpadded
from flowhook.common_keys import COMMON_KEYS
from flowhook.config_values import MODEL_PATTERN
from flowhook.errors import UnresolvedVariable
from flowhook.strict_json import NotJson, UnreadableJson, read_value
from flowhook.unknown_fields import few_unknown
from flowhook.variable_names import NAME

VARIABLE = re.compile(
    r"@(?:results?|contact|fields?|flow|global|globals|calendar|child|parent|input|run|extra"
    rf"|trigger|urns|wa_group|staff|webhook|legacy_extra|node|resume|ticket)"
    rf"(?:\.{NAME}{{1,128}})*"
)


def own_keys(fields: Schema, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the part of a body meant for the function: its fields, and some unknown keys."""
    known = fields.fields
    if known.keys() >= body.keys():
        return body
    own = {key: value for key, value in body.items() if key in known or key not in COMMON_KEYS}
    return own if known.keys() >= own.keys() else few_unknown(known, own)


def is_variable(text: str) -> bool:
    """Tell whether a text is only a variable, as written in the flow."""
    bare = text.strip()
    return bare[:1] == "@" and VARIABLE.fullmatch(bare) is not None


class EmptyText(str):
    """A field message that makes the answer's type `empty_input`."""


class UnresolvedText(str):
    """A field message that makes the answer's type `unresolved_variable`."""


# A list, since marshmallow formats a bare text and would lose its class.
MISSING: dict[str, Any] = {"required": [EmptyText("Missing data for required field.")]}


class Lenient(fields.Field, ABC):
    """A field that normalises a builder's value with `tidied` before its own type reads it."""

    @abstractmethod
    def tidied(self, value: Any) -> Any:
        """Normalise the value for its type; None if it counts as absent."""

    def deserialize(
        self,
        value: Any,
        attr: str | None = None,
        data: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        if value is not missing:
            value = self.tidied(value)
        elif not self.required:  # as marshmallow does, in a third of the time: most fields
            default = self.load_default
            return default() if callable(default) else default
        return super().deserialize(value, attr, data, **kwargs)


class Text(Lenient, fields.String):
    """Text for a person or a model. An empty text is an error in a required field.

    `keeps_variables` accepts an unset variable as written, for fields in which it has a meaning.
    With `tells_more` it counts as absent: for optional fields with what may be known beside the
    rest, where the call without it is still the one that was meant.
    """

    def __init__(
        self,
        *,
        max_length: int = 100_000,
        keeps_variables: bool = False,
        tells_more: bool = False,
        **more: Any,
    ) -> None:
        checks = list(more.pop("validate", []))
        super().__init__(
            validate=[validate.Length(max=max_length), *checks], error_messages=MISSING, **more
        )
        self.allow_none = True
        self.keeps_variables = keeps_variables
        self.tells_more = tells_more

    def tidied(self, value: Any) -> Any:
        if isinstance(value, bool):
            value = "true" if value else "false"
        elif isinstance(value, int | float):
            value = str(value)
        if value is None or (isinstance(value, str) and not value.strip()):
            if self.required:
                raise ValidationError([EmptyText("Must not be empty.")])
            value = None
        elif self.tells_more and isinstance(value, str) and is_variable(value):
            value = None
        elif not self.keeps_variables:
            check_set(value)
        return value


class Pasted(Text):
    """An id, a name or an address, without the blanks that come along when it is pasted."""

    def tidied(self, value: Any) -> Any:
        return super().tidied(unpadded(value) if isinstance(value, str) else value)


class Number(Lenient, fields.Float):
    """A number, or the text of one; an empty text counts as absent."""

    def __init__(self, low: float, high: float, **more: Any) -> None:
        super().__init__(
            validate=validate.Range(low, high), allow_none=True, error_messages=MISSING, **more
        )

    def tidied(self, value: Any) -> Any:
        value = _given(value)
        if value is None and self.required:
            raise ValidationError([EmptyText("Must not be empty.")])
        if isinstance(value, bool):
            raise ValidationError("Not a valid number.")
        return value


class Whole(Lenient, fields.Integer):
    """A whole number, or the text of one; an empty text counts as absent."""

    def __init__(self, low: int, high: int, **more: Any) -> None:
        super().__init__(validate=validate.Range(low, high), allow_none=True, **more)

    def tidied(self, value: Any) -> Any:
        value = _given(value)
        if isinstance(value, str):
            value = value.strip().removesuffix(".0")  # the format of 6 / 3 in a flow's expression
        if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
            raise ValidationError("Not a valid whole number.")
        return value


class Flag(Lenient, fields.Boolean):
    """A boolean, or the text of one; an empty text counts as absent."""

    def __init__(self, **more: Any) -> None:
        super().__init__(allow_none=True, **more)

    def tidied(self, value: Any) -> Any:
        value = _given(value)
        return value.strip() if isinstance(value, str) else value


class Choice(Text):
    """One of a few words, in upper or lower case; `also` has further names of some."""

    def __init__(
        self, choices: Sequence[str], also: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(max_length=64, validate=[validate.OneOf(choices)], **more)
        self.also = also or {}

    def tidied(self, value: Any) -> Any:
        word = value.strip().lower() if isinstance(value, str) else value
        return super().tidied(self.also.get(word, word) if isinstance(word, str) else word)


class Json(Lenient, fields.Raw):
    """A JSON value, or the text of one. `reads` checks it and returns what the function gets.

    `reads_text` does it for a value that came as text, in which a builder may have put a contact's
    words.
    """

    def __init__(
        self,
        reads: Callable[[Any], Any] = lambda value: value,
        reads_text: Callable[[Any], Any] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(allow_none=True, error_messages=MISSING, **more)
        self.reads = reads
        self.reads_text = reads_text or reads

    def tidied(self, value: Any) -> Any:
        value = _given(value)
        if value is None and self.required:
            raise ValidationError([EmptyText("Must not be empty.")])
        return value

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if not isinstance(value, str):
            return self.reads(value)
        try:
            value = read_value(value)
        except NotJson as refusal:
            return self._text(value, str(refusal))
        except UnreadableJson as refusal:
            raise ValidationError(f"Must not be {refusal}.") from None
        return self.reads_text(value)

    def _text(self, value: str, problem: str) -> Any:
        """Read a text that is no JSON, such as a bare word; one that begins as JSON is broken."""
        try:
            return self.reads_text(value)
        except ValidationError:
            if value.lstrip()[:1] in ("{", "["):
                raise ValidationError(f"Is {problem}. Check quotes and commas.") from None
            raise


def model_field(
    description: str = "The model; if not given, the organisation's or the service's default.",
) -> Text:
    return Pasted(
        max_length=128,
        validate=[validate.Regexp(rf"^{MODEL_PATTERN}\Z", error="Not a model's name.")],
        metadata={"description": description, "example": "gpt-6-luna"},
    )


def ignored_field() -> Text:
    """A field that flows made for Glific contain and that has no meaning here."""
    return Text(
        keeps_variables=True,
        metadata={"description": "Accepted for flows made for Glific, and ignored.", "example": ""},
    )


class AbsentFields(frozenset[str]):
    """The names of fields that may be absent, looked up by `in`.

    marshmallow goes through them for each field that is present, to find those of schemas inside
    it; there are none, and a loop over nothing costs nothing.
    """

    def __iter__(self) -> Iterator[str]:
        return iter(())


class FunctionSchema(Schema):
    """The fields of a webhook function; unknown fields are refused by name."""

    class Meta:
        unknown = RAISE

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.may_be_absent = AbsentFields(
            name
            for name, field in self.load_fields.items()
            if not field.required and field.load_default is missing
        )

    def load(
        self,
        data: Any,
        *,
        many: bool | None = None,
        partial: Any = None,
        unknown: Any = None,
    ) -> Any:
        """Load a body; fields that are absent and mean nothing then are passed by at once, since
        most are absent from most bodies."""
        partial = self.may_be_absent if partial is None else partial
        return super().load(data, many=many, partial=partial, unknown=unknown)


class ResultSchema(FunctionSchema):
    """The result of a webhook function that succeeds."""

    success = fields.Boolean(metadata={"description": "true"})


def check_set(value: Any) -> None:
    """Raise if a value is a variable that the flow never set."""
    if isinstance(value, str) and is_variable(value):
        raise ValidationError([UnresolvedText(f"{value.strip()} was never set by the flow.")])


def require_set(name: str, value: Any) -> None:
    """Raise UnresolvedVariable if the value of a key that every function takes is a variable that
    the flow never set."""
    if isinstance(value, str) and is_variable(value):
        problem = f"{value.strip()} was never set by the flow."
        raise UnresolvedVariable(f"{name}: {problem}", fields={name: [problem]})


def _given(value: Any) -> Any:
    """Return the value, or None for a blank text. Raises if it is a variable that was never set."""
    if isinstance(value, str) and not value.strip():
        return None
    check_set(value)
    return value
