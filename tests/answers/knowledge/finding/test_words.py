"""Words of every script, the spellings of Hinglish, and synonyms."""

from __future__ import annotations

import pytest

from answers.knowledge.finding.sounds import sounds
from answers.knowledge.finding.stems import stem
from answers.knowledge.finding.synonyms import synonyms_of
from answers.knowledge.finding.tokens import MOST_CHARACTERS, tokens

SPELLINGS = """
खाद khaad khad
फसल fasal fasl
गेहूं gehu gehun gehoon
बुवाई buwai buvai buwaayi
टीका tika teeka
बच्चा baccha bachha bachcha
सिंचाई sinchai sinchaai
योजना yojana yojna
बीमारी bimari beemari
बीमारियों bimariyon beemariyon
छात्रवृत्ति chhatravritti chatravriti
पेंशन pension
स्कूल school skool
मिट्टी mitti miti
ખાતર khatar
"""


@pytest.mark.parametrize("line", SPELLINGS.strip().splitlines())
def test_a_word_sounds_as_its_spellings_in_latin_letters_do(line: str) -> None:
    word, *spellings = line.split()
    for spelling in spellings:
        assert set(sounds(word)) & set(sounds(spelling)), spelling


def test_boys_and_girls_sound_differently() -> None:
    assert not set(sounds("लड़का")) & set(sounds("लड़की"))
    assert not set(sounds("ladke")) & set(sounds("ladki"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("தடுப்பூசி போடவும்", ["தடுப்பூசி", "போடவும்"]),
        ("বাংলা ভাষা", ["বাংলা", "ভাষা"]),
        ("১২ টাকা", ["12", "টাকা"]),
        ("Child's naïve café", ["child", "naive", "cafe"]),
        ("播种小麦", ["播种", "种小", "小麦"]),
        ("60kg, 2.5 ml, 1,20,000", ["60", "kg", "2.5", "ml", "120000"]),
        ("क\u200dख", ["कख"]),
    ],
)
def test_texts_are_cut_into_words(text: str, found: list[str]) -> None:
    assert tokens(text) == found


def test_a_run_of_letters_without_end_is_bounded() -> None:
    assert [len(one) for one in tokens("x" * 10_000)] == [MOST_CHARACTERS]


def test_synonyms_are_found_across_languages() -> None:
    assert stem("खाद") in synonyms_of("fertilizers", False)
    assert stem("fertilizer") in synonyms_of("khaad", True)
    assert synonyms_of("xylophone", False) == ()
    assert synonyms_of("khaad", False) == ()
