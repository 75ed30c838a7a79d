"""Banned words: how many disguised ones are found, and what is not taken for one."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import regex  # type: ignore[import-untyped]

from answers.guardrails.rules.banned import has_banned
from answers.guardrails.rules.word_lists import MILD, STRONG, ListedWord, listed_words
from tests.answers.guardrails.rules.clean_sentences import CLEAN

LANGUAGES = {"en", "hi", "hi-Latn", "bn", "mr", "ta", "te", "gu", "kn", "ml", "pa", "or", "ur"}
MIN_RECALL, MAX_FALSE = 0.95, 0.005
DOCS = Path("docs")
ZERO_WIDTH = "\u200b\u200c\u2060"
LEET = {"a": "@4", "e": "3", "i": "1!", "o": "0", "s": "$5"}

Disguise = Callable[[str, random.Random], str]


def as_it_is(word: str, _chance: random.Random) -> str:
    return word


def in_capitals(word: str, _chance: random.Random) -> str:
    return word.upper()


def repeated(word: str, chance: random.Random) -> str:
    """A vowel, or the last letter, three to six times."""
    places = [at for at, one in enumerate(word) if one in "aeiou"] or [len(word) - 1]
    at = chance.choice(places)
    return word[:at] + word[at] * chance.randint(3, 6) + word[at + 1 :]


def in_leet(word: str, chance: random.Random) -> str:
    places = [at for at, one in enumerate(word) if one in LEET]
    if not places:
        return word
    at = chance.choice(places)
    return word[:at] + chance.choice(LEET[word[at]]) + word[at + 1 :]


def spaced(word: str, chance: random.Random) -> str:
    """Words of two letters stay: two short words are what they look like."""
    letters = clusters(word)
    return chance.choice((" ", ".", "-", " . ", "_", "*")).join(letters) if letters[2:] else word


def with_zero_widths(word: str, chance: random.Random) -> str:
    return chance.choice(ZERO_WIDTH).join(word)


def joined_once(word: str, chance: random.Random) -> str:
    parts = clusters(word)
    if len(parts) < 2:
        return word
    at = chance.randint(1, len(parts) - 1)
    return "".join(parts[:at]) + chance.choice("-._") + "".join(parts[at:])


def starred(word: str, chance: random.Random) -> str:
    if not word.isascii() or not word.isalpha() or len(word) < 4:
        return word
    at = chance.randint(1, len(word) - 2)
    return f"{word[:at]}*{word[at + 1 :]}"


def accented(word: str, _chance: random.Random) -> str:
    return word.translate(str.maketrans("aeiou", "áèîöú"))


def in_full_width(word: str, _chance: random.Random) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in word)


DISGUISES: tuple[Disguise, ...] = (
    *(as_it_is, in_capitals, repeated, in_leet, spaced, with_zero_widths, joined_once),
    *(starred, accented, in_full_width),
)
FRAMES = ("{}", "you {}!", "तू {} है", "kya {} bola?", "({})", '"{}"...', "ok {} 👍")


def clusters(word: str) -> list[str]:
    """The letters of a word with their marks, and those that a virama joins."""
    viramas = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d"
    found: list[str] = regex.findall(rf"\p{{L}}(?:[{viramas}]\p{{L}}|\p{{M}})*|.", word)
    return found


def is_one_word(listed: ListedWord) -> bool:
    return " " not in listed.text


def test_every_language_has_strong_and_mild_words() -> None:
    for severity in (STRONG, MILD):
        assert {one.language for one in listed_words() if one.severity == severity} == LANGUAGES
    assert {one.severity for one in listed_words()} == {STRONG, MILD}
    texts = [(one.language, one.text) for one in listed_words()]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("disguise", DISGUISES, ids=lambda one: one.__name__)
def test_disguised_words_are_found(disguise: Disguise) -> None:
    chance = random.Random(disguise.__name__)
    missed, count = [], 0
    for listed in listed_words():
        if is_one_word(listed) or disguise in (as_it_is, in_capitals, with_zero_widths):
            word = disguise(listed.text.removesuffix("*"), chance)
            text = chance.choice(FRAMES).format(word)
            count += 1
            if not has_banned(text, {"lists": MILD}):
                missed.append(text)
    assert len(missed) <= count * (1 - MIN_RECALL), missed


def test_clean_sentences_are_clean() -> None:
    taken = [text for text in CLEAN if has_banned(text, {})]
    assert len(taken) <= len(CLEAN) * MAX_FALSE, taken


def test_the_manual_is_clean() -> None:
    """The documentation, and what the pages say in Hindi, a sentence at a time."""
    texts = [path.read_text() for path in DOCS.glob("*.md")]
    texts.append(Path("web/catalogues/hi.po").read_text())
    sentences = [
        one for text in texts for one in re.split(r"(?<=[.।?!\"])\s+", text) if one.strip()
    ]
    taken = [one for one in sentences if has_banned(one, {})]
    assert len(sentences) > 2_000
    assert len(taken) <= len(sentences) * MAX_FALSE, taken


@pytest.mark.parametrize(
    ("text", "is_banned"),
    [
        ("Gutkha!", True),
        ("g u t k h a", True),
        ("gutkhas", False),
        ("I am from Gutkhapur", False),
        ("पान मसाला दो", True),
        ("पान, मसाला", True),
        ("पानमसाला", False),
        ("code 420 it is", True),
        ("420420", False),
        ("🖕🏽", True),
        ("betting site", True),
        ("BETTING", True),
        ("bet", False),
    ],
)
def test_own_words(text: str, is_banned: bool) -> None:
    words = ["gutkha", "पान मसाला", "420", "🖕", "betti*"]
    assert has_banned(text, {"words": words, "lists": "none"}) is is_banned


HOSTILE = {
    "letters": "a " * 50_000,
    "stars": "f*k " * 25_000,
    "marks": "a" + "\u0301\u0323" * 50_000,
    "joined": "a.b-" * 25_000,
    "leet": "a1$" * 33_000,
    "one letter": "s" * 100_000,
    "one digit": "1" * 100_000,
    "viramas": "क\u094d" * 50_000,
    "dots": "." * 100_000,
    "beginnings of phrases": "son of a " * 11_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_take_linear_time(text: str) -> None:
    """Four times the text takes far less than sixteen times as long."""

    def cpu(of: str) -> float:
        started = time.process_time()
        has_banned(of, {})
        return time.process_time() - started

    cpu(text[:100])
    assert cpu(text) < max(0.05, cpu(text[: len(text) // 4])) * 9
