"""Answers of the last day, on every kind of Redis."""

from __future__ import annotations

from typing import Any

import pytest

from answers.question_sets.question_set import Case, QuestionSet
from answers.question_sets.runs import answer_cache
from answers.question_sets.runs.answer_cache import AnswerCache, answer_digest, answer_key
from answers.question_sets.target import Answered
from flowhook.organisations.cipher import Cipher
from tests.fixtures_app import FIRST_KEY, SECOND_KEY

ANSWERED = Answered(
    {"crop": "wheat"},
    ("Wheat.",),
    results={"a": 1},
    reached=frozenset({"Yes", "n1"}),
    found=True,
    input_tokens=3,
    cost=0.1,
    knowledge=("A passage.",),
)
ASKED = QuestionSet("crops", "chat", {"prompt": "Help."})
CASE = Case("why", ("Why?",), {"n": 1})


@pytest.fixture
def cache(any_redis: Any) -> AnswerCache:
    return AnswerCache(any_redis, Cipher([FIRST_KEY]))


def test_an_answer_is_kept_for_a_day_and_sealed(cache: AnswerCache) -> None:
    cache.keep("acme", "d", ANSWERED, "run")
    assert cache.find("acme", "d") == (ANSWERED, "run")
    assert cache.find("acme", "e") is None
    assert cache.find("other", "d") is None
    assert 0 < cache.redis.ttl(answer_key("acme", "d")) <= 86_400
    assert b"wheat" not in cache.redis.get(answer_key("acme", "d"))
    assert AnswerCache(cache.redis, Cipher([SECOND_KEY])).find("acme", "d") is None


def test_errors_and_long_answers_are_not_kept(
    cache: AnswerCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.keep("acme", "d", Answered(status="overloaded"), "run")
    monkeypatch.setattr(answer_cache, "MOST_BYTES", 10)
    cache.keep("acme", "d", ANSWERED, "run")
    assert cache.find("acme", "d") is None


def test_a_days_answers_are_bounded(cache: AnswerCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.keep("acme", "1", ANSWERED, "run")
    monkeypatch.setattr(answer_cache, "MOST_A_DAY", 600)
    for name in "2345":
        cache.keep("acme", name, ANSWERED, "run")
    assert cache.find("acme", "1")
    assert cache.find("acme", "5") is None


def test_what_decides_an_answer_names_it() -> None:
    one = answer_digest(ASKED, CASE, {"prompts": {}}, 0)
    assert one == answer_digest(ASKED, CASE, {"prompts": {}}, 0)
    others = [
        answer_digest(QuestionSet("crops", "chat", {"prompt": "No."}), CASE, {"prompts": {}}, 0),
        answer_digest(ASKED, Case("why", ("When?",), {"n": 1}), {"prompts": {}}, 0),
        answer_digest(ASKED, Case("why", ("Why?",), {"n": 2}), {"prompts": {}}, 0),
        answer_digest(ASKED, CASE, {"prompts": {"help": 1}}, 0),
        answer_digest(ASKED, CASE, {"prompts": {}}, 1),
        answer_digest(ASKED, CASE, {"prompts": {}}, 0, "run"),
    ]
    assert len({one, *others}) == 7
    same = Case("other", ("Why?",), {"n": 1}, "A reference.", ({"contains": "x"},))
    assert answer_digest(ASKED, same, {"prompts": {}}, 0) == one
