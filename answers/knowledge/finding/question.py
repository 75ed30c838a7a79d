"""A question as the index searches for it: its words, what each may mean and how much it weighs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log

from answers.knowledge.finding.small_words import LIGHT_WORDS, STOP_WORDS, is_hindi
from answers.knowledge.finding.stems import stem
from answers.knowledge.finding.tokens import tokens
from answers.knowledge.finding.vocabulary import SOUNDS_ALIKE, Variant, Vocabulary

MOST_CHARACTERS = 4000  # that are read of a question
MOST_TOKENS = 200  # likewise
MOST_WORDS = 24  # that are looked for: the rarest
UNSEEN = 1.0  # passages that a word counts as held by which none holds
LIGHT = 0.3  # how much a word weighs that says little, beside one that says much


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question, with its weight: the rarer it is in the passages, the more."""

    text: str
    variants: tuple[Variant, ...]
    weights: Mapping[str, float]  # of each variant: the nearer and the rarer, the more
    weight: float
    is_light: bool


def content_words(question: str) -> list[str]:
    """The words to look for, each once, in order; hostile lengths are cut.

    >>> content_words("When is the best time to sow wheat, and how is wheat sown?")
    ['best', 'time', 'sow', 'wheat', 'sown']
    """
    read = tokens(question[:MOST_CHARACTERS])[:MOST_TOKENS]
    return list(dict.fromkeys(one for one in read if one not in STOP_WORDS))


def words_of(question: str, vocabulary: Vocabulary, passages: int) -> list[Word]:
    """The words of a question as a base of so many passages holds them."""
    found = list(_once(_words(question, vocabulary, passages)))
    return sorted(found, key=lambda one: -one.weight)[:MOST_WORDS]


def _words(question: str, vocabulary: Vocabulary, passages: int) -> Iterator[Word]:
    hindi = is_hindi(tokens(question[:MOST_CHARACTERS])[:MOST_TOKENS])
    for text in content_words(question):
        variants = tuple(vocabulary.variants(text, hindi))
        is_light = text in LIGHT_WORDS
        factor = LIGHT if is_light else 1.0
        rarities = [rarity(one.passages, passages) for one in variants]
        weights = {
            one.term: one.nearness * value * factor
            for one, value in zip(variants, rarities, strict=True)
        }
        known = [
            value
            for one, value in zip(variants, rarities, strict=True)
            if one.nearness >= SOUNDS_ALIKE and one.nearness == variants[0].nearness
        ]
        weight = min(known, default=rarity(UNSEEN, passages)) * factor
        yield Word(text, variants, weights, weight, is_light)


def _once(words: Iterator[Word]) -> Iterator[Word]:
    """Without words of one stem: `vaccine` after `vaccination` tells nothing more."""
    seen = set()
    for word in words:
        key = word.variants[0].term if word.variants else stem(word.text)
        if key not in seen:
            seen.add(key)
            yield word


def rarity(held: float, passages: int) -> float:
    """The weight of a word that so many of the passages hold (BM25's, never below 0)."""
    return log(1 + (passages - held + 0.5) / (held + 0.5))
