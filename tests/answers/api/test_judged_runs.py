"""Runs whose answers a model scores, over HTTP, with a worker in this process and a fake OpenAI."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.answers.api.test_run_routes import Farm
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_jobs import JobsService

Json = dict[str, Any]
CASE = {"id": "q1", "question": "When?", "answer": "In November.", "checks": [{"judge": 4}]}


class Judging:
    """Answers questions, and as a judge says what a test wrote."""

    def __init__(self) -> None:
        self.judged: list[Json] = []
        self.says: Json | str = {}

    def read(self, body: Json) -> str:
        if "You check the answers" not in body["messages"][0]["content"]:
            return "Sow in November."
        self.judged.append(body)
        return self.says if isinstance(self.says, str) else json.dumps(self.says)


@pytest.fixture
def judging(openai: FakeOpenAI) -> Judging:
    made = Judging()
    openai.say_by(made.read)
    return made


@pytest.fixture
def farm(jobs: JobsService, openai: FakeOpenAI, judging: Judging) -> Farm:
    return Farm(jobs, openai)


def scores(reference: int, prompt: int) -> Json:
    return {
        "reference": {"reason": "It names the month.", "score": reference},
        "prompt": {"reason": "It is long.", "score": prompt},
    }


def test_the_judge_reads_question_answer_reference_and_prompt(farm: Farm, judging: Judging) -> None:
    judging.says = scores(5, 4)
    farm.put([CASE], judge={"model": "gpt-6-sol"})
    shown = farm.run()
    (case,) = shown["cases"]
    assert case["passed"] is True
    assert case["checks"][0]["why"] == "scores of 5: reference 5, prompt 4"
    (asked,) = judging.judged
    assert asked["model"] == "gpt-6-sol"
    read = asked["messages"][-1]["content"]
    for part in ("When?", "Sow in November.", "In November.", "Help farmers."):
        assert f">{part}</data>" in read
    assert case["tokens"] == shown["tokens"]


def test_a_low_score_fails_the_case_and_says_why(farm: Farm, judging: Judging) -> None:
    judging.says = scores(5, 3)
    farm.put([CASE])
    (case,) = farm.run()["cases"]
    assert case["passed"] is False
    assert case["checks"][0]["why"] == "true to the prompt: 3 of 5, not 4: “It is long.”"


def test_out_of_form_twice_the_case_is_unsure(farm: Farm, judging: Judging) -> None:
    judging.says = "A very good answer!"
    farm.put([CASE])
    (case,) = farm.run()["cases"]
    assert case["passed"] == "unsure"
    assert len(judging.judged) == 2
