"""The language: worked examples, values and their texts, syntax, and reasons of refusal."""

from __future__ import annotations

import pytest

from flows.expressions import Scope, check, evaluate, render

SCOPE = Scope(contact={"in_groups": [3, 5], "fields": {"x": ""}}, results={"n": {"input": "7"}})

TEXTS = [
    ("<%= 4 + 4 %>", "8"),
    ("  <%= 7 / 2 %>  ", "3.5"),
    ("<%= 6 / 2 %>", "3.0"),
    ("<%= round(2.5) %> <%= trunc(-2.7) %>", "3 -2"),
    ("Marks: <%= 3 * 5 %>/20", "Marks: 15/20"),
    ("<%= 1 %> and <%= 1/0 %>", "Invalid Code"),
    ('<%= if 2 > 3, do: "x" %>', ""),
    ('<%= "5" in @contact.in_groups %>', "true"),
    ("<%= 1 == 1.0 %> <%= 1 === 1.0 %>", "true false"),
    ('<%= Enum.any?(["@contact.fields.x"], &String.starts_with?(&1, "@")) %>', "true"),
    ('<%= "@contact.fields.x" == "" %>', "false"),
    ("<%= x = 3\n x * x %>", "9"),
    ("<% 4 + 4 %>", "<% 4 + 4 %>"),
    ("Please apply for it %> now", "Please apply for it %> now"),
    ("open <%= 4 + 4", "open <%= 4 + 4"),
    ('<%= "%>" %>', "Invalid Code"),
    ("<%= [1, 2] %>", "\x01\x02"),
    ("<%= 1 %>\n<%= 2 %>", "1\n2"),
    ("<%=\n 4 +\n 4\n%>", "8"),
    ("<%= %>", ""),
    ('<%= Regex.replace(~r/\\D/, "न1", "-") %>', "---1"),
    ('<%= Regex.run(~r/./, "न") |> hd() %>', "\ufffd"),
    ('<%= Regex.scan(~r/./, "न") |> Enum.map_join("", &hd(&1)) %>', "न"),
    ('<%= [Enum.at(String.split("न।म", ~r/\\xe0/), 1), "x"] %>', "\ufffd\ufffdx"),
]

