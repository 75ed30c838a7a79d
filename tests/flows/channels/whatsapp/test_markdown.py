"""Markdown to WhatsApp's marks: examples, and what must never happen."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flows.channels.whatsapp.markdown import to_whatsapp
from tests.endless import ends

RUNS = settings(max_examples=300, derandomize=True, deadline=None, database=None)

EXAMPLES = [
    ("**bold** word", "*bold* word"),
    ("**bold** and *italic*", "*bold* and _italic_"),
    ("***both*** here", "*_both_* here"),
    ("__two words__", "*two words*"),
    ("~~gone~~", "~gone~"),
    ("# Title", "*Title*"),
    ("### **Title** ###", "*Title*"),
    ("## About C#\n## Why # is not a number ##", "*About C#*\n*Why # is not a number*"),
    ("# ###", ""),
    ("[site](https://x.org/a_b_c)", "site: https://x.org/a_b_c"),
    ("[https://x.org](https://x.org)", "https://x.org"),
    ("![chart](https://x.org/c.png)", "chart: https://x.org/c.png"),
    ('[site](https://x.org "title") **x**', "site: https://x.org *x*"),
    ("**[site](https://x.org)**", "*site: https://x.org*"),
    ("see[site](https://x.org)now **x**", "see site: https://x.org now *x*"),
    ("<https://x.org> **x**", "https://x.org *x*"),
    ("* one\n* **two**", "- one\n- *two*"),
    ("1. **Eat**\n2. Sleep", "1. *Eat*\n2. Sleep"),
    ("`**code**` **x**", "`**code**` *x*"),
    ("```python\na = b ** c\n```\n**x**", "```\na = b ** c```\n*x*".replace("```\na", "```a")),
    ("| a | b |\n|---|---|\n| 1 | 2 |", "*a | b*\n1 | 2"),
    ("a | b\n :-- | --:\n1 | 2", "*a | b*\n1 | 2"),
    ("above\n\n---\n\n**below**", "above\n\n\n\n*below*"),
    ("> **quoted**", "> *quoted*"),
    (r"\*not\* **bold**", "*not* *bold*"),
    ("**हिन्दी** में", "*हिन्दी* में"),
    ("**مهم**: نص", "*مهم*: نص"),
    ("**Step 1:** wash\n**Step 2:** dry", "*Step 1:* wash\n*Step 2:* dry"),
]

PLAIN = [
    "",
    "Dear *Asha*, your _order_ is ~late~",
    "2 * 3 * 4 = 24 and 2**3 is 8",
    "snake_case_name and __init__",
    "a < b > c | d",
    "#1 in India, #हिन्दी",
    "- one\n- two\n1. three",
    "https://x.org/a_b_c?d=*e*&f=__g__",
    "5 * 5\n* one\n* two",
    "¯\\_(ツ)_/¯",
    "[draft] (see page 3)",
    "* * *",
    "**",
    "```",
    "a ** b ** c",
    "100% ~ 200%",
]


@pytest.mark.parametrize(("markdown", "shown"), EXAMPLES)
def test_examples(markdown: str, shown: str) -> None:
    assert to_whatsapp(markdown) == shown


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_and_whatsapps_own_marks_stay(text: str) -> None:
    assert to_whatsapp(text) == text


WORD = re.compile(r"[^\W_]+")
MARKS = st.sampled_from([*"*_~`#[]()<>|\\-+!\n ", "**", "__", "```", "](https://x.org)"])
WORDS = st.sampled_from(["a", "हाँ", "Ж", "7", "https://x.org/a_b", "👍🏽", "end."])
MARKDOWN = st.lists(MARKS | WORDS, max_size=60).map("".join)


@RUNS
@given(st.text(st.characters(exclude_characters="*_~`#[]()<>|\\-", exclude_categories=["Cs"])))
def test_text_without_marks_is_untouched(text: str) -> None:
    assert to_whatsapp(text) == text


@RUNS
@given(MARKDOWN)
def test_no_word_is_lost_or_invented(text: str) -> None:
    """Save the language of a code block, and a link's label that repeats its address."""
    assume("```" not in text and "~~~" not in text and "[https://x.org" not in text)
    assert WORD.findall(to_whatsapp(text)) == WORD.findall(text)


@RUNS
@given(MARKDOWN)
def test_no_private_character_is_left(text: str) -> None:
    assert not re.search("[\ue000\ue001]", to_whatsapp(text))


@RUNS
@given(st.text())
def test_any_text_goes_through(text: str) -> None:
    to_whatsapp(text)


@pytest.mark.parametrize(
    "unit",
    [
        "**",
        "*a",
        "[",
        "[a](",
        "`",
        "~~a",
        "|-",
        "# ",
        "__a",
        "<https://",
        "**a *",
        "* ",
        "\\*",
        "\n|",
        "***a",
    ],
)
def test_time_grows_with_length_only(unit: str) -> None:
    assert_linear("**b** " + unit * (60_000 // len(unit)))


@pytest.mark.parametrize(
    ("before", "unit", "after"),
    [
        ("# x", " ", "y"),
        ("# x", "#", "y"),
        ("|\n", " ", "x|"),
        ("|\n--", " ", "x|"),
        ("|\n", "-", "x|"),
        ("__", " ", "x"),
        ("__x", " ", "_"),
        ("", "~", "`"),
        ("", "`", "x"),
        ("[x](https://x.org", " ", '"'),
        ("", "* ", "x"),
        ("", "- ", "x"),
        ("\n", " ", "*"),
    ],
)
def test_time_does_not_grow_faster_with_a_run_that_ends_wrongly(
    before: str, unit: str, after: str
) -> None:
    assert_linear(f"**b**\n{before}{unit * (60_000 // len(unit))}{after}")


def assert_linear(hostile: str) -> None:
    with ends(2):
        to_whatsapp(hostile)
