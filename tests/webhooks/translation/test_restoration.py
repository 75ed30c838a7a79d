"""Putting translations back: words change and nothing else does."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowhook import errors
from tests.endless import ends
from tests.stretches import MOST, stretches
from tests.webhooks.translation.entries import ENTRY, steady
from webhooks.translation.extraction import extract
from webhooks.translation.restoration import first_difference, problem_with, restore

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
    assert first_difference(entry, result, paths) is None
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
        assert first_difference(ENTRY, changed, paths) is not None
    assert first_difference({"a": 1, "b": 2}, {"b": 2, "a": 1}, {}) == "entry"


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


@pytest.mark.parametrize(
    "text",
    ["a@" * 200_000, "<a" * 200_000, "% a" * 130_000, "a. " * 130_000, "{{a}} b " * 50_000],
    ids=["spans", "no spans", "signs", "sentences", "placeholders"],
)
def test_others_go_on_while_a_long_text_is_translated(text: str) -> None:
    with stretches() as measured:
        segments = extract({"body": text})
        restore({"body": text}, segments, [segment.masked for segment in segments])
    assert measured.longest < MOST


@pytest.mark.parametrize("text", ["words here", "12", "<b>", "blt0123456789abcdef"])
def test_others_go_on_while_many_texts_are_translated(text: str) -> None:
    entry = {"list": [{"a": text, "b": 1} for _ in range(16_000)]}
    with stretches() as measured:
        segments = extract(entry)
        assert restore(entry, segments, [segment.masked for segment in segments]) == entry
    assert measured.longest < MOST


def test_a_content_type_is_sorted_once_for_many_objects() -> None:
    fields = [{"uid": f"f{n}", "data_type": "text"} for n in range(10_000)]
    schema = [{"uid": "group", "data_type": "group", "multiple": True, "schema": fields}]
    entry = {"group": [{"f1": "Some words"} for _ in range(10_000)]}
    with ends():
        assert len(extract(entry, {"schema": schema})) == 10_000


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"a": "a@" * 200_001}, "entry holds more than 400000 characters"),
        ({"a": ["<b>"] * 50_000}, "entry holds more than 50000 values"),
        ({"a": [[]] * 50_000}, "entry holds more than 50000 values"),
    ],
)
def test_a_large_entry_is_refused_before_a_text_is_looked_at(entry: Any, problem: str) -> None:
    with stretches() as measured, pytest.raises(errors.InvalidInput, match=problem):
        extract(entry)
    assert measured.seconds == [pytest.approx(0, abs=MOST)]


def test_a_very_long_name_is_no_field_for_people() -> None:
    with ends():
        assert extract({"n" * 500_000: ["Some words"] * 20_000}) == []
