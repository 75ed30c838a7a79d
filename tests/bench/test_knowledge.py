"""The bench of knowledge asks what it says it asks, and its goals hold."""

from __future__ import annotations

import random

import pytest

from answers.knowledge.finding.index import Index
from answers.knowledge.finding.matcher import Matcher
from bench.knowledge import approved
from bench.knowledge.approved import PRECISION_GOAL, by_hand, replay
from bench.knowledge.corpus import FEW_SHARED, LANGUAGES, corpus, questions
from bench.knowledge.finding import RECALL_GOALS, WRONG_GOAL, Asked, ask, balanced


@pytest.fixture(scope="module")
def asked() -> dict[str, list[Asked]]:
    known = corpus()
    index = Index.build(known.documents)
    return {one: ask(index, known, balanced(known, one, is_held_out=True)) for one in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_questions_of_each_kind(language: str) -> None:
    known = corpus()
    both = [
        one for held_out in (True, False) for one in balanced(known, language, is_held_out=held_out)
    ]
    nowhere = [one for one in both if not one.answers]
    few = [one for one in both if one.answers and known.shared(one) <= FEW_SHARED]
    assert len(both) >= 60
    assert len(nowhere) == len(few) == len(both) / 3


def test_each_question_names_sections_that_exist_and_is_asked_once() -> None:
    known = corpus()
    all_questions = [one for language in LANGUAGES for one in questions(language)]
    assert {name for one in all_questions for name in one.answers} <= set(known.words)
    for language in LANGUAGES:
        texts = [one.text for one in questions(language)]
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_recall_is_as_good_as_it_must_be(asked: dict[str, list[Asked]], language: str) -> None:
    somewhere = [one for one in asked[language] if one.question.answers]
    recalled = sum(one.is_recalled for one in somewhere)
    assert recalled / len(somewhere) >= RECALL_GOALS[language]


def test_little_is_found_that_is_nowhere(asked: dict[str, list[Asked]]) -> None:
    nowhere = [one for found in asked.values() for one in found if not one.question.answers]
    assert sum(one.holds for one in nowhere) / len(nowhere) <= WRONG_GOAL


def test_approved_answers_are_right() -> None:
    chances = random.Random(3)
    known = approved.questions(chances)
    outcome = replay(Matcher((one.text, [one.text]) for one in known), known, chances)
    assert outcome.precision >= PRECISION_GOAL
    assert outcome.right >= 0.9 * approved.REPLAYED
    assert len(by_hand()) == 60
