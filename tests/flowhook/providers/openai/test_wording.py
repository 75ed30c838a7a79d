"""What a voice said, compared with what it was to read; and texts cut into passages."""

from __future__ import annotations

import pytest

from flowhook.providers.openai import wording
from flowhook.providers.openai.wording import is_reading, likeness, passages, says_the_same
from tests.examples import check_examples

TEXT = "Give the child ORS after every loose stool, and wash your hands."


def test_examples() -> None:
    check_examples(wording)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        (TEXT, TEXT),
        (TEXT, TEXT.upper().replace(",", "")),
        ("E-mail us: it's free!", "email us its free"),
        ("नमस्ते, आप कैसे हैं?", "नमस्ते आप कैसे हैं"),
        ("क्\u200dषमा", "क्षमा"),
        ("ﬁve", "five"),
        ("Straße", "STRASSE"),
        ("एक।दो", "एक दो"),
    ],
)
def test_case_punctuation_and_joiners_make_no_difference(text: str, spoken: str) -> None:
    assert says_the_same(text, spoken)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        (TEXT, TEXT.replace("after", "before")),
        (TEXT, "Sure! " + TEXT),
        (TEXT, TEXT[:-12]),
        ("दवा खाएँ", "दवा न खाएँ"),
        ("की", "कि"),
        ("Take 2 a day", "Take two a day"),
        (TEXT, ""),
    ],
)
def test_any_other_word_is_a_difference(text: str, spoken: str) -> None:
    assert not says_the_same(text, spoken)


def test_words_again_and_again_are_compared_at_once() -> None:
    """A matching that goes back and forth takes hours for these."""
    text, spoken = "a " * 300, "a b " * 50_000
    assert 0 < likeness(text, spoken) < 0.01
    assert is_reading(text, spoken)


def test_the_longest_common_order_counts() -> None:
    assert likeness("a b c d e f", "c d a b e f") == pytest.approx(8 / 12)
    assert likeness("a", "a") == 1.0
    assert likeness("a", "...") == likeness("...", "...") == 0.0


def test_the_closer_is_more_alike() -> None:
    one_word = likeness(TEXT, TEXT.replace("after", "before"))
    assert 1 > one_word > likeness(TEXT, TEXT[:30]) > likeness(TEXT, "Of course I can help") >= 0


@pytest.mark.parametrize(
    ("text", "spoken", "reads"),
    [
        (TEXT, TEXT[:40], True),
        (TEXT, "Sure, I will! " + TEXT + " Anything else?", True),
        (TEXT, "Yes, you should see a doctor.", False),
        (TEXT, "", False),
        (TEXT, "अपने हाथ धोएँ", False),
        ("Call 98 76 54 32 10 now please", "Call nine eight seven six now please", True),
        ("₹ 5,000", "five thousand rupees", True),
        ("Hello!", "Hi", True),
    ],
)
def test_half_of_the_words_make_a_reading(text: str, spoken: str, reads: bool) -> None:
    assert is_reading(text, spoken) is reads


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", ["One. Two."]),
        ("One is here. Two is here.", ["One is here.", "Two is here."]),
        ("एक यहाँ है। दो वहाँ है।", ["एक यहाँ है।", "दो वहाँ है।"]),
        ("a" * 45, ["a" * 20, "a" * 20, "a" * 5]),
        ("aaaa bbbb cccc dddd eeee", ["aaaa bbbb cccc dddd", "eeee"]),
        ("Line one\nLine two\n\nLine three", ["Line one Line two", "Line three"]),
        ("", [""]),
        ("  ", ["  "]),
    ],
)
def test_passages_end_with_sentences_or_words(text: str, expected: list[str]) -> None:
    assert passages(text, most=20) == expected


@pytest.mark.parametrize("text", ["word " * 800, "Sentence one is here! " * 180, "x" * 4096])
def test_passages_leave_no_letter_out(text: str) -> None:
    cut = passages(text)
    assert "".join("".join(cut).split()) == "".join(text.split())
    assert max(map(len, cut)) <= wording.PASSAGE_CHARACTERS
    assert len(cut) <= 8
