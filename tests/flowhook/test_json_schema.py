"""Schemas for structured output: what is taken, what is not, and answers checked by them."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from flowhook import errors
from flowhook.json_schema import (
    MAX_ERRORS,
    check_lenient_schema,
    check_schema,
    validate_answer,
)
from tests.endless import ends
from tests.stretches import MOST, stretches

TOO_LONG = "the answer takes too long to compare with the schema"


def an_object(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        **more,
    }


def nested(levels: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        inner = an_object({"a": inner})
    return inner


TEXT = {"type": "string"}
TREE = an_object(
    {"root": {"$ref": "#/$defs/node"}},
    **{
        "$defs": {
            "node": an_object({"children": {"type": "array", "items": {"$ref": "#/$defs/node"}}})
        }
    },
)


@pytest.mark.parametrize(
    "schema",
    [
        an_object({}),
        an_object({"name": TEXT, "age": {"type": ["integer", "null"]}}),
        an_object({f"p{n}": TEXT for n in range(100)}),
        nested(5),
        an_object({"list": {"type": "array", "items": nested(4)}}),
        an_object({"either": {"anyOf": [TEXT, nested(2), {"type": "null"}]}}),
        an_object({"pin": {"type": "string", "pattern": r"^\d{4}$"}}),
        an_object({"type": TEXT, "pattern": TEXT, "$ref": TEXT, "not": TEXT}),
        an_object({"kind": {"enum": ["a", "b"]}}, description="x"),
        {"$schema": "https://json-schema.org/draft/2020-12/schema", **an_object({"a": TEXT})},
        TREE,
        an_object({"again": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}),
    ],
)  # fmt: skip
def test_schemas_that_keep_the_rules_are_taken(schema: dict[str, Any]) -> None:
    assert check_schema(schema) is schema


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        (None, "schema: "),
        ("text", "schema: "),
        ([], "schema: "),
        ({}, "schema: "),
        ({"type": "array", "items": TEXT}, "schema: "),
        ({"anyOf": [an_object({})]}, "schema: "),
        (an_object({f"p{n}": TEXT for n in range(101)}), "schema: has 101 properties"),
        (
            an_object({n: an_object({f"p{i}": TEXT for i in range(50)}) for n in "ab"}),
            "schema: has 102 properties",
        ),
        (nested(6), "schema.properties.a.properties.a.properties.a.properties.a.properties.a: "),
        (
            an_object(
                {"a": {"$ref": "#/$defs/b"}},
                **{"$defs": {"b": nested(4), "c": an_object({"d": {"$ref": "#/$defs/b"}})}},
            )
            | {"properties": {"a": an_object({"x": {"$ref": "#/$defs/c"}})}},
            "nested deeper than 5",
        ),
        ({"type": "object", "properties": {"a": TEXT}, "required": ["a"]}, "additionalProperties"),
        (an_object({"a": TEXT}, additionalProperties=True), "schema: additionalProperties"),
        (an_object({"a": TEXT}, additionalProperties={}), "schema: additionalProperties"),
        (an_object({"a": TEXT, "b": TEXT}, required=["a"]), "schema.properties.b: "),
        (an_object({"a": TEXT}, required=["a", "z"]), "schema.required: "),
        (an_object({"a": TEXT}, required="a"), "schema: "),
        (an_object({"a": {"type": "object"}}), "schema.properties.a: additionalProperties"),
        (an_object({"a": {"type": ["object", "null"], "properties": {}}}), "schema.properties.a: "),
        (
            an_object({"a": {"type": "array", "items": {"type": "object", "properties": {}}}}),
            "schema.properties.a.items: ",
        ),
        (an_object({"a": {"anyOf": [TEXT, {"properties": {}}]}}), "schema.properties.a.anyOf[1]: "),
        (an_object({"a": {"$ref": "http://127.0.0.1/x"}}), "schema.properties.a.$ref: "),
        (an_object({"a": {"$ref": "file:///etc/passwd"}}), "schema.properties.a.$ref: "),
        (an_object({"a": {"$ref": "#/$defs/none"}}), "schema.properties.a.$ref: "),
        (an_object({"a": {"$ref": "#/properties/a"}}), "schema.properties.a.$ref: "),
        (an_object({"a": {"$ref": 5}}), "schema.properties.a.$ref: "),
        (an_object({}, **{"$id": "http://127.0.0.1/x"}), "schema.$id: "),
        (an_object({"a": {"$dynamicRef": "http://127.0.0.1/"}}), "schema.properties.a.$dynamicRef"),
        (an_object({"a": {"allOf": [TEXT]}}), "schema.properties.a.allOf: "),
        (an_object({}, patternProperties={"^(a+)+$": TEXT}), "schema.patternProperties: "),
        (an_object({"a": {"pattern": "(?=x)y"}}), "schema.properties.a.pattern: "),
        (an_object({"a": {"pattern": r"(a)\1"}}), "schema.properties.a.pattern: "),
        (an_object({"a": {"pattern": "("}}), "schema.properties.a.pattern: "),
        (an_object({"a": {"pattern": "a" * 501}}), "schema.properties.a.pattern: "),
        (an_object({"a": {"pattern": "((a{99}){99}){99}"}}), "schema.properties.a.pattern: "),
        (an_object({"a": {"pattern": 5}}), "schema.properties.a.pattern: "),
        (an_object({"a": {"type": "strin"}}), "schema.properties.a.type: "),
        (an_object({"a": {"minLength": -1}}), "schema.properties.a.minLength: "),
        (an_object({"a": 5}), "schema.properties.a: "),
    ],
)
def test_what_breaks_a_rule_is_named_with_its_place(schema: object, place: str) -> None:
    with pytest.raises(errors.InvalidInput) as raised:
        check_schema(schema)
    assert place in raised.value.message
    assert raised.value.fields == {"schema": [raised.value.message]}


def test_the_caller_chooses_the_field() -> None:
    with pytest.raises(errors.InvalidInput) as raised:
        check_schema({}, field="response_format")
    assert set(raised.value.fields or {}) == {"response_format"}


def test_a_very_deep_or_wide_schema_is_refused_quickly() -> None:
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(5000):
        deep = {"type": "array", "items": deep}
    wide = {"anyOf": [{"type": "string"}] * 100_000}
    for inner in (deep, wide):
        with pytest.raises(errors.InvalidInput, match="too large"):
            check_schema(an_object({"a": inner}))


PERSON = an_object(
    {
        "name": {"type": "string", "minLength": 1},
        "age": {"type": "integer", "minimum": 0},
        "pin": {"type": "string", "pattern": r"^\p{Nd}{4}$"},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
    }
)


def test_a_right_answer_has_no_errors() -> None:
    check_schema(PERSON)
    assert validate_answer({"name": "Zoë", "age": 3, "pin": "१२३४", "tags": ["a"]}, PERSON) == []
    tree = {"root": {"children": [{"children": []}, {"children": [{"children": []}]}]}}
    assert validate_answer(tree, TREE) == []


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ({"name": "", "age": 3, "pin": "1234", "tags": []}, "answer.name: "),
        ({"name": "x", "age": -1, "pin": "1234", "tags": []}, "answer.age: "),
        ({"name": "x", "age": "3", "pin": "1234", "tags": []}, "answer.age: "),
        ({"name": "x", "age": True, "pin": "1234", "tags": []}, "answer.age: "),
        ({"name": "x", "age": 3, "pin": "123", "tags": []}, "answer.pin: "),
        ({"name": "x", "age": 3, "pin": "1234", "tags": ["a", "c"]}, "answer.tags[1]: "),
        ({"name": "x", "age": 3, "pin": "1234"}, "answer: 'tags' is a required property"),
        ({"name": "x", "age": 3, "pin": "1234", "tags": [], "z": 1}, "answer: Additional"),
        ("text", "answer: "),
        (None, "answer: "),
        ([], "answer: "),
    ],
)
def test_a_wrong_answer_is_described(answer: object, line: str) -> None:
    lines = validate_answer(answer, PERSON)
    assert len(lines) == 1
    assert lines[0].startswith(line)


def test_a_wrong_leaf_deep_in_a_recursive_schema_is_found() -> None:
    lines = validate_answer({"root": {"children": [{"children": [5]}]}}, TREE)
    assert lines == ["answer.root.children[0].children[0]: 5 is not of type 'object'"]


def test_errors_are_few_and_short() -> None:
    schema = an_object({"list": {"type": "array", "items": {"type": "integer"}}})
    lines = validate_answer({"list": ["x" * 5000] * 1000}, schema)
    assert len(lines) == MAX_ERRORS
    assert max(map(len, lines)) <= 300


def test_a_remote_reference_never_goes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: attempts.append(a))
    monkeypatch.setattr(socket.socket, "connect", lambda *a, **k: attempts.append(a))
    for reference in ("http://127.0.0.1:9/x", "https://example.org/schema#/a", "other.json"):
        for schema in (
            {"$ref": reference},
            an_object({"a": {"$ref": reference}}),
            {"$id": reference, "$ref": "#/$defs/a", "$defs": {"a": TEXT}},
            {"$dynamicRef": reference},
            {"$schema": reference, "$ref": "#"},
            {"allOf": [{"$ref": reference}]},
        ):
            assert validate_answer({"a": "x"}, schema)
    assert attempts == []


@pytest.mark.parametrize("pattern", [r"^(a+)+$", r"^(a|a)*$", r"^(.*a){20}$", r"(x+x+)+y"])
def test_a_pathological_pattern_does_not_hang(pattern: str) -> None:
    schema = check_schema(an_object({"a": {"type": "string", "pattern": pattern}}))
    with ends(5):
        assert validate_answer({"a": "a" * 50_000 + "!" + "x" * 5_000}, schema)


@pytest.mark.parametrize(
    "definitions",
    [
        {"d0": {"$ref": "#/$defs/d0"}},
        {"d0": {"anyOf": [{"$ref": "#/$defs/d0"}]}},
        {
            **{f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 3} for n in range(40)},
            "d40": {"type": "null"},
        },
    ],
)
def test_references_that_explode_do_not_hang(definitions: dict[str, Any]) -> None:
    schema = an_object({"a": {"$ref": "#/$defs/d0"}}, **{"$defs": definitions})
    with ends(5):
        assert validate_answer({"a": "x"}, schema) == [TOO_LONG]
        check_schema(schema)


def test_numbers_beyond_floats_do_not_crash() -> None:
    schema = an_object({"a": {"type": "number", "multipleOf": 0.1}})
    assert isinstance(validate_answer({"a": 10**400}, schema), list)
    assert validate_answer({"a": "\ud800"}, an_object({"a": {"type": "string", "pattern": "x"}}))


def test_items_that_must_differ_are_told_apart_in_linear_time() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "array", "uniqueItems": True}}}
    items: list[Any] = [{"number": number} for number in range(100_000)]
    with ends():
        assert validate_answer({"a": items}, schema) == []
    assert validate_answer({"a": [{"x": 1, "y": 2}, {"y": 2, "x": 1}]}, schema) == [
        "answer.a: has items that are the same"
    ]


def test_many_alternatives_for_many_items_do_not_hang() -> None:
    alternatives = [{"type": "string", "const": str(number)} for number in range(900)]
    items = {"type": "array", "items": {"anyOf": alternatives}}
    schema = {"type": "object", "properties": {"a": items}}
    with ends():
        assert validate_answer({"a": ["899"] * 20_000}, schema) == [TOO_LONG]


MANY = [f"p{n}" for n in range(50_000)]


@pytest.mark.parametrize(
    "schema",
    [
        {**an_object({}), "properties": dict.fromkeys(MANY, True), "required": MANY},
        {**an_object({"a": TEXT}), "required": [*MANY, {}]},
        {**an_object({"a": TEXT}), "required": MANY},
        an_object({"a": {"type": "string", "enum": MANY}}),
    ],
    ids=["properties", "mixed", "required", "enum"],
)
@pytest.mark.parametrize("check", [check_schema, check_lenient_schema])
def test_long_lists_are_refused_before_they_are_compared(check: Any, schema: Any) -> None:
    with ends(), pytest.raises(errors.InvalidInput, match="too large; at most 1000 items"):
        check(schema)


@pytest.mark.parametrize("property_", [TEXT, {"type": "string", "minLength": 1}])
def test_others_go_on_while_a_large_schema_is_checked(property_: dict[str, Any]) -> None:
    schema = an_object({f"p{n}": property_ for n in range(900)})
    check_lenient_schema(an_object({"a": {"minLength": 1}}))  # what is compiled once
    with stretches() as measured:
        check_lenient_schema(schema)
    assert measured.longest < MOST


def test_others_go_on_while_an_answer_is_checked() -> None:
    alternatives = [{"type": "string", "enum": ["a", "b", str(n)]} for n in range(50)]
    items = {"anyOf": [*alternatives, {"type": "integer"}]}
    schema = an_object({"a": {"type": "array", "items": items}})
    with stretches() as measured:
        assert validate_answer({"a": [1] * 3000}, schema) == [TOO_LONG]
    assert measured.longest < MOST


@pytest.mark.parametrize(
    ("node", "place"),
    [
        ({"type": "text"}, ".properties.a.type"),
        ({"anyOf": []}, ".properties.a.anyOf"),
        ({"anyOf": [TEXT, 7]}, ".properties.a.anyOf"),
        ({"properties": {"b": TEXT, "c": 7}}, ".properties.a.properties.c"),
        ({"items": 7}, ".properties.a.items"),
        ({"items": {"minimum": "a"}}, ".properties.a.items.minimum"),
        ({"title": 7}, ".properties.a.title"),
        ({"required": ["a", "a"]}, ".properties.a.required"),
        ({"type": []}, ".properties.a.type"),
    ],
)
def test_a_keyword_of_another_kind_is_named_wherever_it_stands(node: Any, place: str) -> None:
    with pytest.raises(errors.InvalidInput, match=f"schema{place}"):
        check_lenient_schema({"type": "object", "properties": {"a": node}})