VALUES = [
    ("1_000", 1000),
    ("0x1F", 31),
    ("1.5e3", 1500.0),
    ("?a", 97),
    ("nil", None),
    (":day == :day", True),
    (r'"a\n\t\"\\\u0041\x42\u{1F600}"', 'a\n\t"\\AB😀'),
    ('"n is #{1 + 1}#{nil}#{true}"', "n is 2true"),
    ("~s(a (b) #{1}", "a (b"),
    ("~s(a #{1})", "a 1"),
    ("'ab'", [97, 98]),
    ('"""\n  one\n   two\n  """', "one\n two\n"),
    ('%{"a" => 1, b: 2}["a"]', 1),
    ('%{"name" => "a"}.name', "a"),
    ("%{a: 1}.a", 1),
    ("nil[1]", None),
    ('%{true => "t", 1 => "one"}[true]', "t"),
    ("1 # a comment", 1),
    ("10 / 4 |> round()", 3),
    ('"a" <> "b" |> String.upcase()', "AB"),
    ('"abc" |> String.length() == 3', True),
    ("!nil == true", True),
    ("not 1 in [2]", True),
    ("1 not in [2]", True),
    ('3 in ["1", "3"]', False),
    ("2 + 3 * 4 - -1", 15),
    ("9 / 2 |> trunc", 4),
    ('"a" |> String.upcase', "A"),
    ('"a" |> String.upcase |> is_binary', True),
    ('%{"x" => 1}.y', None),
    ('%{"x" => 1}.y || "no y"', "no y"),
    ('%{"x" => 1, x: 2}.x', 2),
    ('Enum.map_join(%{"b" => 2, "a" => 1}, ",", &elem(&1, 0))', "a,b"),
    ('Enum.map(%{"b" => 1, 2 => 2, 10 => 4, a: 3}, &elem(&1, 1))', [2, 4, 3, 1]),
    ('Enum.at(Jason.decode!("{\\"z\\": 1, \\"a\\": 2}"), 0) |> elem(1)', 2),
    ('Regex.match?(~r/^.$/, "न")', False),
    ('Regex.match?(~r/^...$/, "न")', True),
    ('Regex.match?(~r/^.$/u, "न")', True),
    ('Regex.match?(~r/नम/, "नमस्ते")', True),
    ('Regex.replace(~r/म/, "नमन", "x")', "नxन"),
    ('Regex.replace(~r/(न)म/, "नमन", fn _a, b -> b <> "!" end)', "न!न"),
    ('String.split("aनb", ~r/न/)', ["a", "b"]),
    ('String.replace("नमन", ~r/न/, "-")', "-म-"),
    (f"length('{'a' * 290}')", 290),
    (f'String.length("{"a" * 9_000}")', 9_000),
    ('"100" > "20"', False),
    ('100 > "20"', False),
    ("nil > 5", True),
    ("[1] > %{}", True),
    ("[1, 2] == [1.0, 2]", True),
    ("[1, 2] === [1.0, 2]", False),
    ("nil || 5", 5),
    ("false && (1 / 0)", False),
    ("1 && 2", 2),
    ("true and false or true", True),
    ("1 != 2 and 1 !== 1.0", True),
    ("if nil do 1 else 2 end", 2),
    ("if 1 do\n x = 2\n x + 1\n end", 3),
    ("x = 1\n if true do\n x = 2\n x\n end\n x", 1),
    ("nil |> if(do: 1, else: 2)", 2),
    ('cond do 5 > 7 -> "a"; 5 > 3 -> "b"; true -> "c" end', "b"),
    ('case 3 do 3 -> "x"; _ -> "y" end', "x"),
    ('case "b" do\n "a" -> 1\n "b" -> 2\n end', 2),
    ("case {:ok, 4} do {:error, e} -> e; {:ok, n} when n > 3 -> n * 2; _ -> 0 end", 8),
    ('case %{"k" => [1, 2]} do %{"k" => [a, b]} -> a + b end', 3),
    ("case 1 do 1.0 -> 1; x -> x + 1 end", 2),
    ("5 |> case do 5 -> :ok; _ -> :error end == :ok", True),
    ("1..3 |> Enum.map(&(&1 * 2))", [2, 4, 6]),
    ("3..1 |> Enum.map(&(&1))", [3, 2, 1]),
    ("Enum.map([1, 2], fn x ->\n y = x + 1\n y * 2\n end)", [4, 6]),
    ("Enum.map([[1], [2]], fn x -> Enum.map(x, fn y -> y + 1 end) end)", [[2], [3]]),
    ("~D[2026-02-01] > ~D[2026-01-15]", False),
    ("max(~D[2026-02-01], ~D[2026-01-15]) |> Date.to_string()", "2026-01-15"),
    ("15/08/2026 |> is_number()", True),
    ("unknown", None),
    ("@unknown", None),
    ("elem({:ok, 5}, 1)", 5),
    ("[a: 1, b: 2] |> Enum.count()", 2),
    ("1; 2", 2),
    ("((((5))))", 5),
    ('String.length "abc"', 3),
]

