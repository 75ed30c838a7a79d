"""Every function of the vocabulary, by example; the last test finds those without one."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from flows.expressions import ExpressionError, Scope, evaluate, render
from flows.expressions.values import to_text
from flows.expressions.vocabulary import VOCABULARY

NOW = datetime(2026, 1, 31, 20, 15, 30, 123456, tzinfo=UTC)

ROWS = [
    # numbers
    ("rem(13 * 2 + 1, 6)", "3"),
    ("rem(-7, 3)", "-1"),
    ("rem(7, -3)", "1"),
    ("div(-7, 2)", "-3"),
    ("div(7, 2)", "3"),
    ("abs(-2.5)", "2.5"),
    ("round(-2.5)", "-3"),
    ("round(2.4)", "2"),
    ("trunc(-2.7)", "-2"),
    ("max(2, 2.5)", "2.5"),
    ('min("a", 9)', "9"),
    ("is_number(1.5)", "true"),
    ('is_number("1")', "false"),
    ("is_integer(true)", "false"),
    ("Integer.to_string(42)", "42"),
    ('Float.parse("3.7kg") |> elem(0)', "3.7"),
    ('Float.parse("12e3x") |> elem(1)', "x"),
    ('Float.parse("kg") == :error', "true"),
    # texts
    ("to_string(1.0)", "1.0"),
    ('is_binary("a")', "true"),
    ('String.length("नमस्ते")', "4"),
    ('String.length("👩‍👩‍👧é")', "2"),
    ('String.upcase("straße")', "STRASSE"),
    ('String.downcase("ASHA")', "asha"),
    (r'String.trim("  a b \n")', "a b"),
    ('String.trim("xxaxbxx", "x")', "axb"),
    ('String.trim_leading("00070", "0")', "70"),
    ('String.replace_leading("aab", "a", "x")', "xxb"),
    ('String.replace("a-b-c", "-", "+")', "a+b+c"),
    ('String.replace("a-b_c", ["-", "_"], "")', "abc"),
    (r'String.replace("a1b22", ~r/\d+/, "#")', "a#b#"),
    ('String.replace("abc", "", "-")', "-a-b-c-"),
    ('String.replace("aXb", "X", fn x -> x <> x end)', "aXXb"),
    ('String.replace("a-b-c", "-", "+", global: false)', "a+b-c"),
    ('String.slice("elixir", 1..3)', "lix"),
    ('String.slice("elixir", -3..-1)', "xir"),
    ('String.slice("elixir", 10..12)', ""),
    ('String.slice("नमस्ते", 0, 2)', "नम"),
    ('String.slice("elixir", -2, 5)', "ir"),
    ('String.split("a,b,c", ",") |> Enum.at(1)', "b"),
    ('String.split("a, b;c", [", ", ";"]) |> Enum.join("|")', "a|b|c"),
    (r'String.split("a1b22c", ~r/\d+/) |> Enum.join("|")', "a|b|c"),
    ('String.split("a,b,c", ",", parts: 2) |> List.last()', "b,c"),
    ('String.split(",a,,b", ",", trim: true) |> Enum.count()', "2"),
    ('String.split("", ",") |> Enum.count()', "1"),
    ('String.to_integer("-42")', "-42"),
    ('String.to_integer("5.5")', None),
    ('String.to_integer("५")', None),
    ('String.starts_with?("elixir", ["ab", "el"])', "true"),
    ('String.ends_with?("elixir", "ir")', "true"),
    ('String.contains?("elixir", ["z", "ix"])', "true"),
    ('String.contains?("elixir", "q")', "false"),
    ('URI.encode("https://x.org/a b?q=नम&r=1")', "https://x.org/a%20b?q=%E0%A4%A8%E0%A4%AE&r=1"),
    # decimals
    ("Decimal.round(Decimal.div(10, 3), 1)", "3.3"),
    ('Decimal.round("2.345", 2)', "2.35"),
    ("Decimal.div(1, 0)", None),
    ('Decimal.mult("1e5000", 0) |> Decimal.round(0)', "0"),
    ('Decimal.mult("1e5001", 0) |> Decimal.round(0)', None),
    ("Decimal.from_float(3.75)", "3.75"),
    ("Decimal.from_float(3)", None),
    ('Decimal.mult("1.5", 2)', "3.0"),
    # lists
    ("Enum.count([1, 2, 3])", "3"),
    ("Enum.count(1..0)", "2"),
    ("Enum.at([1, 2], -1)", "2"),
    ("Enum.at([1], 4)", ""),
    ('Enum.at([1], 4, "none")', "none"),
    ('Enum.join(["a", 1, nil])', "a1"),
    ('Enum.join([1, 2], ", ")', "1, 2"),
    ('Enum.find([1, 2, 3], fn x -> x > 9 end) || "none"', "none"),
    ("Enum.find([1, 2, 3], 0, &(&1 > 2))", "3"),
    ("Enum.any?([1, 2], &(&1 == 2))", "true"),
    ("Enum.all?([1, 2], &(&1 == 2))", "false"),
    ("Enum.filter([1, 2, 3, 4], &(rem(&1, 2) == 0)) |> Enum.count()", "2"),
    ("Enum.reject([1, 2, 3], &(&1 == 2)) |> Enum.join()", "13"),
    ('Enum.map([1, 2, 3], fn x -> x * 2 end) |> Enum.join(",")', "2,4,6"),
    ('Enum.map(%{"a" => 1}, fn x -> elem(x, 0) end)', "a"),
    ('Enum.slice(["a", "b", "c"], 1..-1)', "bc"),
    ('Enum.sort_by(["ccc", "a", "bb"], &String.length(&1))', "abbccc"),
    ("Enum.sum([1, 2.5])", "3.5"),
    ("Enum.sum(1..100)", "5050"),
    ("Enum.max([3, 1], :desc)", "1"),
    ("Enum.max([3, 1, 4], fn a, b -> a >= b end)", "4"),
    ('Enum.max_by(["a", "bbb", "cc"], fn x -> String.length(x) end)', "bbb"),
    ("Enum.max_by([], fn x -> x end)", None),
    ('Enum.map_join([1, 2], "-", &(&1 + 1))', "2-3"),
    ("Enum.random([7])", "7"),
    ("Enum.random([])", None),
    ("Enum.take_random([1, 2, 3], 2) |> Enum.count()", "2"),
    ('List.first(["a", "b"])', "a"),
    ("List.first([])", ""),
    ('List.last(["a", "b"])', "b"),
    ("List.wrap(nil) |> Enum.count()", "0"),
    ("List.wrap([1]) == [1] and List.wrap(1) == [1]", "true"),
    ("length([1, 2])", "2"),
    ('hd(["a", "b"])', "a"),
    ("elem({:ok, 3}, 1)", "3"),
    ("elem({:ok, 3}, 2)", None),
    ("then(4, &(&1 + 1))", "5"),
    # maps and JSON
    ("is_nil(nil)", "true"),
    ("is_map(%{})", "true"),
    ("is_map([])", "false"),
    ('Map.get(%{"a" => "A"}, "a")', "A"),
    ('Map.get(%{"a" => "A"}, "z", "none")', "none"),
    ('Jason.encode!(%{"b" => [1, nil, true], "a" => 1.5})', '{"a":1.5,"b":[1,null,true]}'),
    ("Jason.encode!({:ok, 1})", None),
    (r'Jason.decode!("{\"a\": {\"b\": 2}}")["a"]["b"]', "2"),
    ('Jason.decode!("[NaN]")', None),
    ('Jason.decode!("{")', None),
    # dates
    ("Date.utc_today()", "2026-01-31"),
    ("Date.to_string(~D[2026-01-02])", "2026-01-02"),
    ('Date.diff(Date.from_iso8601!("2026-01-06"), ~D[2026-01-01])', "5"),
    ("Date.add(~D[2026-01-31], 1)", "2026-02-01"),
    ("Date.compare(~D[2026-01-31], ~D[2026-02-01])", "lt"),
    ("Date.days_in_month(~D[2028-02-10])", "29"),
    ('Date.from_iso8601!("2026-1-6")', None),
    # times and moments
    ('Time.diff(~T[12:30:00], Time.from_iso8601!("12:00:00"), :minute)', "30"),
    ("DateTime.utc_now()", "2026-01-31 20:15:30.123456Z"),
    ('DateTime.now!("Asia/Kolkata") |> Calendar.strftime("%d %H:%M:%S")', "01 01:45:30"),
    ('DateTime.now!("Nowhere/Land")', None),
    (
        'DateTime.diff(DateTime.utc_now(), DateTime.new!(~D[2026-01-31], ~T[20:15:00], "Etc/UTC"))',
        "30",
    ),
    (
        "DateTime.diff(DateTime.utc_now(),"
        ' DateTime.from_naive!(~N[2026-01-30 20:15:31], "Etc/UTC"), :hour)',
        "23",
    ),
    ('DateTime.after?(DateTime.utc_now(), DateTime.now!("Asia/Kolkata"))', "false"),
    ("DateTime.to_unix(DateTime.utc_now())", "1769890530"),
    ('DateTime.to_date(DateTime.now!("Asia/Kolkata"))', "2026-02-01"),
    ("DateTime.to_string(DateTime.utc_now())", "2026-01-31 20:15:30.123456Z"),
    (
        'DateTime.to_iso8601(DateTime.from_naive!(~N[2026-01-01 10:00:00], "Asia/Kolkata"))',
        "2026-01-01T10:00:00+05:30",
    ),
    ("DateTime.add(DateTime.utc_now(), 90, :minute)", "2026-01-31 21:45:30.123456Z"),
    (
        'elem(DateTime.from_iso8601("2026-01-01T10:00:00+05:30"), 1)',
        "2026-01-01 04:30:00Z",
    ),
    ('elem(DateTime.from_iso8601("2026-01-01T10:00:00+05:30"), 2)', "19800"),
    ('elem(DateTime.from_iso8601("soon"), 0)', "error"),
    ('NaiveDateTime.from_iso8601!("2026-01-01T10:00:00")', "2026-01-01 10:00:00"),
    ("NaiveDateTime.new!(~D[2026-01-01], ~T[10:00:00])", "2026-01-01 10:00:00"),
    ("NaiveDateTime.diff(~N[2026-01-02 00:00:00], ~N[2026-01-01 00:00:00], :second)", "86400"),
    ("NaiveDateTime.compare(~N[2026-01-02 00:00:00], ~N[2026-01-01 00:00:00])", "gt"),
    ('Calendar.strftime(~D[2026-02-03], "%d %b %Y")', "03 Feb 2026"),
    ('Calendar.strftime(~D[2026-02-03], "%-d/%m/%y %A %B")', "3/02/26 Tuesday February"),
    ('Calendar.strftime(~D[2026-02-03], "%j %u %q %%")', "034 2 1 %"),
    (
        'Calendar.strftime(~N[2026-02-03 15:04:05.670], "%I:%M %p %P %f %x %X %c")',
        "03:04 PM pm 670 2026-02-03 15:04:05 2026-02-03 15:04:05",
    ),
    ('Calendar.strftime(~D[2026-02-03], "%e")', None),
    ('Calendar.strftime(~D[2026-02-03], "%H")', None),
    # Timex
    ("Timex.today()", "2026-01-31"),
    ('Timex.today("Asia/Kolkata")', "2026-02-01"),
    ("Timex.now()", "2026-01-31 20:15:30.123456Z"),
    ('Timex.now("Asia/Kolkata") |> DateTime.to_iso8601()', "2026-02-01T01:45:30.123456+05:30"),
    (
        'Timex.parse!("2/01/2026", "{D}/{0M}/{YYYY}")'
        " |> then(&(Timex.diff(Timex.now(), &1, :day)))",
        "29",
    ),
    ("Timex.diff(~D[2026-03-01], ~D[2026-01-31], :months)", "1"),
    ("Timex.diff(~D[2026-01-01], ~D[2028-01-01], :years)", "-2"),
    ("Timex.diff(~D[2026-01-01], ~D[2026-01-20], :weeks)", "-2"),
    ("Timex.compare(~D[2026-01-01], Timex.now())", "-1"),
    ("Timex.to_unix(~D[1970-01-02])", "86400"),
    ('Timex.format!(~D[2026-02-03], "{D} {Mfull} {YYYY}, {WDshort}")', "3 February 2026, Tue"),
    (
        'Timex.format!(~N[2026-02-03 05:04:09], "{0D}.{0M} {h24}:{m} {h12} {AM}")',
        "03.02 05:04 5 AM",
    ),
    ('Timex.format!(~D[2026-02-03], "none")', None),
    ('Timex.format!(~D[2026-02-03], "%d/%m/%Y", :strftime)', "03/02/2026"),
    ("Timex.shift(~D[2028-02-29], years: 1)", "2029-03-01"),
    ("Timex.shift(~D[2026-01-31], months: 1)", "2026-02-28"),
    ("Timex.shift(~D[2026-01-31], days: 1)", "2026-02-01"),
    ("Timex.shift(~N[2026-01-31 10:00:00], hours: -11)", "2026-01-30 23:00:00.000000"),
    ('Timex.parse!("2026-02-03 10:20", "{YYYY}-{0M}-{0D} {h24}:{m}")', "2026-02-03 10:20:00"),
    ('Timex.parse!("3 Feb 2026 2 PM", "{D} {Mshort} {YYYY} {h12} {AM}")', "2026-02-03 14:00:00"),
    ('Timex.parse!("soon", "{D}")', None),
    ("Timex.month_name(2)", "February"),
    ("Timex.month_name(13)", None),
    ('Timex.to_datetime(~D[2026-02-03], "Asia/Kolkata") |> DateTime.to_unix()', "1770057000"),
    ('Timex.Timezone.convert(Timex.now(), "Asia/Kolkata") |> DateTime.to_date()', "2026-02-01"),
    # patterns
    (r'Regex.match?(~r/^\d{10}$/, "9876543210")', "true"),
    ('Regex.match?(~r/ASHA/i, "asha")', "true"),
    (r'Regex.match?(~r/^\w+$/u, "नमस्ते")', "true"),
    (r'Regex.run(~r/(\d+)-(\d+)/, "a 12-34") |> Enum.join("|")', "12-34|12|34"),
    (r'is_nil(Regex.run(~r/\d/, "a"))', "true"),
    (r'Regex.run(~r/(\d+)-(\d+)/, "12-34", capture: :all_but_first) |> Enum.join("|")', "12|34"),
    (r'Regex.replace(~r/\D/, "+91 98-76", "")', "919876"),
    (r'Regex.replace(~r/(a)(b)/, "ab", "\\2\\1")', "ba"),
    (r'Regex.replace(~r/[ab]/, "ab", fn x -> String.upcase(x) end)', "AB"),
    (r'Regex.replace(~r/a/, "aa", "b", global: false)', "ba"),
    (r'Regex.scan(~r/\d/, "1a2") |> Enum.map_join(",", &hd(&1))', "1,2"),
    # templates
    ('Jason.decode!(Glific.send_template("u1", ["a", 2]))["variables"] |> Enum.join(",")', "a,2"),
    ('Jason.decode!(Glific.Clients.ArogyaWorld.template("u1", []))["name"]', "Template"),
    ('Glific.Clients.Tap.template("missing")', None),
]


@pytest.mark.parametrize(("source", "expected"), ROWS)
def test_function(source, expected):
    if expected is None:
        with pytest.raises(ExpressionError):
            evaluate(source, now=NOW)
    else:
        assert to_text(evaluate(source, now=NOW)) == expected


@pytest.mark.parametrize(
    "name",
    [
        "Glific.send_template",
        "Glific.Clients.PehlayAkshar.send_template",
        "Glific.Clients.DigitalGreen.send_template",
    ],
)
def test_templates_are_built_and_not_sent(name):
    built = json.loads(evaluate(f'{name}("u1", ["a\\"b"])'))
    assert built == {"uuid": "u1", "variables": ['a"b'], "expression": None}


def test_a_template_is_found_by_shortcode():
    scope = Scope(templates={"hello": {"uuid": "u9", "number_parameters": 3}})
    built = json.loads(render('<%= Glific.Clients.Tap.template("hello", "a|b") %>', scope))
    assert built["uuid"] == "u9"
    assert built["variables"] == ["a", "b", "{{ missing var  }}"]


NAMED_ELSEWHERE = {
    *(f"Glific.Clients.{client}.send_template/2" for client in ("PehlayAkshar", "DigitalGreen")),
    "Glific.Clients.Tap.template/2",
}


@pytest.mark.parametrize("name", sorted(set(VOCABULARY.names()) - NAMED_ELSEWHERE))
def test_every_function_has_an_example(name):
    called = name.rpartition("/")[0]
    assert any(re.search(rf"(?<![\w.]){re.escape(called)}\(", source) for source, _ in ROWS)
