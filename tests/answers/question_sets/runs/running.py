"""A runner over any Redis: its queue is emptied by hand, its target says what a test wrote."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from answers.question_sets.question_set import Case, QuestionSet
from answers.question_sets.runs.answer_cache import AnswerCache
from answers.question_sets.runs.run import Plan, Run
from answers.question_sets.runs.runner import FUNCTION, Runner
from answers.question_sets.runs.store import RunStore
from answers.question_sets.runs.verifying import Verifier
from answers.question_sets.store import QuestionSetStore
from answers.question_sets.target import Answered, Variant
from flowhook.errors import NotFound
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.trash import Trash
from tests.fixtures_app import FIRST_KEY
from tests.flowhook.jobs.processes import ListedQueue

ORG = "acme"
Answering = Callable[[Case], Answered]


def answered(text: str = "wheat", **more: Any) -> Answered:
    told = {"input_tokens": 20, "output_tokens": 10, "cost": 0.001, "milliseconds": 5.0}
    return Answered(text, (text,), **{**told, **more})


def question(number: int, **more: Any) -> Case:
    return Case(f"q{number}", (f"Question {number}?",), checks=({"contains": "wheat"},), **more)


class ScriptedTarget:
    """Answers as `answering` says, and counts what it was asked; `versions` are those there are."""

    def __init__(self) -> None:
        self.answering: Answering = lambda case: answered()
        self.asked: Counter[str] = Counter()
        self.variants: list[Variant] = []
        self.at_once = self.most_at_once = 0
        self.versions: set[int] = {1, 2}
        self._lock = threading.Lock()

    def check(self, organisation: Organisation, asked: QuestionSet, variant: Variant) -> None:
        for number in variant.prompts.values():
            if number not in self.versions:
                raise NotFound(f"there is no version {number}")

    def settled(self, organisation: Organisation, asked: QuestionSet, variant: Variant) -> Variant:
        return variant

    def identity(
        self, organisation: Organisation, asked: QuestionSet, variant: Variant
    ) -> Mapping[str, Any]:
        self.check(organisation, asked, variant)
        return {"prompts": dict(variant.prompts), "model": variant.model}

    def ask(
        self, organisation: Organisation, asked: QuestionSet, case: Case, variant: Variant
    ) -> Answered:
        with self._lock:
            self.asked[case.id] += 1
            self.variants.append(variant)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return self.answering(case)
        finally:
            with self._lock:
                self.at_once -= 1


class Running:
    """The runner of one process; `sections` are the organisation's settings."""

    def __init__(self, redis: Any) -> None:
        cipher = Cipher([FIRST_KEY])
        self.now = 1_800_000_000.0
        self.sections: dict[str, dict[str, Any]] = {"openai": {"is_active": True}}
        self.queue = ListedQueue()
        self.target = ScriptedTarget()
        self.store = RunStore(redis, cipher, lambda: self.now)
        self.sets = QuestionSetStore(redis, cipher, Trash(redis, cipher))
        self.runner = Runner(
            self.store,
            AnswerCache(redis, cipher),
            self.sets,
            self.queue,
            Verifier(),
            lambda org: Organisation(org, self.sections, {}),
        )
        self.runner.add_target(FUNCTION, self.target)
        self.ended: list[tuple[str, str]] = []
        self.runner.on_end(lambda org, run: self.ended.append((run.id, run.status)))

    def put(self, cases: int, name: str = "crops", **more: Any) -> QuestionSet:
        made = [question(number, **more) for number in range(cases)]
        asked = QuestionSet(name, "chat", {"input": ""}, cases=made)
        self.sets.put(ORG, asked, "asha")
        return asked

    def start(self, name: str = "crops", **plan: Any) -> Run:
        return self.runner.start(ORG, Plan(name, "", **plan))

    def deliver(self) -> float:
        """Perform the message that was sent first; gives the seconds that it was to wait."""
        job_id, step, seconds, suspect = self.queue.sent.pop(0)
        assert step == "question_run"
        self.now += seconds
        self.runner.perform(job_id, suspect)
        return seconds

    def work(self) -> list[float]:
        """Perform messages until there is none; gives the pauses between them."""
        return [self.deliver() for _ in iter(lambda: bool(self.queue.sent), False)]

    def run(self, run: Run) -> Run:
        return self.store.get(ORG, run.id)
