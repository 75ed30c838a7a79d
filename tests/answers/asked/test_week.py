"""What people asked in a week, out of the questions of two."""

from __future__ import annotations

from answers.asked.question import KNOWLEDGE, NOBODY, Question, answered_by
from answers.asked.week import WEEK_SECONDS, week_of

NOW = 1_800_000_000.0


def asked(text: str, days_ago: float, by: str = KNOWLEDGE, contact: str = "1") -> Question:
    return Question(text, NOW - days_ago * 86_400, by, f"{days_ago}-0", "filesearch-gpt", contact)


def test_a_group_is_new_where_nobody_asked_it_the_week_before() -> None:
    week = week_of(
        [
            asked("school fees due date?", 1, NOBODY),
            asked("Which seeds for wheat?", 2),
            asked("When are school fees due?", 9),
            asked("How tall is a cow?", 10),
        ],
        NOW,
    )
    assert [(group.title, group.is_new) for group in week.groups] == [
        ("Which seeds for wheat?", True),
        ("school fees due date?", False),
    ]
    assert (week.count, week.by, week.more) == (2, {KNOWLEDGE: 1, NOBODY: 1}, 0)


def test_nothing_is_new_where_nothing_is_known_of_the_week_before() -> None:
    """Else all of it were, in a log that keeps seven days or no more than this week."""
    assert [group.is_new for group in week_of([asked("fees?", 2)], NOW).groups] == [False]


def test_a_week_that_begins_late_says_so() -> None:
    assert week_of([asked("fees?", 2)], NOW).since == "2027-01-13T08:00:00.000Z"
    assert week_of([], NOW).since == week_of([asked("fees?", 8)], NOW).since
    assert WEEK_SECONDS == 604_800


def test_who_answered() -> None:
    def by(status: str = "ok", function: str = "filesearch-gpt", **response: object) -> str:
        return answered_by({"status": status, "function": function, "response": response})

    assert by("provider_timeout") == "nobody"
    assert by(found=False, source="model") == "nobody"
    assert by(source="approved") == "approved"
    assert by(found=True, source="model") == "knowledge"
    assert by(message="yes") == "model"
    rule = {"status": "ok", "function": "prompt", "guardrail": "banned"}
    assert answered_by({**rule, "response": {"found": True, "sources": []}}) == "guardrail"
    assert answered_by({**rule, "response": {"source": "model"}}) == "model"
    assert by(function="ask_a_person", status_="x") == "nobody"
    person = {"status": "ok", "function": "ask_a_person", "response": {"status": "answered"}}
    assert answered_by(person) == "person"
