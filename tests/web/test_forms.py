from __future__ import annotations

from typing import Any

import pytest
from marshmallow import Schema, ValidationError, fields, validate

from flowhook.errors import InvalidInput
from flowhook.organisations.schemas import SECTIONS
from web.forms import FormField, check_lost, form_fields, read_form
from webhooks.fields import Json, Number, Text, Whole
from webhooks.registry import load_functions


class SampleSchema(Schema):
    on = fields.Boolean(load_default=True)
    one_of = fields.String(validate=validate.OneOf(("a", "b")))
    key = fields.String(metadata={"secret": True})
    short = fields.String(validate=validate.Length(max=50))
    long = Text(required=True)
    whole = Whole(1, 5, metadata={"description": "Up to 5.", "example": 2})
    share = Number(0, 1)
    names = fields.List(fields.String())
    shares = fields.List(fields.Integer(strict=True))
    pairs = fields.Dict(keys=fields.String(), values=fields.String())
    anything = Json()
    objects = fields.List(fields.Dict())


KINDS = {
    "on": "switch",
    "one_of": "choice",
    "key": "secret",
    "short": "text",
    "long": "area",
    "whole": "number",
    "share": "number",
    "names": "lines",
    "shares": "numbers",
    "pairs": "pairs",
    "anything": "json",
    "objects": "json",
}


def test_a_field_is_typed_in_as_its_kind_wants() -> None:
    found = {field.name: field for field in form_fields(SampleSchema())}
    assert {name: field.kind for name, field in found.items()} == KINDS
    assert found["on"].value == "on"
    assert found["one_of"].choices == ("a", "b")
    assert found["short"].max_length == 50
    assert found["long"].required
    whole = found["whole"]
    assert (whole.minimum, whole.maximum, whole.step) == (1, 5, "1")
    assert (whole.description, whole.example) == ("Up to 5.", "2")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ({"on": "on"}, {"on": True}),
        ({}, {"on": False, "short": None, "names": None, "whole": None}),
        ({"short": "  x "}, {"short": "x"}),
        ({"long": " a\r\nb "}, {"long": " a\nb "}),
        ({"whole": "3"}, {"whole": 3}),
        ({"share": "0.5"}, {"share": 0.5}),
        ({"share": "many"}, {"share": "many"}),
        ({"share": "1e14"}, {"share": 100_000_000_000_000}),
        ({"share": "inf"}, {"share": float("inf")}),
        ({"names": "a\r\n\r\n b "}, {"names": ["a", "b"]}),
        ({"shares": "80\r\n100"}, {"shares": [80, 100]}),
        ({"shares": "80, 100 x"}, {"shares": [80, 100, "x"]}),
        ({"pairs": "a = b\nc=d=e\nf"}, {"pairs": {"a": "b", "c": "d=e", "f": ""}}),
        ({"anything": '{"a": [1]}'}, {"anything": {"a": [1]}}),
        ({"anything": "json_object"}, {"anything": "json_object"}),
        ({"objects": '[{"a": 1}]'}, {"objects": [{"a": 1}]}),
        ({"remove_key": "on"}, {"key": None}),
        ({"key": "k"}, {"key": "k"}),
    ],
)
def test_a_form_means_an_object(typed: dict[str, str], read: dict[str, Any]) -> None:
    assert read.items() <= read_form(SampleSchema(), typed).items()


def test_a_blank_secret_is_left_out() -> None:
    assert "key" not in read_form(SampleSchema(), {"key": " "})


def test_a_stored_value_comes_back_the_same() -> None:
    values = {
        "on": False,
        "names": ["a", "b"],
        "shares": [80, 100],
        "pairs": {"a": "b"},
        "anything": {"x": [1, 2]},
        "whole": 4,
        "share": 0.25,
        "short": "s",
        "long": "l\nl",
    }
    typed = {field.name: field.value for field in form_fields(SampleSchema(), values)}
    assert values.items() <= read_form(SampleSchema(), typed).items()


def test_errors_are_flat_texts() -> None:
    errors = {"pairs": {"a": {"value": ["Wrong."]}}, "names": {0: ["Short."]}}
    found = {field.name: field.errors for field in form_fields(SampleSchema(), errors=errors)}
    assert found["pairs"] == ("a: value: Wrong.",)
    assert found["names"] == ("Short.",)


