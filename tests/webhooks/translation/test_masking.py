"""What is masked in a text before a model sees it, and comes back unharmed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.endless import ends
from tests.webhooks.translation.entries import steady
from webhooks.translation.masking import Masked, mask, unmask


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
    [
        "{%",
        "%{",
        '<a "',
        "<a ",
        "{{",
        "@(",
        "@((x)",
        "http://",
        "](",
        "`",
        "``` ",
        "<script>",
        "<!--",
        "a@",
    ],
)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    with ends(5):
        mask((unit * 200_000)[:200_000])
