"""Finding, masking, packing and restoring the texts of an entry."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import errors
from tests.endless import ends
from webhooks.translation.batching import batches
from webhooks.translation.extraction import extract
from webhooks.translation.masking import Masked, mask, unmask
from webhooks.translation.restoration import first_difference, problem_with, restore
from webhooks.translation.segment import MAX_SEGMENT_CHARACTERS, split

steady = settings(deadline=None, derandomize=True, database=None)


def texts(entry: Any, schema: Any = None) -> dict[str, str]:
    return {segment.name: segment.original for segment in extract(entry, schema)}


@pytest.mark.parametrize(
    "value",
    [
        "{{name}}", "{name}", "{0}", "@contact.name", "@results.x.y", "@contact.fields.first-name",
        "@results.नाम", "@contact.fields.größe", "@results.पता.0.title",
        "@(upper(contact.name))", "@(if(a(1), b(2), c(3)))", "%s", "%1$s", "%d", "%.2f",
        "%(name)s", "%{x}", "${x}", "#{x}", "<%= calendar() %>", "{% if x %}", "[[shortcode a=b]]",
        "*|FNAME|*", "https://example.org/a?b=c&d=%20#e", "https://x.org/{{id}}/y?z=1",
        "http://x.org/a_(b)", "www.example.org/path", "example.org", "mailto:a@b.org", "tel:+91123",
        "first.last+tag@sub.example.co.in", "<b>", "</b>", "<a href=\"/x?y='z'&w\" title='a>b'>",
        "<br/>", "<!-- note -->", "<script>var a = '<b>';</script>", "<pre>a  b</pre>",
        "<img src=x alt=\"Hi\">", "`code x`", "```\nfenced\n```", "&nbsp;", "&#8217;", "&#x1F600;",
        "⟦0⟧", "⟦", "⟧",
    ],
)  # fmt: skip
def test_what_must_not_change_is_masked_in_a_sentence(value: str) -> None:
    masked = mask(f"Hello there {value} my friend.")
    assert masked == Masked("Hello there ⟦0⟧ my friend.", (value,))
    assert unmask(masked) == f"Hello there {value} my friend."


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("See https://x.org/a. Then (http://y.org/b), ok!", "See ⟦0⟧. Then (⟦1⟧), ok!"),
        ("Ask @contact.name. Or @results.a.b?", "Ask ⟦0⟧. Or ⟦1⟧?"),
        ("नमस्ते @contact.name। @results.नाम।", "नमस्ते ⟦0⟧। ⟦1⟧।"),
        ("100% sure, 50 % off, 5%de", "100% sure, 50 % off, 5%de"),
        ("[the page](/a/b) and [this](https://x.org)", "[the page]⟦0⟧ and [this]⟦1⟧"),
        ("a < b and c > d", "a < b and c > d"),
        ("<p>One</p>\n<p>Two</p>", "⟦0⟧One⟦1⟧Two⟦2⟧"),
        ("<b>{{x}}</b>", "⟦0⟧⟦1⟧⟦2⟧"),
        ("Wait...what? e.g. this", "Wait...what? e.g. this"),
    ],
)
def test_only_that_is_masked(text: str, masked: str) -> None:
    assert mask(text).text == masked


@steady
@given(st.text(alphabet="ab <>/p!-{}%$s@(.)[]`⟦0⟧1&;:htp\n\"'#|*"))
def test_masking_loses_nothing(text: str) -> None:
    assert unmask(mask(text)) == text


@pytest.mark.parametrize(
    "unit",
    ['<a "', "<a ", "{{", "@(", "@((x)", "http://", "](", "`", "``` ", "<script>", "<!--", "a@"],
)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    with ends():
        mask((unit * 200_000)[:200_000])


@pytest.mark.parametrize(
    ("begin", "unit", "end"),
    [
        ("A", "-11", " x"),
        ("", "1", " x"),
        ("", "a_", " x"),
        ("", "A1", " x"),
        ("Contents ", ".", "x 7"),
        ("", ".)", "x 7"),
        ("<pre>", "<a", "</pre> text"),
        ("<pre><", "a", "</pre> text"),
        ("<pre><a ", "/", "</pre> text"),
    ],
)
def test_a_hostile_entry_takes_linear_time(begin: str, unit: str, end: str) -> None:
    entry = {"body": begin + unit * (200_000 // len(unit)) + end}
    with ends():
        segments = extract(entry)
        assert restore(entry, segments, [segment.masked for segment in segments]) == entry


ENTRY: dict[str, Any] = {
    "uid": "blt1234567890abcdef",
    "title": "Summer sale",
    "url": "/summer-sale",
    "locale": "en-us",
    "description": "<p>Hello <b>{{name}}</b>, see <a href='https://x.org'>this page</a>.</p>",
    "tags": ["cheap shoes", "blt1234567890abcdef", "#ff0000"],
    "created_at": "2026-01-01T10:00:00.000Z",
    "contact": "help@example.org",
    "count": 3,
    "ratio": 1.0,
    "on": True,
    "nothing": None,
    "empty": "",
    "hero": {"headline": "Big news", "cta": {"title": "Read more", "href": "https://x.org"}},
    "theme_color": "dark red",
    "rich": {
        "type": "doc",
        "uid": "0123456789abcdef",
        "attrs": {"class": "plain words here"},
        "children": [
            {"type": "p", "attrs": {}, "children": [{"text": "Rich words", "bold": True}]},
            {"type": "code", "children": [{"text": "let words = 1"}]},
            {"type": "a", "attrs": {"url": "https://x.org"}, "children": [{"text": "link words"}]},
        ],
    },
}


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


def test_tags_at_the_edges_are_not_the_models_business() -> None:
    (segment,) = extract({"body": " <div>\n<p>Hello <b>big</b> world</p></div>\n"})
    assert segment.masked == "Hello ⟦0⟧big⟦1⟧ world"
    assert (segment.before, segment.after) == (" <div>\n<p>", "</p></div>\n")


LONG = "".join(
    f"<p>Sentence number {number} says hello to {{{{name}}}}. And more.</p>\n<pre>x y z</pre>"
    for number in range(200)
)


def test_a_long_text_is_split_between_blocks_and_comes_back() -> None:
    segments = extract({"body": LONG})
    assert len(segments) > 5
    assert all(len(segment.masked) <= MAX_SEGMENT_CHARACTERS for segment in segments)
    assert all(segment.masked.startswith("Sentence") for segment in segments)
    assert restore({"body": LONG}, segments, [s.masked for s in segments]) == {"body": LONG}


@steady
@given(st.text(alphabet="ab .\n<>/p{}。"), st.integers(1, 20))
def test_splitting_loses_nothing(text: str, limit: int) -> None:
    assert "".join(split(text, limit)) == text


def test_batches_are_bounded_and_keep_the_order() -> None:
    segments = extract({"list": ["word " * n for n in range(1, 60)]})
    packed = batches(segments, 300)
    assert [segment for batch in packed for segment in batch] == segments
    for batch in packed:
        assert len(batch) == 1 or sum(len(segment.masked) for segment in batch) <= 300
    assert len(batches(segments, 10**6)) == 1
    assert len(batches(segments, 1)) == len(segments)
    assert batches([], 10) == []


words = st.text(alphabet="abc <>/p{}%s@.&;⟦0⟧\n\"'=éह्ि😀")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(words, inner, max_size=5),
    max_leaves=30,
)


@steady
@given(json_values)
def test_identity_translations_change_nothing(entry: Any) -> None:
    before = json.dumps(entry)
    segments = extract(entry)
    same = restore(entry, segments, [segment.masked for segment in segments])
    assert json.dumps(same) == before == json.dumps(entry)


@steady
@given(json_values)
def test_translations_change_words_and_only_words(entry: Any) -> None:
    segments = extract(entry)
    result = restore(entry, segments, [f"Ü {segment.masked} Ü" for segment in segments])
    paths = {segment.path: "" for segment in segments}
    assert first_difference((), entry, result, paths) is None
    assert len(extract(result)) >= len({segment.path for segment in segments})


def test_a_translation_may_move_what_is_protected() -> None:
    entry = {"text": "Dear {{name}}, you have <b>%d points</b>."}
    (segment,) = extract(entry)
    assert segment.masked == "Dear ⟦0⟧, you have ⟦1⟧⟦2⟧ points⟦3⟧."
    moved = restore(entry, [segment], ["⟦1⟧⟦ 2 ⟧ Punkte⟦3⟧ hast du, ⟦0⟧."])
    assert moved == {"text": "<b>%d Punkte</b> hast du, {{name}}."}
    assert entry == {"text": "Dear {{name}}, you have <b>%d points</b>."}


@pytest.mark.parametrize(
    "translation",
    [
        "Hallo, ⟦1⟧fett⟦2⟧",
        "Hallo ⟦0⟧ ⟦0⟧ ⟦1⟧fett⟦2⟧",
        "Hallo ⟦0⟧ ⟦1⟧fett⟦2⟧ ⟦3⟧",
        "Hallo ⟦0⟧ ⟦1⟧fett⟦2⟧ ⟦x⟧",
        "Hallo ⟦0⟧ ⟦2⟧fett⟦1⟧",
        "Hallo ⟦0⟧ ⟦1⟧fett⟦2⟧ <script>alert(1)</script>",
        "Hallo ⟦0⟧ ⟦1⟧fett⟦2⟧ {{secret}}",
        "Hallo ⟦0⟧ ⟦1⟧fett⟦2⟧ {secret}",
        "Hallo ⟦0⟧ ⟦1⟧fett⟦2⟧ @contact.secret",
        "Hallo ⟦0⟧ ⟦1⟧fett⟦2⟧ %s",
        "",
        "  ",
        None,
        5,
        ["Hallo"],
    ],
)
def test_a_damaged_translation_is_refused_and_its_path_named(translation: Any) -> None:
    entry = {"list": [{"body": "Hello {{name}} <b>bold</b> words"}]}
    segments = extract(entry)
    assert problem_with(segments[0], translation) is not None
    with pytest.raises(errors.InvalidResponse) as raised:
        restore(entry, segments, [translation])
    assert raised.value.message.startswith("entry.list[0].body: ")
    assert "secret" not in str(raised.value.as_dict())


def test_a_missing_translation_is_refused() -> None:
    entry = {"a": "one", "b": "two"}
    with pytest.raises(errors.InvalidResponse):
        restore(entry, extract(entry), ["eins"])


def test_a_difference_elsewhere_is_found() -> None:
    changes: list[tuple[list[Any], Any]] = [
        (["count"], 4),
        (["ratio"], 1),
        (["on"], 1),
        (["uid"], "x"),
        (["hero", "cta"], {}),
        (["tags"], ["cheap shoes"]),
        (["rich", "children", 0, "type"], "h1"),
    ]
    for steps, value in changes:
        changed = copy.deepcopy(ENTRY)
        inner = changed
        for step in steps[:-1]:
            inner = inner[step]
        inner[steps[-1]] = value
        paths = {segment.path: "" for segment in extract(ENTRY)}
        assert first_difference((), ENTRY, changed, paths) is not None
    assert first_difference((), {"a": 1, "b": 2}, {"b": 2, "a": 1}, {}) == "entry"
