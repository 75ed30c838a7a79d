"""Variables: the rows of the reference in our own words, and its corrections, which win."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flows.expressions import Scope, substitute, variables
from flows.expressions.variables import MAX_CHARACTERS

RESULTS = {
    "points": {"input": "100", "category": "Has Number", "intent": None},
    "name": {"input": "Jatin", "category": "All"},
    "Mixed": {"input": "mix", "category": "Up"},
    "a": {"input": "A"},
    "ab": {"input": "AB"},
    "blank": {"input": "", "category": "Other"},
    "media_only": {"url": "https://files.example/p.jpg"},
    "plain": "just",
    "wh": {"value": "V"},
    "list": {"items": ["a", "b"]},
    "r": {"a": {"b": {"c": "deep"}}},
    "q": {"input": "@contact.name"},
    "langs": {"input": ["hindi", "tamil"]},
    "ready": {"input": "haan", "category": ["Haan"]},
    "hook": {"count": 3, "share": 25000.0, "ok": True, "buttons": {"0": {"name": "first"}}},
    "नाम": {"input": "आशा", "category": "नया"},
    "parent": {"name": {"input": "Mother"}},
    "child": {"cname": {"input": "Kid"}},
}
SCOPE = Scope(
    contact={
        "name": "Asha",
        "phone": "9900",
        "in_groups": [3, 5],
        "fields": {
            "empty": "",
            "ref": "@contact.phone",
            "language": {"label": "English"},
            "village": {"value": "Rampur"},
        },
    },
    results=RESULTS,
    flow={"name": "Enrol"},
    globals={"org": "Seva"},
    timezone="Asia/Kolkata",
    now=datetime(2026, 1, 1, 20, 0, tzinfo=UTC),
)

ROWS = [
    ("hello @contact.name.", "hello Asha"),
    ("Hi @contact.name. Bye", "Hi Asha Bye"),
    ("Thanks @results.name. Bye", "Thanks Jatin Bye"),
    ("@results.parent.name.", "Mother"),
    ("@contact.fields.empty", "@contact.fields.empty"),
    ("@contact.language", "English"),
    ("@contact.language.", "English"),
    ("@contact.language.label", "English.label"),
    ("@contact.fields.language", "@contact.fields.language"),
    ("@contact.fields.language.label", "English"),
    ("@contact.fields.village", "Rampur"),
    ("@contact.in_groups", '["3", "5"]'),
    ("@contact.groups", '["3", "5"]'),
    ("@contact.in_groups.", "35"),
    ("@results.points", "100"),
    ("@results.points.category", "Has Number"),
    ("@results.points.intent", "100.intent"),
    ("@results.names", "Jatins"),
    ("@results.abc", "ABc"),
    ("@results.Mixed", "@results.Mixed"),
    ("@results.mixed", "mix"),
    ("@results.Mixed.input", "mix"),
    ("@results.mixed.category", "mix.category"),
    ("[@results.blank]", "[]"),
    ("[@results.blank.input]", "[.input]"),
    ("@results.media_only", "@results.media_only"),
    ("@results.media_only.url", "https://files.example/p.jpg"),
    ("@results.plain", "just"),
    ("@results.plain.x", "just.x"),
    ("@results.wh", "V"),
    ("@results.list.items", "ab"),
    ("@results.parent.name", "Mother"),
    ("@results.child.cname.input", "Kid"),
    ("@results.child.cname", "Kid"),
    ("@results.r.a.b.c", "deep"),
    ("@results.r.a.b.c.d", "deep.d"),
    ("@@results.points", "@100"),
    ("@results.@results.name.category", "@results.All"),
    ("@fields.name and @input.text", "@fields.name and @input.text"),
    ("@contact", "@contact"),
    ("@contact.fields.ref", "@contact.phone"),
    ("@results.q", "@contact.name"),
    ("<%= @results.points + 1 %>", "<%= 100 + 1 %>"),
    ("@results.hook.count of @results.hook.share: @results.hook.ok", "3 of 2.5e4: true"),
    ("@results.hook.buttons.0.name", "first"),
    ("@results.ready.category", "Haan"),
    ("@flow.name @global.org @survey.round", "Enrol Seva @survey.round"),
    ("@calendar.current_date @calendar.tomorrow", "2/01/2026 3/01/2026"),
    ("@calendar.yesterday", "1/01/2026"),
    ("@calendar.current_day @calendar.current_month", "friday january"),
    ("@calendar.current_year", "2026"),
]

CORRECTED = [
    ("नमस्ते @contact.name। कैसे", "नमस्ते Asha। कैसे"),
    ("@contact.name😀", "Asha😀"),
    ("@contact.name’s @contact.name… ₹@results.points", "Asha’s Asha… ₹100"),
    ("@results.नाम", "आशा"),
    ("@results.नाम.category।", "नया।"),
    ("@results.langs", "hinditamil"),
    ("@contact.fields.missing.", "@contact.fields.missing."),
    ("Mail me at a@b.com. Bye", "Mail me at a@b.com. Bye"),
    ("Write to asha@seva.org.", "Write to asha@seva.org."),
    ("@results.Mixed. @results.name.nothing.", "@results.Mixed. Jatin.nothing."),
    ("@contact.language.label.", "English.label."),
    ("@survey.round.@contact.name", "@survey.round.Asha"),
    ("_@contact.name_ @contact.a-@contact.b", "_@contact.name_ @contact.a-@contact.b"),
]


@pytest.mark.parametrize(("text", "expected"), ROWS + CORRECTED)
def test_substitution(text, expected):
    assert substitute(text, SCOPE) == expected


def test_more_than_fifty_groups_are_cut():
    shown = substitute("@contact.in_groups", Scope(contact={"in_groups": list(range(60))}))
    assert shown.endswith('"49", ...]')
    assert '"50"' not in shown


def test_no_groups_print_nil():
    assert substitute("@contact.groups", Scope()) == "nil"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (1000.0, "1.0e3"),
        (25000.0, "2.5e4"),
        (87.5, "87.5"),
        (0.00001, "1.0e-5"),
        (0.001, "0.001"),
        (100.0, "100.0"),
        (-1.5, "-1.5"),
        (1e22, "1.0e22"),
        (123456.789, "123456.789"),
        (0.0, "0.0"),
        (12, "12"),
        (True, "true"),
    ],
)
def test_numbers_and_booleans_are_shown(number, shown):
    assert substitute("@results.n.v", Scope(results={"n": {"v": number}})) == shown


def test_names_equal_but_for_case_are_tried_in_byte_order():
    results = {name: {"input": name} for name in ("name", "NAME", "Name")}
    assert substitute("@results.name", Scope(results=results)) == "NAME"


def test_lists_with_objects_stay_as_written():
    assert substitute("@results.x.items", Scope(results={"x": {"items": [{"a": 1}]}})) == (
        "@results.x.items"
    )


@pytest.mark.parametrize("typed", ["@results.other", "@contact.phone", "@global.org", "results"])
@pytest.mark.parametrize(
    "text",
    [
        "@results.answer",
        "@results.answer.input",
        "@contact.name",
        "@contact.name.",
        "@@contact.name",
        "@@results.answer.other",
        "@@results.answer",
        "@results.answer.input.x @results.answer @contact.name",
        "@global.org @contact.phone @results.other: @results.answer.input",
    ],
)
def test_what_was_put_in_is_not_read_again(text: str, typed: str) -> None:
    """Each value is put in by itself: a typed variable stays as it was typed."""
    harmless = "x" * len(typed)
    shown = [
        substitute(
            text,
            Scope(
                contact={"name": answer, "phone": "9900"},
                results={"answer": {"input": answer}, "other": {"input": "secret"}},
                globals={"org": "Seva"},
            ),
        )
        for answer in (harmless, typed)
    ]
    assert shown[0].replace(harmless, typed) == shown[1]


def test_a_large_text_stays_within_its_bound() -> None:
    results = {"long": {"input": "y" * 50_000}}
    shown = substitute("@results.long @results.long.input " * 50, Scope(results=results))
    assert len(shown) + 100_000 > MAX_CHARACTERS
    assert len(shown) <= MAX_CHARACTERS + 50_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@results.a.b and @contact.name.", ["results.a.b", "contact.name"]),
        ("mail a@b.com or @results.a", ["results.a"]),
        ("x@results.a @results.a", ["results.a"]),
        ("<%= @results.points + @fields.age %>", ["results.points", "fields.age"]),
        ("@results.नाम।", ["results.नाम"]),
        ("nothing @here", []),
    ],
)
def test_mentions(text, expected):
    assert variables(text) == expected
