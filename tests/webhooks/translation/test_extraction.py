"""Which texts of an entry are found, with its schema and without."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flowhook import errors
from tests.webhooks.translation.entries import ENTRY, texts
from webhooks.translation.extraction import extract
from webhooks.translation.restoration import restore


def test_without_a_schema_all_human_text_is_found_and_nothing_else() -> None:
    assert texts(ENTRY) == {
        "entry.title": "Summer sale",
        "entry.description": ENTRY["description"],
        "entry.tags[0]": "cheap shoes",
        "entry.hero.headline": "Big news",
        "entry.hero.cta.title": "Read more",
        "entry.rich.children[0].children[0].text": "Rich words",
        "entry.rich.children[2].children[0].text": "link words",
    }


@pytest.mark.parametrize(
    "value",
    [
        "https://example.org/some-page", "a@b.org", "2026-11-20", "2026-11-20T10:00:00Z", "10:30",
        "550e8400-e29b-41d4-a716-446655440000", "blt0123456789abcdef", "deadbeefdeadbeef",
        "#fff", "#FF00AA80", "rgb(1, 2, 3)", "en-us", "pt-BR", "image/png", "/about/us",
        "my_field_name", "a.b.c", "SKU-1234", "photo.jpg", "12px", "123", "!!!", "  ", "{{name}}",
        "@results.question", "data:image/png;base64,AAAA",
    ],
)  # fmt: skip
def test_values_for_machines_stay_without_a_schema(value: str) -> None:
    assert texts({"value": value, "list": [value]}) == {}


@pytest.mark.parametrize(
    "value",
    ["Hello", "hello", "and/or", "add-on", "नमस्ते", "你好", "a", "WELCOME", "Dr. Who", "Yes, 3!"],
)
def test_words_are_text(value: str) -> None:
    assert texts({"value": value, "list": [value]}) == {
        "entry.value": value,
        "entry.list[0]": value,
    }


@pytest.mark.parametrize(
    "choice",
    [
        {"enum": "red"}, {"enum": ["red", "green"]}, {"select": "red"}, {"dropdown": "red"},
        {"radio": "red"}, {"choice": "red"}, {"colour_enum": "red"}, {"colourEnum": "red"},
        {"size_select": "large one"}, {"enum": ["red"], "default": "red"},
        {"enum": {"choices": [{"value": "red"}]}, "chosen": "red"},
    ],
)  # fmt: skip
def test_choices_stay_without_a_schema(choice: dict[str, Any]) -> None:
    """A program compares them: a translated one would fit nowhere."""
    assert texts({"title": "Shoes", "nested": [choice]}) == {"entry.title": "Shoes"}


def test_the_words_of_a_choice_are_text_and_its_value_is_not() -> None:
    options = [{"label": "Dark red", "value": "dark_red"}, {"label": "Hours", "value": "Nine to 5"}]
    assert texts({"options": options}) == {
        "entry.options[0].label": "Dark red",
        "entry.options[1].label": "Hours",
        "entry.options[1].value": "Nine to 5",
    }


@pytest.mark.parametrize("kind", ["dropdown", "radio", "checkbox"])
def test_a_field_shown_as_a_choice_stays(kind: str) -> None:
    field = {"uid": "size", "data_type": "text", "display_type": kind, "multiple": True}
    schema = {"schema": [field, {"uid": "title", "data_type": "text"}]}
    entry = {"title": "Shoes", "size": ["large one"]}
    assert [one.masked for one in extract(entry, schema)] == ["Shoes"]


def test_a_bare_text_or_list_is_an_entry_too() -> None:
    assert texts("Hello there") == {"entry": "Hello there"}
    assert texts(["Hello", 1]) == {"entry[0]": "Hello"}
    assert texts(5) == {}
    assert restore("Hello", extract("Hello"), ["Hallo"]) == "Hallo"


SCHEMA = {
    "content_type": {
        "uid": "page",
        "schema": [
            {"uid": "title", "data_type": "text", "field_metadata": {"_default": True}},
            {"uid": "url", "data_type": "text"},
            {"uid": "description", "data_type": "text", "field_metadata": {"rich_text_type": "a"}},
            {"uid": "tags", "data_type": "text", "multiple": True},
            {"uid": "count", "data_type": "number"},
            {"uid": "on", "data_type": "boolean"},
            {"uid": "created", "data_type": "isodate"},
            {"uid": "size", "data_type": "text", "enum": {"choices": [{"value": "large"}]}},
            {"uid": "brand", "data_type": "text", "non_localizable": True},
            {"uid": "image", "data_type": "file"},
            {"uid": "related", "data_type": "reference", "reference_to": ["page"]},
            {"uid": "cta", "data_type": "link"},
            {"uid": "body", "data_type": "json", "field_metadata": {"allow_json_rte": True}},
            {"uid": "settings", "data_type": "json"},
            {"uid": "code_name", "data_type": "text"},
            {
                "uid": "faq",
                "data_type": "group",
                "multiple": True,
                "schema": [{"uid": "question", "data_type": "text"}],
            },
            {
                "uid": "seo",
                "data_type": "global_field",
                "schema": [{"uid": "meta_title", "data_type": "text"}],
            },
            {
                "uid": "sections",
                "data_type": "blocks",
                "blocks": [
                    {
                        "uid": "banner",
                        "schema": [
                            {"uid": "heading", "data_type": "text"},
                            {"uid": "link", "data_type": "link"},
                        ],
                    }
                ],
            },
        ],
    }
}


MARKED: dict[str, Any] = {
    "title": "Summer sale",
    "url": "/the sale page",
    "description": "<p>Words</p>",
    "tags": ["one word", "two words", "https://x.org"],
    "count": 3,
    "on": False,
    "created": "2026-01-01",
    "size": "large",
    "brand": "Good Shoes",
    "image": {"title": "A picture", "filename": "a.jpg"},
    "related": [{"uid": "blt0123456789abcdef", "_content_type_uid": "page"}],
    "cta": {"title": "Read on", "href": "https://x.org/read on"},
    "body": {"type": "doc", "children": [{"type": "p", "children": [{"text": "Body words"}]}]},
    "settings": {"text": "not for people", "label": "not for people"},
    "code_name": "blue_moon",
    "faq": [{"question": "Who are you?", "_metadata": {"uid": "csabc"}}, {"question": "Why so?"}],
    "seo": {"meta_title": "Meta words", "unknown": "not marked"},
    "sections": [{"banner": {"heading": "A heading", "link": {"title": "T word", "href": "/h"}}}],
    "unknown": "not marked",
}


MARKED_TEXTS = {
    "entry.title": "Summer sale",
    "entry.description": "<p>Words</p>",
    "entry.tags[0]": "one word",
    "entry.tags[1]": "two words",
    "entry.cta.title": "Read on",
    "entry.body.children[0].children[0].text": "Body words",
    "entry.code_name": "blue_moon",
    "entry.faq[0].question": "Who are you?",
    "entry.faq[1].question": "Why so?",
    "entry.seo.meta_title": "Meta words",
    "entry.sections[0].banner.heading": "A heading",
    "entry.sections[0].banner.link.title": "T word",
}


@pytest.mark.parametrize(
    "schema",
    [SCHEMA, SCHEMA["content_type"], SCHEMA["content_type"]["schema"], json.dumps(SCHEMA)],
)
def test_with_a_schema_only_what_it_marks_is_text(schema: Any) -> None:
    assert texts(MARKED, schema) == MARKED_TEXTS


def test_an_entry_wrapped_as_the_api_sends_it() -> None:
    assert texts({"entry": MARKED}, SCHEMA) == {
        name.replace("entry.", "entry.entry.", 1): text for name, text in MARKED_TEXTS.items()
    }


@pytest.mark.parametrize("schema", [5, "nonsense", "[1]", [{"data_type": "text"}], {"a": 1}, "{"])
def test_a_schema_that_is_none_is_named(schema: Any) -> None:
    with pytest.raises(errors.InvalidInput) as raised:
        extract({"title": "x"}, schema)
    assert set(raised.value.fields or {}) == {"content_type_schema"}


@pytest.mark.parametrize("schema", [None, "", {}, []])
def test_no_schema_is_no_schema(schema: Any) -> None:
    assert texts({"title": "Hello"}, schema) == {"entry.title": "Hello"}


def test_an_entry_that_does_not_fit_its_schema_is_left_alone() -> None:
    odd = {
        "title": {"a": "b c"},
        "faq": "word",
        "sections": [5, {"x": 1}],
        "body": "word",
        "cta": 1,
    }
    assert texts(odd, SCHEMA) == {}
    assert texts("Hello", SCHEMA) == {}


def test_depth_is_bounded() -> None:
    deep: Any = "Hello"
    for _ in range(2000):
        deep = [deep]
    for arguments in [(deep, None), ({"a": "b"}, deep)]:
        with pytest.raises(errors.InvalidInput, match="nested"):
            extract(*arguments)
