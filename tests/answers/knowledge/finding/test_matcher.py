"""Which approved question a question is like."""

from __future__ import annotations

from answers.knowledge.finding.likeness import SURE
from answers.knowledge.finding.matcher import Matcher

PAIRS = [
    ("fee", ["When is the school fee due?", "school fee ki last date kab hai"]),
    ("dose", ["What dose of paracetamol for a 2 year old child?"]),
    ("wheat", ["When to sow wheat?", "गेहूं की बुवाई कब करें"]),
]


def test_the_same_question_is_found_in_other_words_order_and_spelling() -> None:
    matcher = Matcher(PAIRS)
    assert matcher.best("school fee due when??") == ("fee", 1.0)
    assert matcher.best("gehun ki buwai kab karni hai sir") is None
    for question in ("gehun ki buwai kab kare", "WHEN should I sow wheat", "when to sow wheats"):
        name, likeness = matcher.best(question) or ("", 0.0)
        assert name == "wheat"
        assert likeness >= SURE
    assert (matcher.best("paracetmol dose for 2 year old child") or ("", 0))[0] == "dose"


def test_another_question_is_not() -> None:
    matcher = Matcher(PAIRS)
    for question in (
        "When is the school fee not due?",
        "Where to sow wheat?",
        "When to sow rice?",
        "What dose of paracetamol for a 5 year old child?",
        "",
        "?",
        "x" * 5000,
    ):
        assert (matcher.best(question) or ("", 0.0))[1] < SURE


def test_ids_come_and_go() -> None:
    matcher = Matcher(PAIRS)
    matcher.add("rice", ["When to sow rice?"])
    assert (matcher.best("when to sow rice") or ("", 0))[0] == "rice"
    matcher.add("rice", ["When to plant rice?"])
    assert matcher.best("when to sow rice") is None
    matcher.remove("rice")
    matcher.remove("rice")
    assert matcher.best("when to plant rice") is None
    assert len(matcher) == 5


def test_nothing_stays_of_questions_that_are_gone() -> None:
    matcher = Matcher(PAIRS)
    for name, _ in PAIRS:
        matcher.remove(name)
    assert not any((len(matcher), matcher._holding, matcher._words, matcher._known))
