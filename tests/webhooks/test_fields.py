"""Field types for what chatbot builders send."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from marshmallow import Schema, ValidationError, fields

from flowhook.strict_json import MAX_DEPTH
from webhooks.fields import (
    Choice,
    EmptyText,
    Flag,
    FunctionSchema,
    Json,
    Number,
    Pasted,
    Text,
    UnresolvedText,
    Whole,
    is_variable,
    model_field,
    own_keys,
)


def refused(field: fields.Field, value: Any) -> list[Any]:
    """What is said of a value that the field does not take."""
    with pytest.raises(ValidationError) as error:
        field.deserialize(value)
    return list(error.value.messages)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("@results", True),
        ("@result.a.b", True),
        (" @contact.fields.प्रश्न ", True),
        ("@results.", False),
        ("@results.a b", False),
        ("@someone", False),
        ("a@results", False),
        ("", False),
    ],
)
def test_a_variable_is_written_as_in_a_flow(text: str, is_one: bool) -> None:
    assert is_variable(text) is is_one


def test_own_keys_are_the_fields_and_what_nobody_knows() -> None:
    schema: Schema = FunctionSchema.from_dict({"a": Text(), "contact": Text()})()
    assert own_keys(schema, {"a": 1}) == {"a": 1}
    body = {"a": 1, "contact": 2, "flow": 3, "account": 4, "odd": 5}
    assert own_keys(schema, body) == {"a": 1, "contact": 2, "odd": 5}


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        (Text(), " a ", " a "),
        (Text(), True, "true"),
        (Text(), False, "false"),
        (Text(), 5, "5"),
        (Text(), 2.5, "2.5"),
        (Text(), " ", None),
        (Text(), None, None),
        (Text(max_length=3), "abc", "abc"),
        (Text(keeps_variables=True), "@results.a", "@results.a"),
        (Number(0, 2), "0", 0.0),
        (Number(0, 2), 2, 2.0),
        (Number(0, 2), " 1.5 ", 1.5),
        (Number(0, 2), "", None),
        (Whole(1, 9), "1", 1),
        (Whole(1, 9), " 9.0 ", 9),
        (Whole(1, 9), 3.0, 3),
        (Whole(1, 9), " ", None),
        (Flag(), " true ", True),
        (Flag(), 0, False),
        (Flag(), "", None),
        (Choice(["yes", "no"]), " YES ", "yes"),
        (Choice(["yes", "no"]), "", None),
        (Json(), '{"a": [1]}', {"a": [1]}),
        (Json(), {"a": 1}, {"a": 1}),
        (Json(), "a word", "a word"),
        (Json(), " ", None),
        (Json(reads=len), "[1, 2]", 2),
        (model_field(), "gpt-6-luna", "gpt-6-luna"),
        (model_field(), " gpt-6-luna\u200b\n", "gpt-6-luna"),
        (Pasted(), "\ufeff vs_1\u00a0", "vs_1"),
        (Pasted(), "\u200b", None),
    ],
)
def test_what_builders_write_is_read(field: fields.Field, value: Any, read: Any) -> None:
    found = field.deserialize(value)
    assert found == read
    assert type(found) is type(read)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        (Text(), {"a": 1}, "Not a valid string."),
        (Text(max_length=3), "abcd", "Longer than maximum length 3."),
        (Number(0, 2), 2.1, "Must be greater than or equal to 0 and less than or equal to 2."),
        (Number(0, 2), -0.1, "Must be greater than or equal to 0 and less than or equal to 2."),
        (Number(0, 2), True, "Not a valid number."),
        (Number(0, 2), "nan", "Special numeric values (nan or infinity) are not permitted."),
        (Whole(1, 9), 0, "Must be greater than or equal to 1 and less than or equal to 9."),
        (Whole(1, 9), 2.5, "Not a valid whole number."),
        (Whole(1, 9), False, "Not a valid whole number."),
        (Whole(1, 9), "2.5", "Not a valid integer."),
        (Flag(), "perhaps", "Not a valid boolean."),
        (Choice(["yes", "no"]), "maybe", "Must be one of: yes, no."),
        (Json(), "[" * (MAX_DEPTH + 1), f"Must not be nested deeper than {MAX_DEPTH} levels."),
        (model_field(), "not a model", "Not a model's name."),
    ],
)
def test_what_is_no_value_is_refused(field: fields.Field, value: Any, said: str) -> None:
    assert refused(field, value) == [said]


KINDS = [Text, partial(Number, 0, 2), partial(Choice, ["a"]), Json]


@pytest.mark.parametrize("kind", KINDS, ids=range(len(KINDS)))
@pytest.mark.parametrize("value", [None, "", " \t"])
def test_an_empty_value_is_refused_where_one_is_needed(kind: Any, value: Any) -> None:
    [said] = refused(kind(required=True), value)
    assert isinstance(said, EmptyText)
    assert kind().deserialize(value) is None


@pytest.mark.parametrize("kind", KINDS, ids=range(len(KINDS)))
def test_a_missing_value_is_an_empty_one(kind: Any) -> None:
    schema = FunctionSchema.from_dict({"x": kind(required=True)})()
    with pytest.raises(ValidationError) as error:
        schema.load({})
    assert error.value.messages == {"x": ["Missing data for required field."]}
    assert isinstance(error.value.messages["x"][0], EmptyText)


@pytest.mark.parametrize(
    "field", [Text(), Number(0, 2), Whole(1, 9), Flag(), Choice(["a"]), Json()]
)
def test_a_variable_that_was_never_set_is_named(field: fields.Field) -> None:
    [said] = refused(field, " @results.a ")
    assert isinstance(said, UnresolvedText)
    assert said == "@results.a was never set by the flow."
