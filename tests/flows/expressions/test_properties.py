"""Random texts and bindings through the whole road: no crash, nothing over the limits."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.expressions import Scope, check, render, substitute, variables
from flows.expressions.vocabulary import VOCABULARY
from tests.endless import ends

PATIENCE_SECONDS = 3.0  # of CPU
RUNS = settings(max_examples=400, derandomize=True, deadline=None, database=None)

LITERALS = ["1", "0", "-7", "2.5", "nil", "true", '"a"', '"@results.a"', "[1, 2]", "%{}", ":day"]
LITERALS += ["1..9", "~D[2026-01-31]", "~T[10:00:00]", "~r/a+/", "'ab'", "@results.a", "x"]
SYMBOLS = "+ - * / <> == < in and or && || |> .. = ! not & @ ( ) [ ] { } , ; . do end -> %>"
CALLS = [name.rpartition("/")[0] + "(" for name in VOCABULARY.names()]
WORDS = [
    *LITERALS,
    *SYMBOLS.split(),
    "\n",
    *CALLS,
    "fn x ->",
    "&(&1",
    "if",
    "cond",
    "case",
    "when",
    "#{",
    '"',
    "ƒ0ƒ",
]

names = st.sampled_from(
    ["a", "ab", "A", "name", "fields", "parent", "child", "नाम", "input", "value"]
)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
leaves |= st.sampled_from(["@results.a", "<%= 1 %>", '"', "\\", "9" * 4500, "ƒ0ƒ"])
trees = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
maps = st.dictionaries(names, trees, max_size=4)
scopes = st.builds(Scope, contact=maps, results=maps, flow=maps, globals=maps)

mentions = st.lists(names, min_size=1, max_size=6).map(".".join)
pieces = st.one_of(
    st.text(max_size=12),
    st.builds("@{}.{}".format, st.sampled_from(["results", "contact", "global", "x"]), mentions),
    st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join).map("<%= {} %>".format),
)
texts = st.lists(pieces, max_size=6).map("".join)
calls = st.builds(
    lambda entry, arguments: (
        f"<%= {entry.name.rpartition('/')[0]}({', '.join(arguments[: len(entry.accepts)])}) %>"
    ),
    st.sampled_from(list(VOCABULARY)),
    st.lists(
        st.sampled_from([*LITERALS, "fn x -> x end", "&(&1)", "&(&1 == &2)", "global: false"]),
        min_size=3,
        max_size=4,
    ),
)


def go_through(text: str, scope: Scope) -> None:
    reasons: list[str] = []
    shown = render(text, scope, reasons.append)
    assert len(shown.encode("utf-8", "surrogatepass")) <= 10_000
    assert len(reasons) <= 1
    assert (shown == "Invalid Code") >= bool(reasons)
    assert isinstance(substitute(text, scope), str)
    assert all("@" not in name for name in variables(text))
    assert check(text) is None or check(text)


@RUNS
@given(texts, scopes)
def test_any_text_with_any_bindings(text, scope):
    with ends(PATIENCE_SECONDS):
        go_through(text, scope)


@RUNS
@given(calls, scopes)
def test_any_function_with_any_arguments(text, scope):
    with ends(PATIENCE_SECONDS):
        go_through(text, scope)
