"""A question set of 10,000 cases with two runs that are over, written by its own stores."""

from __future__ import annotations

from typing import Any

from answers.question_sets.question_set import Case, QuestionSet
from answers.question_sets.runs.run import DONE, Json, Plan, mark_of
from answers.question_sets.runs.store import RunStore
from answers.question_sets.store import QuestionSetStore
from flowhook.config import Config
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.trash import Trash

CASES = 10_000
NAME = "crops"
FAILING = 3  # one case in so many fails


def fill_runs(redis: Any, config: Config, org: str, cases: int = CASES) -> list[str]:
    """Write the set and its runs; returns their ids, the newest first."""
    cipher = Cipher(config.encryption_keys)
    sets, runs = QuestionSetStore(redis, cipher, Trash(redis, cipher)), RunStore(redis, cipher)
    asked = QuestionSet(NAME, "parse_via_chat_gpt", cases=[case(at) for at in range(cases)])
    sets.put(org, asked, "Asha")
    head, whole = sets.read(org, NAME)
    ids: list[str] = []
    for shift in range(2):
        run = runs.create(org, Plan(NAME, head.digest, by="Asha"), whole)
        for at in range(cases):
            passed = bool((at + shift) % FAILING)
            runs.keep(run, at, mark_of(passed), result(at, passed))
        runs.end(run, DONE)
        ids.insert(0, run.id)
    return ids


def case(at: int) -> Case:
    checks: tuple[Json, ...] = ({"contains": "November"}, {"language": "English"})
    answer = "In November, when the soil is moist after the last rain."
    return Case(f"q{at}", (f"When do I sow wheat on field {at}?",), answer=answer, checks=checks)


def result(at: int, passed: bool) -> Json:
    why = "the answer contains “November”" if passed else "the answer lacks “November”"
    checks = [
        {"check": "contains", "passed": passed, "why": why},
        {"check": "language", "passed": True, "why": "the answer is in English"},
    ]
    return {
        "answer": "Sow wheat when the soil is moist, with 40 kg of treated seed an acre. " * 4,
        "status": "ok",
        "passed": passed,
        "checks": checks,
        "milliseconds": 812.5,
        "tokens": 240,
        "cost": 0.0001,
        "model": "gpt-6-luna",
        "request_id": f"{at:032x}",
        "at": 1.0,
    }