FAILURES = [
    ("5 / 0", "division by zero"),
    ("rem(5, 0)", "division by zero"),
    ("div(5, 0)", "division by zero"),
    ("1 +", "invalid expression syntax"),
    ('if true, do: 1, else: System.cmd("ls", [])', "System.cmd/2"),
    ('true || File.read!("/etc/passwd")', "File.read!/1"),
    ("if 1 do 2 else 3 end |> unknown()", "unknown/1"),
    ("with {:ok, x} <- {:ok, 1} do x end", "with/2"),
    ("for x <- [1], do: x", "for/2"),
    ("unless false, do: 1", "unless/2"),
    ("if true, do: 1, else: cond do true -> 2 end", "if/3"),
    ("cond 1 do true -> 2 end", "cond/2"),
    ("1 |> cond do true -> 2 end", "cond/2"),
    ("2 ** 3", "**/2"),
    ("[1] ++ [2]", "++/2"),
    ('"a" =~ "b"', "=~/2"),
    ("+5", "+/1"),
    ("+919800000000", "+/1"),
    ("x = 5", "=/2"),
    ("1 + (x = 5)", "=/2"),
    ('String.capitalize("a")', "String.capitalize/1"),
    (":foo", "bare atom :foo"),
    ("String", "module String used as a value; call it as String.function(...)"),
    ("f.(1)", "disallowed expression: f.(1)"),
    ("{1, 2}", "disallowed expression: {1, 2}"),
    ("{:ok, 1, 2}", "disallowed expression: {:ok, 1, 2}"),
    ("%{a | b: 1}", "disallowed expression: %{a | b: 1}"),
    ("%Foo{}", "disallowed expression: %Foo{}"),
    ("[1 | [2]]", "disallowed expression: [1 | [2]]"),
    ("fn x -> x end", "disallowed expression: fn x -> x end"),
    ("Enum.map([1], fn {:ok, x} -> x end)", "unsupported fn parameter"),
    ("Enum.map([1], fn -> 1 end)", "unsupported fn arity"),
    ("Enum.map([1], fn a, b, c -> 1 end)", "unsupported fn arity"),
    ("Enum.map([1], &String.upcase/1)", "unsupported capture"),
    ("Enum.map([1], &(1 + 1))", "unsupported capture"),
    ("&1", "unsupported capture"),
    ("1 <> 2", "<> requires strings"),
    ("1 in 2", "in requires a list"),
    ("1 in 1..2", "in requires a list"),
    ("hd([])", "hd requires a non-empty list"),
    ("then(1, 2)", "then requires a function"),
    ("Date.utc_today().year", "field access on non-map"),
    ("@results.missing + 1", "field access on non-map"),
    ("[1][0]", "bracket access on non-map"),
    ("cond do false -> 1 end", "no cond clause matched"),
    ("case 1 do 2 -> 1 end", "no case clause matched"),
    ("cond do 1 end", "disallowed cond clause 1"),
    (r"~r/a#{1}/", "disallowed interpolation ~r/a#{1}/"),
    ("not nil", "expression failed"),
    ("1 and true", "expression failed"),
    ("true or nil", "expression failed"),
    ('"a" + 1', "expression failed"),
    ("1.0e308 * 10.0", "expression failed"),
    ("~D[2026-02-30]", "expression failed"),
    ("~r/(?=a)/", "unsupported pattern (?=a)"),
    ("String.upcase(5)", "expression failed"),
    ("rem(5.0, 2)", "expression failed"),
    (f"length('{'a' * 300}')", "expression too complex"),
    (f"length([{', '.join(['1'] * 300)}])", "expression too complex"),
    (f'String.length("{"a" * 10_001}")', "expression output too large"),
    ("1 |> x", "x/1"),
    ("__MODULE__", "disallowed expression: __MODULE__"),
    ("Kernel.apply(1, 2, 3)", "Kernel.apply/3"),
    (":os.cmd('ls')", "disallowed expression: :os.cmd('ls')"),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_texts(text, expected):
    assert render(text, SCOPE) == expected


@pytest.mark.parametrize(("source", "expected"), VALUES)
def test_values(source, expected):
    value = evaluate(source)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(("source", "reason"), FAILURES)
def test_failures(source, reason):
    reasons: list[str] = []
    assert render(f"before <%= {source} %>", Scope(), reasons.append) == "Invalid Code"
    assert reasons == [reason]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("3.0", "3.0"),
        ("1.0e7", "1.0e7"),
        ("nil", ""),
        (":day", "day"),
        ('["a", ["b", 99]]', "abc"),
        ("~D[2026-01-02]", "2026-01-02"),
        ("~T[01:02:03.45]", "01:02:03.45"),
        ("~N[2026-01-02 03:04:05]", "2026-01-02 03:04:05"),
        ('DateTime.from_naive!(~N[2026-01-02 03:04:05], "Etc/UTC")', "2026-01-02 03:04:05Z"),
        (
            'DateTime.from_naive!(~N[2026-01-02 03:04:05], "Asia/Kolkata")',
            "2026-01-02 03:04:05+05:30 IST Asia/Kolkata",
        ),
        ("Decimal.from_float(2.50)", "2.5"),
        ("%{}", "Invalid Code"),
        ("1..2", "Invalid Code"),
        ("{:ok, 1}", "Invalid Code"),
        ("[1.5]", "Invalid Code"),
        ("[nil]", "Invalid Code"),
    ],
)
def test_printing(source, shown):
    assert render(f"<%= {source} %>", Scope()) == shown


def test_bindings_are_read_by_name():
    assert evaluate("count * 2 + @extra", {"count": 4, "extra": 1}) == 9


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("plain @results.x", None),
        ("<%= @results.x + 1 %>", None),
        ("<%= @results.hook.0.name <> @results.नाम %>", None),
        ("<%= @results.पिन-कोड %>", None),
        ("<%= 1 / 0 %>", None),
        ("<%= 1 %> <%= String.capitalize(@results.x) %>", "String.capitalize/1"),
        ("<%= @results.x( %>", "invalid expression syntax"),
        ("<%= {@results.x, 1} %>", "disallowed expression: {@results.x, 1}"),
        ("<%= " + " + ".join(["1"] * 151) + " %>", "expression too complex"),
    ],
)
def test_checking_at_publishing(text, reason):
    assert check(text) == reason
