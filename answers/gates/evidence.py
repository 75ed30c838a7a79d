"""What gates know by: runs of question sets, those that are there and those they begin."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from answers.gates.check_store import Place
from answers.gates.decision import Decision, Outcomes, decide
from answers.gates.gate import FLOW, PROMPT, Gate
from answers.prompts.prompt import read_reference
from answers.question_sets.runs.asking import RETRYABLE
from answers.question_sets.runs.comparing import compare
from answers.question_sets.runs.room import RUNS_A_SET
from answers.question_sets.runs.run import DONE, FAILS, STOPPED, UNSURE, Plan, Run
from answers.question_sets.runs.runner import Runner
from answers.question_sets.sealing import index_key
from answers.question_sets.statistics import WORSE
from answers.question_sets.stored_set import SetHead
from answers.question_sets.target import Variant
from flowhook.errors import Conflict, InvalidInput, NotFound

DAY_SECONDS = 24 * 3600
UNASKED_PART = 20  # of so many cases one may have no answer for a reason outside what is checked


class Evidence:
    """Finds, begins and reads runs; `clock` tells epoch seconds."""

    def __init__(self, runner: Runner, clock: Callable[[], float] = time.time) -> None:
        self.runner = runner
        self.sets = runner.sets
        self.store = runner.store
        self.clock = clock

    # --- question sets ------------------------------------------------------------------

    def digest(self, org: str, question_set: str) -> str:
        """The digest of a set as it is now. Raises NotFound."""
        return self.sets.head(org, question_set).digest

    def keys(self, org: str) -> list[str]:
        """The keys that change whenever the digest of a set does."""
        return [index_key(org)]

    def check_set(self, org: str, question_set: str, place: Place, variant: Variant) -> None:
        """Raise NotFound, and InvalidInput where the set asks something else than is gated, or, if
        it has cases by now, cannot be asked of this variant."""
        head = self.sets.head(org, question_set)
        _refuse_other(head, place)
        if head.count:
            self.check(org, question_set, place, [variant])

    def fitting(self, org: str, place: Place) -> list[str]:
        """The names of the question sets that may be its gate."""
        return [head.name for head in self.sets.heads(org) if not _other(head.target, place)]

    # --- runs ---------------------------------------------------------------------------

    def check(self, org: str, question_set: str, place: Place, variants: Iterable[Variant]) -> None:
        """Raise NotFound or InvalidInput where the set asks something else by now, or cannot be
        asked of one of these."""
        head, asked = self.sets.read(org, question_set)
        _refuse_other(head, place)
        organisation = self.runner.find(org)
        for variant in variants:
            self.runner.check(organisation, asked, variant)

    def find(self, org: str, question_set: str, variant: Variant) -> str | None:
        """A run of the last day that asked the set, as it is now, of this variant, with all else as
        it is now; one that was answered before one that is not over yet."""
        head, asked = self.sets.read(org, question_set)
        identity = self.runner.identity(org, asked, variant)
        wanted = Plan(question_set, head.digest, variant, identity=identity)
        oldest = self.clock() - DAY_SECONDS
        recent = [run for run in self._alike(org, wanted) if run.created >= oldest]
        done = (run.id for run in recent if self._tells(run))
        running = (run.id for run in recent if not run.is_over)
        return next(done, None) or next(running, None)

    def earlier(self, org: str, run_id: str, preferred: str) -> str:
        """A run that is done and asked the same as this one before it: the preferred one if it did,
        else the newest; empty without one. Raises NotFound."""
        run = self._known(org, run_id)
        alike = [
            one.id
            for one in self._alike(org, run.plan)
            if one.created <= run.created and one.id != run.id
        ]
        if preferred in alike:
            return preferred
        return next((one for one in alike if self._tells(self._known(org, one))), "")

    def start(
        self, org: str, gate: Gate, variant: Variant, by: str, *, is_fresh: bool = False
    ) -> str:
        """Begin a run of a gate's set; a fresh one takes no answer from earlier ones.

        Raises NotFound and InvalidInput where the set cannot be asked, Conflict where too many runs
        are not over.
        """
        plan = Plan(
            gate.question_set,
            "",
            variant,
            max_tokens=gate.max_tokens_spent,
            max_cost=gate.max_cost,
            fresh=is_fresh,
            by=by,
        )
        return self.runner.start(org, plan).id

    def stop(self, org: str, run_id: str, why: str) -> None:
        """Stop a run, if it is not over."""
        self.runner.stop(org, run_id, why)

    def is_there(self, org: str, digest: str, run_ids: Iterable[str]) -> bool:
        """Whether these runs are all done.

        Raises Conflict where one will not be, asked another set, or could not ask it.
        """
        runs = [self._known(org, run_id) for run_id in run_ids]
        for run in runs:
            if run.plan.digest != digest:
                raise Conflict("the question set was changed meanwhile")
            if run.is_over and run.status != DONE:
                raise Conflict(f"its run was {run.status}: {run.reason or 'no reason is known'}")
        return all(run.is_over for run in runs)

    def lacks(self, org: str, run_ids: Iterable[str]) -> bool:
        """Whether one of these runs was stopped, or is not kept any more."""
        runs = [self.store.find(org, run_id) for run_id in run_ids]
        return any(run is None or run.status == STOPPED for run in runs)

    def refuse_changed(self, org: str, run_ids: Iterable[str]) -> None:
        """Raise Conflict where something that decides the answers of these runs was changed since,
        NotFound where it or a run is gone."""
        for run_id in run_ids:
            plan = self._known(org, run_id).plan
            asked = self.sets.get(org, plan.question_set)
            if self.runner.identity(org, asked, plan.variant) != plan.identity:
                raise Conflict("settings, prompts or flows that decide answers changed meanwhile")

    def decide(self, org: str, new: str, live: str | None) -> Decision:
        """Whether the run `new` may go live in the place of `live`; None where nothing is."""
        run = self._answered(org, new)
        before = self._answered(org, live) if live is not None else None
        ids, must = self._cases(run)
        if before is None:
            return decide(must, _outcomes(ids, run), None)
        found = compare(self.store, before, run)
        worse = found.worse if found.verdict == WORSE else []
        return decide(must, _outcomes(ids, run), _outcomes(ids, before), worse, found.p_value)

    def worse(self, org: str, before: str, after: str) -> list[str]:
        """The cases that are worse in the later of two runs; none unless the verdict is worse."""
        found = compare(self.store, self._answered(org, before), self._answered(org, after))
        return found.worse if found.verdict == WORSE else []

    def refuse_unanswered(self, org: str, run_id: str) -> None:
        """Raise Conflict where the provider or the judge was away during a run, NotFound where it
        is gone."""
        self._answered(org, run_id)

    # --- inside -------------------------------------------------------------------------

    def _tells(self, run: Run) -> bool:
        """Whether a run is done, and was answered."""
        try:
            return run.status == DONE and bool(self._answered(run.organization_id, run.id))
        except Conflict:
            return False

    def _alike(self, org: str, plan: Plan) -> list[Run]:
        """The runs that asked the same as this plan, newest first."""
        runs, _ = self.store.runs(org, plan.question_set, RUNS_A_SET)
        return [run for run in runs if _asks(run.plan) == _asks(plan)]

    def _known(self, org: str, run_id: str) -> Run:
        found = self.store.find(org, run_id)
        if found is None:
            raise NotFound("its run is not kept any more")
        return found

    def _answered(self, org: str, run_id: str) -> Run:
        """A run that tells something. Raises NotFound, and Conflict where the provider, or the
        judge, could not be asked."""
        run = self._known(org, run_id)
        unpassed = [place for place, mark in enumerate(run.marks) if mark in (FAILS, UNSURE)]
        results = self.store.results(run, unpassed).values()
        away = [result["status"] for result in results if result["status"] in RETRYABLE]
        if len(away) * UNASKED_PART > len(run.marks):
            raise Conflict(f"{len(away)} questions got no answer from the provider ({away[0]})")
        unjudged = [result["judge_status"] for result in results if result.get("judge_status")]
        if len(unjudged) * UNASKED_PART > len(run.marks):
            raise Conflict(f"{len(unjudged)} answers were scored by no judge ({unjudged[0]})")
        return run

    def _cases(self, run: Run) -> tuple[list[str], set[str]]:
        """The ids of a run's cases in order, and of those that must pass."""
        asked = self.store.snapshots.whole(run.organization_id, run.id)
        ids = [case.id for case in asked.cases]
        return ids, {case.id for case in asked.cases if case.must}


def _asks(plan: Plan) -> tuple[str, Variant, str]:
    return plan.digest, plan.variant, plan.identity


def _outcomes(ids: Sequence[str], run: Run) -> Outcomes:
    found = zip(ids, run.verdicts, strict=True)
    return {case: verdict for case, verdict in found if verdict is not None}


def _refuse_other(head: SetHead, place: Place) -> None:
    other = _other(head.target, place)
    if other:
        raise InvalidInput(
            "the question set asks something else than what is to be gated",
            fix="Name a set whose target is this prompt or flow.",
            fields={"question_set": [other]},
        )


def _other(target: Mapping[str, Any], place: Place) -> str:
    """What else a set asks than is gated, in words; empty where it asks that."""
    kind, name = place
    named = read_reference(str(target.get("body", {}).get("saved_prompt", "")))
    if kind == FLOW and target.get("flow") != name:
        return "It asks no flow, or another one than this."
    if kind == PROMPT and named and named[0] != name:
        return f"It asks the prompt {named[0]}."
    if kind == PROMPT and named and named[1] is not None:
        return f"It always asks version {named[1]}, whichever goes live: name the prompt alone."
    return ""