def test_nul_is_left_out() -> None:
    assert read_form(SampleSchema(), {"short": "a\0b"})["short"] == "ab"


def test_every_schema_in_use_has_a_form() -> None:
    schemas: list[Schema] = [schema() for schema in SECTIONS.values()]
    schemas += [function.fields for function in load_functions()]
    for schema in schemas:
        for field in form_fields(schema):
            assert field.label
            assert field.description, f"{type(schema).__name__}.{field.name}"


def test_boxes_are_read_as_the_list_of_those_ticked() -> None:
    schema = SECTIONS["alerts"]()
    [field] = [one for one in form_fields(schema, {"events": ["budget"]}) if one.name == "events"]
    assert (field.kind, field.value) == ("checks", "budget")
    assert "inbox" in field.choices
    form = {"events:budget": "on", "events:inbox": "on", "events:nonsense": "on"}
    assert read_form(schema, form)["events"] == ["budget", "inbox"]
    assert read_form(schema, {})["events"] is None


# --- groups, and texts by name ---


class RuleSchema(Schema):
    action = fields.String(validate=validate.OneOf(("reply", "refuse")))
    words = fields.List(fields.String(validate=validate.Length(max=5)))


def by_language() -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=validate.Length(1)),
        values=fields.String(validate=validate.Length(max=9)),
        metadata={"texts": "language"},
    )


class GroupedSchema(Schema):
    rule = fields.Nested(RuleSchema)
    said = fields.Dict(
        keys=fields.String(validate=validate.OneOf(("hello", "bye"))), values=by_language()
    )


STORED = {
    "rule": {"action": "reply", "words": ["a", "b"]},
    "said": {"hello": {"en": "Hello\nyou", "hi": "नमस्ते"}},
}


def named(found: list[FormField]) -> dict[str, str]:
    """What stands in fields and in those within them, by name."""
    shown: dict[str, str] = {}
    for one in found:
        shown |= {} if one.parts or one.rows_of_fields else {one.name: one.value}
        shown |= named(list(one.parts))
        for row in one.rows_of_fields:
            shown |= named(list(row))
    return shown


def test_what_a_group_holds_comes_back_the_same() -> None:
    typed = named(form_fields(GroupedSchema(), STORED))
    assert typed["rule.words"] == "a\nb"
    assert (typed["said.hello.1.key"], typed["said.hello.1.text"]) == ("hi", "नमस्ते")
    assert typed["said.bye.0.key"] == ""
    assert read_form(GroupedSchema(), typed) == STORED
    assert named(form_fields(GroupedSchema(), {}, typed)) == typed


def test_a_group_that_is_blank_is_null() -> None:
    typed = dict.fromkeys(named(form_fields(GroupedSchema(), STORED)), "")
    assert read_form(GroupedSchema(), typed) == {"rule": None, "said": None}


def test_a_text_that_is_emptied_goes() -> None:
    typed = named(form_fields(GroupedSchema(), STORED)) | {"said.hello.1.text": " "}
    assert read_form(GroupedSchema(), typed)["said"] == {"hello": {"en": "Hello\nyou"}}


def test_errors_stand_beside_the_parts_of_a_group() -> None:
    wrong = {
        "rule": {"words": ["a", "too long"]},
        "said": {"bye": {"": "A", "en": "much too long"}},
    }
    with pytest.raises(ValidationError) as failed:
        GroupedSchema().load(wrong)
    typed = named(form_fields(GroupedSchema(), wrong))
    found = form_fields(GroupedSchema(), {}, typed, failed.value.normalized_messages())
    told = {
        one.name: one.errors
        for field in found
        for part in field.parts
        for one in (part, *(cell for row in part.rows_of_fields for cell in row))
        if one.errors
    }
    assert set(told) == {"rule.words", "said.bye.0.key", "said.bye.1.text"}


def test_a_language_that_is_there_twice_is_told() -> None:
    typed = {
        "said.bye.0.key": "hi",
        "said.bye.0.text": "A",
        "said.bye.1.key": "hi",
        "said.bye.1.text": "B",
    }
    with pytest.raises(InvalidInput) as failed:
        check_lost(GroupedSchema(), typed)
    assert failed.value.fields == {"said": {"bye": ["hi is here twice: keep one."]}}
