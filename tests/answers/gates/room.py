"""Gates over any Redis: runs are performed by hand, and answers say what a test wrote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from answers.gates.check import GateCheck
from answers.gates.check_store import GateCheckStore, Place
from answers.gates.evidence import Evidence
from answers.gates.gate import Gate, Live
from answers.gates.gates import Gates
from answers.gates.night import NightStore
from answers.gates.nightly import Nightly
from answers.gates.prompt_subject import PromptSubject
from answers.gates.sweep import GateSweep
from answers.prompts.store import PromptStore
from answers.question_sets.question_set import Case, QuestionSet
from answers.question_sets.runs.runner import FUNCTION
from answers.question_sets.target import Answered, Variant
from flowhook.organisations.audit import Audit
from flowhook.organisations.changes import Changes
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.trash import Trash
from flowhook.timestamps import timestamp
from tests.answers.question_sets.runs.running import (
    ORG,
    Running,
    ScriptedTarget,
    answered,
    question,
)
from tests.fixtures_app import FIRST_KEY

HELP: Place = ("prompt", "help")
SET = "crops"


class VersionTarget(ScriptedTarget):
    """Answers wrong what `wrong` lists for the version that is asked, everything else right; a
    version in `failing` gets that error."""

    def __init__(self) -> None:
        super().__init__()
        self.versions = set(range(1, 10))
        self.wrong: dict[int, set[str]] = {}
        self.failing: dict[int, str] = {}
        self.settings = "as they were"
        self.prompt_id: Callable[[], str] = str

    def identity(
        self, organisation: Organisation, asked: QuestionSet, variant: Variant
    ) -> Mapping[str, Any]:
        told = {"prompt": self.prompt_id(), "settings": self.settings}
        return {**told, **super().identity(organisation, asked, variant)}

    def ask(
        self, organisation: Organisation, asked: QuestionSet, case: Case, variant: Variant
    ) -> Answered:
        [version] = variant.prompts.values()
        super().ask(organisation, asked, case, variant)
        if version in self.failing:
            return Answered(status=self.failing[version], error="it is away")
        return answered("rice" if case.id in self.wrong.get(version, set()) else "wheat")


class GateRoom:
    """The prompt `help` with three versions and a gate of forty cases, of which q0 must pass."""

    def __init__(self, redis: Any) -> None:
        cipher = Cipher([FIRST_KEY])
        self.redis = redis
        self.running = Running(redis)
        self.target = VersionTarget()
        self.running.runner.add_target(FUNCTION, self.target)
        self.prompts = PromptStore(
            redis, cipher, Changes(redis), Trash(redis, cipher, self.clock), self.clock
        )
        self.target.prompt_id = lambda: self.prompts.existing_now(ORG, "help").id
        self.audit = Audit(redis)
        evidence, nights = Evidence(self.running.runner, self.clock), NightStore(redis)
        self.checks = GateCheckStore(redis, self.now)
        self.gates = Gates(self.checks, nights, evidence, self.audit, self.now)
        self.gates.add_subject(PromptSubject(self.prompts))
        find = self.running.runner.find
        self.nightly = Nightly(nights, evidence, self.gates.subjects, find, self.clock)
        self.sweep = GateSweep(redis, self.gates, self.nightly, lambda: [ORG])
        for number in range(1, 4):
            self.prompts.add(ORG, "help", {"text": f"Version {number}"}, "asha")
        self.ask_cases(question(0, must=True), *(question(number) for number in range(1, 40)))
        self.gates.put_gate(ORG, HELP, Gate(SET), "asha")

    def clock(self) -> float:
        return self.running.now

    def now(self) -> str:
        return timestamp(datetime.fromtimestamp(self.clock(), UTC))

    def hear(self) -> None:
        """Have the gates told of runs that end, as the service does."""
        self.running.runner.on_end(self.gates.run_ended)
        self.running.runner.on_end(self.nightly.run_ended)

    def ask_cases(self, *cases: Case) -> None:
        """Make the question set of these cases."""
        asked = QuestionSet(SET, "chat", {"saved_prompt": "help"}, cases=cases)
        self.running.sets.put(ORG, asked, "asha")

    def go_live(self, *numbers: int, insists: bool = False) -> GateCheck | None:
        """Ask for a version, or for two of half the contacts each, to go live."""
        wanted = {number: 100 // len(numbers) for number in numbers}
        return self.gates.go_live(ORG, HELP, wanted, "asha", insists=insists)

    def force(self, **split: int) -> None:
        wanted = {int(name[1:]): percent for name, percent in split.items()}
        self.gates.go_live(ORG, HELP, wanted, "asha", insists=True)

    def work(self) -> None:
        self.running.work()

    @property
    def live(self) -> Live:
        return self.prompts.existing_now(ORG, "help").split

    @property
    def check(self) -> GateCheck:
        """The newest check."""
        return self.checks.checks(ORG, HELP)[0]

    @property
    def asked(self) -> int:
        """How many questions were asked so far."""
        return self.target.asked.total()


def broken(*numbers: int) -> set[str]:
    return {f"q{number}" for number in numbers}
