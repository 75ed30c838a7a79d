"""Languages are told by script and words: how often rightly, over sentences of our own.

The half `held_out` was not looked at when the word lists were written. Of each language some are
of one to four words, and some have English words in them.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from answers.question_sets import language_words, languages
from answers.question_sets.languages import LANGUAGES, named, told
from tests.examples import check_examples

SENTENCES: dict[str, dict[str, list[str]]] = json.loads(
    Path(__file__).with_name("sentences.json").read_text("utf-8")
)
LEAST, LEAST_OF_EACH = 0.95, 0.85


def rate(language: str, half: str) -> float:
    sentences = SENTENCES[language][half]
    return sum(told(sentence) == language for sentence in sentences) / len(sentences)


def all_of(half: str) -> float:
    count = sum(len(halves[half]) for halves in SENTENCES.values())
    right = sum(rate(name, half) * len(halves[half]) for name, halves in SENTENCES.items())
    return right / count


def test_the_sentences_are_enough_and_of_every_kind() -> None:
    assert set(SENTENCES) == set(LANGUAGES)
    for halves in SENTENCES.values():
        every = halves["seen"] + halves["held_out"]
        assert len(set(every)) == len(every) >= 13
        assert len(halves["held_out"]) >= len(halves["seen"])
        assert sum(len(sentence.split()) <= 4 for sentence in every) >= 5
    assert sum(len(one) for halves in SENTENCES.values() for one in halves.values()) >= 200


@pytest.mark.parametrize("half", ["seen", "held_out"])
def test_nearly_all_are_told(half: str) -> None:
    assert all_of(half) >= LEAST


@pytest.mark.parametrize("language", LANGUAGES)
def test_most_of_each_language_are_told(language: str) -> None:
    halves = SENTENCES[language]
    right = sum(rate(language, half) * len(halves[half]) for half in halves)
    assert right / sum(map(len, halves.values())) >= LEAST_OF_EACH


@pytest.mark.parametrize(
    "text",
    [
        *("", "1, 2, 3", "👍🙏", "https://example.org/hindi", "Bonjour, comment allez-vous?"),
        *("شكرا جزيلا يا صديقي", "سلام حال شما چطور است", "今日は雨が降ります"),
    ],
)
def test_what_is_in_no_known_language_is_in_none(text: str) -> None:
    assert told(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("loan ಬೇಕಾದರೆ branch ನಲ್ಲಿ form ಕೊಡಿ", "Kannada"),
        ("The Hindi word for water is पानी.", "English"),
        ("Namaste! You can ask the ASHA worker.", "English"),
        ("Sir mera payment abhi tak nahi aaya, please check", "Hinglish"),
        ("देखें: https://example.org/a/very/long/address/in/english", "Hindi"),
        ("हा फ़ॉर्म भरा: " + "अर्ज मिळाला आहे. " * 1_000, "Marathi"),
    ],
)
def test_loan_words_and_addresses_do_not_change_a_language(text: str, language: str) -> None:
    assert told(text) == language


def test_a_language_has_a_name_and_a_code_in_any_case() -> None:
    for name, code in LANGUAGES.items():
        assert named(name.upper()) == named(code.upper()) == named(f" {code} ") == name
    assert named("hi-IN") == named("hi_in") == "Hindi"
    assert named("hi_Latn") == "Hinglish"
    assert named("Bangla") == "Bengali"
    assert named("") is named("french") is None


def test_no_word_speaks_for_two_languages() -> None:
    assert not language_words.HINDI & language_words.MARATHI
    latin = (language_words.HINGLISH, language_words.HINGLISH_TOO, language_words.ENGLISH)
    assert len(frozenset().union(*latin)) == sum(map(len, latin))


def test_the_examples() -> None:
    check_examples(languages)
