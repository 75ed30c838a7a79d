"""Questions in groups: what asks for the same stands together, in every script."""

from __future__ import annotations

import time

from answers.asked.groups import grouped
from answers.asked.question import MODEL, Question


def question(text: str, at: float = 0.0) -> Question:
    return Question(text, at, MODEL, "1-0", "parse_via_chat_gpt", "c1")


def titles(*texts: str) -> list[list[str]]:
    groups = grouped([question(text) for text in texts])
    return [[one.text for one in group.questions] for group in groups]


def test_wordings_of_one_question_stand_together() -> None:
    asked = [
        "When are the school fees due?",
        "school fees due date?",
        "what is the due date of school fees",
        "Which seeds for wheat?",
        "wheat seeds which one",
    ]
    assert titles(*asked) == [asked[:3], asked[3:]]


def test_hindi_and_hinglish_stand_together() -> None:
    asked = ["गेहूं में खाद कब डालें?", "gehun mein khaad kab daalein", "गेहूं में पानी कब दें?"]
    assert titles(*asked)[0] == asked[:2]


def test_what_shares_small_words_only_stands_apart() -> None:
    assert (
        len(titles("How do I get a loan?", "How do I get a passport?", "How do I get ready?")) == 3
    )


def test_questions_without_a_word_that_tells_stand_with_their_like() -> None:
    assert titles("?", "ok?", "?", "👍") == [["?", "?"], ["ok?"], ["👍"]]


def test_the_title_is_the_wording_used_most() -> None:
    (group,) = grouped([question(text) for text in ("fees due?", "fees due", "fees due")])
    assert group.title == "fees due"


def test_five_thousand_questions_take_little_work() -> None:
    words = ["wheat", "rice", "loan", "fees", "school", "milk", "cow", "rain", "seed", "bank"]
    asked = [
        question(f"{words[n % 10]} {words[n // 10 % 10]} {words[n // 100 % 10]} {n // 1000}")
        for n in range(5_000)
    ]
    began = time.process_time()
    groups = grouped(asked)
    assert sum(len(group.questions) for group in groups) == 5_000
    assert time.process_time() - began < 5
