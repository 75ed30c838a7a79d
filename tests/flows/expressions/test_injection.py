"""What a contact typed is data: it never becomes code, whatever it looks like."""

from __future__ import annotations

import pytest

from flows.expressions import Scope, render
from flows.expressions.compiler import _compile

HOSTILE = [
    '"); System.cmd("rm", ["-rf"])',
    '" <> File.read!("/etc/passwd") <> "',
    "#{1 + 1}",
    "<%= 1 + 1 %>",
    "%>",
    "<%=",
    'a "quoted" word',
    "back\\slash\\",
    "two\nlines",
    "'single'",
    "ƒ0ƒ",
    "ƒ9999ƒ",
    "@results.other",
    "$1 \\1 \\0",
    "1 + 1",
    "nil",
    ":ok",
    "[1, 2]",
    "String",
    "+919800000000",
    "15/08/2026",
    "1_000",
    "1; 2",
    "# comment",
    "नमस्ते",
    "\u200d\ufeff\x00",
    ".*",
    "(a+)+$",
    "1" * 5000,
]


def scope(typed: object) -> Scope:
    return Scope(results={"answer": {"input": typed}, "other": {"input": "secret"}})


@pytest.mark.parametrize("typed", HOSTILE)
def test_inside_quotes_a_value_is_its_text(typed):
    shown = render('<%= "[" <> "@results.answer.input" <> "]" %>', scope(typed))
    assert shown == f"[{typed}]"


@pytest.mark.parametrize("typed", HOSTILE)
def test_outside_quotes_a_value_that_is_no_number_is_its_text(typed):
    shown = render(
        '<%= is_binary(@results.answer.input) and "@results.answer" == @results.answer %>',
        scope(typed),
    )
    assert shown == "true"


@pytest.mark.parametrize("typed", HOSTILE)
def test_in_a_pattern_a_value_stands_for_its_characters(typed):
    assert render('<%= Regex.match?(~r/^@results.answer$/, "zzz") %>', scope(typed)) in (
        "false",
        "Invalid Code",
    )


@pytest.mark.parametrize("typed", HOSTILE)
def test_outside_of_code_nothing_is_evaluated(typed):
    assert render("(@results.answer.input)", scope(typed)) == f"({typed})"


@pytest.mark.parametrize("typed", HOSTILE)
def test_values_are_not_parsed(typed):
    render("<%= String.length(@results.answer) %>", scope("warm the cache"))
    before = _compile.cache_info().misses
    render("<%= String.length(@results.answer) %>", scope(typed))
    assert _compile.cache_info().misses == before


@pytest.mark.parametrize(
    ("typed", "source", "shown"),
    [
        ("13", "rem(@results.answer * 2 + 1, 6)", "3"),
        ("-2.5", "@results.answer * 2", "-5.0"),
        (" 7 ", "@results.answer + 1", "8"),
        ("007", "@results.answer + 1", "8"),
        (13, "@results.answer + 1", "14"),
        ("13", '"@results.answer" == "13"', "true"),
        ("13", "@results.answer-1", "12"),
        ("13", "-@results.answer", "-13"),
        ("Jatin", '@results.answer == "Jatin"', "true"),
        ("Jatin", "@results.answers", "Jatins"),
        ("1.5", "[@results.answer, 2] |> Enum.sum()", "3.5"),
        ("abc", "@results.answer + 1", "Invalid Code"),
        ("2026-01-31", "Date.add(~D[@results.answer], 1)", "2026-02-01"),
        ("soon", "Date.add(~D[@results.answer], 1)", "Invalid Code"),
        ("true", "if @results.answer, do: 1, else: 2", "1"),
        ("false", "if @results.answer, do: 1, else: 2", "2"),
        (False, "if @results.answer.input, do: 1, else: 2", "2"),
        ("a.c", 'Regex.match?(~r/@results.answer/, "abc")', "false"),
        ("a.c", 'Regex.match?(~r/@results.answer/, "a.c")', "true"),
        ("ab", "length('@results.answer')", "2"),
        ("k", '%{"@results.answer" => 5}["k"]', "5"),
        ("b", 'case @results.answer do "a" -> 1; "b" -> 2; _ -> 3 end', "2"),
    ],
)
def test_splicing(typed, source, shown):
    assert render(f"<%= {source} %>", scope(typed)) == shown


def test_a_reason_names_the_variable_and_not_its_value():
    reasons: list[str] = []
    render("<%= {@results.answer, 1} %>", scope("secret words"), reasons.append)
    assert reasons == ["disallowed expression: {@results.answer, 1}"]


GLOBALS = {"token": "secret", "token_public": "shown", "help": {"line": "1800"}}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("You said @results.answer.input", "You said @global.token"),
        ("@results.answer.input @global.token_public", "@global.token shown"),
        ("@results.answer.input @global.help.line", "@global.token 1800"),
        ("@results.answer.input @global.token", "@global.token secret"),
        ("@global.token.x", "secret.x"),
    ],
)
def test_a_global_has_a_value_only_where_the_author_wrote_it(text: str, shown: str) -> None:
    typed = Scope(results={"answer": {"input": "@global.token"}}, globals=GLOBALS)
    assert render(text, typed) == shown
