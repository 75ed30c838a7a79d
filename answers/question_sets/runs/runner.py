"""Performs runs of question sets in workers, turn by turn.

A message in the queue names a run; whoever gets it takes the run's lease, asks cases for some
seconds, and queues the run again. A message whose worker was killed is delivered again, and what
has an answer is not asked again. Runs of one organisation take turns.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from answers.question_sets.question_set import QuestionSet, digest_of
from answers.question_sets.runs.answer_cache import AnswerCache
from answers.question_sets.runs.asking import Asking
from answers.question_sets.runs.pace import Pace
from answers.question_sets.runs.run import DONE, FAILED, Plan, Run
from answers.question_sets.runs.run_keys import run_key
from answers.question_sets.runs.store import RunStore
from answers.question_sets.runs.turn import TURN_SECONDS, Turn, TurnEnd
from answers.question_sets.runs.verifying import Verify
from answers.question_sets.store import QuestionSetStore
from answers.question_sets.target import Target, Variant
from flowhook.backoff import Backoff
from flowhook.errors import FlowhookError, InvalidInput, NotFound
from flowhook.jobs.call import organisation_of_job
from flowhook.jobs.queue import Queue
from flowhook.jobs.retry_until_available import AWAY, retry_until_available
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import as_error
from flowhook.redis.keys import org_key
from flowhook.redis.leases import PROCESS_SECONDS, Leases

STEP = "question_run"
FUNCTION, FLOW = "function", "flow"
TURNS_AT_ONCE = 4  # in one process
BUSY_SECONDS = 1.0  # until a run asks again for its turn
LONGEST_SECONDS = 86_400  # from its start on; a budget may be used up for weeks
LONGEST_WAIT_SECONDS = 600.0  # until a run looks again whether a limit is still reached
LOST_SECONDS = 200.0  # after which a message is lost: longer than any turn
RESTS = "rests"  # has an organisation's turn while none of its runs may ask
MAX_FAILURES = 5  # of performing it, inside the service
BACKOFF = Backoff(first_seconds=2.0, factor=3, longest_seconds=60.0)

logger = logging.getLogger(__name__)


OnEnd = Callable[[str, Run], object]
"""Is told, in a worker, the organisation and each run that is over: at least once, so it must be
idempotent."""


class Again(NamedTuple):
    """When a run's message is to come again, and who held its lease then."""

    seconds: float
    suspect: str = ""


AT_ONCE = Again(0.0)


def no_bound(_organisation: Organisation) -> int | None:
    return None


class Runner:
    """Starts runs, and performs those that a worker's messages name."""

    NAME = "question_runs"

    def __init__(
        self,
        store: RunStore,
        cache: AnswerCache,
        sets: QuestionSetStore,
        queue: Queue,
        verify: Verify,
        find: Callable[[str], Organisation],
        spare: Callable[[Organisation], int | None] = no_bound,
        turn_seconds: float = TURN_SECONDS,
    ) -> None:
        """`spare` tells how many tokens an organisation can spare for a run; None: any number."""
        self.store = store
        self.cache = cache
        self.sets = sets
        self.queue = queue
        self.verify = verify
        self.find = find
        self.spare = spare
        self.targets: dict[str, Target] = {}
        self.hooks: list[OnEnd] = []
        self.leases = Leases(store.redis, PROCESS_SECONDS)
        self.turn_seconds = turn_seconds
        self.places = threading.BoundedSemaphore(TURNS_AT_ONCE)

    def add_target(self, kind: str, target: Target) -> None:
        """Register what asks a function (FUNCTION) or a flow (FLOW)."""
        self.targets[kind] = target

    def on_end(self, hook: OnEnd) -> None:
        """Have `hook` told of each run that is over, also of one that was stopped."""
        self.hooks.append(hook)

    # --- what others ask for ------------------------------------------------------------

    def check(self, organisation: Organisation, asked: QuestionSet, variant: Variant) -> None:
        """Raises NotFound or InvalidInput where the set cannot be asked."""
        if not asked.cases:
            raise InvalidInput(
                f"the question set {asked.name} has no cases", fix="Add a case to it first."
            )
        self.target(asked).check(organisation, asked, variant)

    def start(self, org: str, plan: Plan) -> Run:
        """Queue a run of a question set as it is now, on what is live now; the plan's digest and
        identity are made here, and its tokens are at most what the organisation can spare.

        Raises NotFound or InvalidInput where the set cannot be asked, Conflict where too many runs
        are not over, and RedisError.
        """
        head, asked = self.sets.read(org, plan.question_set)
        organisation = self.find(org)
        self.check(organisation, asked, plan.variant)
        variant = self.target(asked).settled(organisation, asked, plan.variant)
        spare = self.spare(organisation)
        most = plan.max_tokens if spare is None else min(plan.max_tokens, spare)
        made = replace(
            plan,
            digest=head.digest,
            variant=variant,
            identity=self.identity(org, asked, variant),
            max_tokens=most,
            of_month=most < plan.max_tokens,
        )
        run = self.store.create(org, made, asked)
        try:
            self._send(run.job_id)
        except AWAY:
            self.store.delete(run)
            raise
        return run

    def stop(self, org: str, run_id: str, reason: str = "") -> bool:
        """Stop a run: no further case is begun. Returns False if it is over or not there."""
        if not reason:
            reason = "it was stopped"
        run = self.store.find(org, run_id)
        is_stopped = run is not None and self.store.stop(run, reason)
        if run is not None and is_stopped:
            self._send(run.job_id)  # to tell those who wait for it
        return is_stopped

    def identity(self, org: str, asked: QuestionSet, variant: Variant) -> str:
        """A short name for all besides the cases that decides their answers now. Raises NotFound
        for what is not there any more."""
        return digest_of(self.target(asked).identity(self.find(org), asked, variant))

    def target(self, asked: QuestionSet) -> Target:
        return self.targets[FUNCTION if asked.function else FLOW]

    # --- in a worker --------------------------------------------------------------------

    def perform(self, job_id: str, suspect: str = "") -> None:
        """Give a run its turn; `suspect` is who held its lease when it was looked at last.

        Never raises: the message is done once this returns.
        """
        org, run_id = organisation_of_job(job_id) or "", job_id.partition(".")[2]
        try:
            run = self.store.find(org, run_id)
            again = self._perform(run, suspect) if run is not None else None
            if again is None:
                self._see_to(org, run_id)
        except AWAY as error:
            logger.warning("a run waits for its store", extra={"cause": type(error).__name__})
            again = Again(BUSY_SECONDS)
        except Exception as failure:
            again = self._failed(org, run_id, failure)
        if again is not None:  # only now, when it holds no lease that would keep others from it
            retry_until_available(partial(self._send, job_id, again))

    def sweep(self) -> None:
        """Queue runs whose message was lost: with a queue that was emptied or restored from a
        backup, or by a worker of an older release."""
        for job_id in self.store.due.overdue():
            self._send(job_id)

    def _perform(self, run: Run, suspect: str) -> Again | None:
        if run.is_over:
            self._tell(run)
            return None
        with self.leases.holding(lease_key(run)) as token:
            if token is not None:
                return self._when_free(run)
        return self._look_again(run, suspect)

    def _look_again(self, run: Run, suspect: str) -> Again | None:
        """See to a run whose lease is held: its holder may have been killed.

        A holder that lives queues the run again itself; so where another one has come since, there
        is a message too many.
        """
        held = self.store.redis.get(lease_key(run))
        holder = held.decode() if held else ""
        if not holder:  # it was given back this moment
            return Again(BUSY_SECONDS)
        is_too_many = bool(suspect) and holder != suspect
        return None if is_too_many else Again(self.leases.seconds, holder)

    def _when_free(self, run: Run) -> Again | None:
        """Give the run its turn where this process and the organisation are free for it."""
        if not self.places.acquire(blocking=False):
            return Again(BUSY_SECONDS)
        try:
            with self.leases.holding(turn_key(run.organization_id)) as token:
                if token is None:
                    return Again(BUSY_SECONDS)
                end = self._turn(run)
            self._rest(run, end.rest_seconds)
        finally:
            self.places.release()
        return self._go_on(run, end)

    def _rest(self, run: Run, seconds: float) -> None:
        """Give no run of the organisation its turn before its pace allows the next call: after a
        case of many turns, that may be long after the turn."""
        if seconds > BUSY_SECONDS:
            milliseconds = round(min(seconds, LONGEST_WAIT_SECONDS) * 1000)
            self.store.redis.set(turn_key(run.organization_id), RESTS, nx=True, px=milliseconds)

    def _turn(self, run: Run) -> TurnEnd:
        organisation = self.find(run.organization_id)
        if not organisation.exists or not self.store.begin(run):
            return TurnEnd()
        current = self.store.get(run.organization_id, run.id)
        if current.waits_for:
            self.store.wait_no_more(run)
        asked = self.store.snapshots.whole(run.organization_id, run.id)
        try:
            asking = Asking(
                self.store,
                self.cache,
                self.target(asked),
                self.verify,
                organisation,
                current,
                asked,
            )
        except FlowhookError as error:  # the version is gone meanwhile
            return TurnEnd(failed=error.message)
        pace = Pace(organisation)
        return Turn(self.store, current, asking, pace, self.turn_seconds).perform()

    def _go_on(self, run: Run, end: TurnEnd) -> Again | None:
        """Note what came of a turn, and tell those who wait for the run's end."""
        now = self.store.find(run.organization_id, run.id)
        if now is None:
            return None
        if end.failed:
            self.store.end(now, FAILED, end.failed)
        elif end.spent:
            self.store.stop(now, end.spent)
        elif next(now.missing(), None) is None:
            self.store.end(now, DONE)
        elif not now.is_over and self._took_too_long(now, end):
            reason = "it took longer than a day"
            if end.status:
                reason = f"it would wait for longer than a day: {end.status}"
            self.store.stop(now, reason)
        elif not now.is_over:
            pause = min(max(end.wait_seconds, end.rest_seconds), LONGEST_WAIT_SECONDS)
            if end.status:
                self.store.wait(now, self.store.clock() + pause, end.status)
            return Again(pause)
        self._tell(self.store.get(run.organization_id, run.id))
        return None

    def _took_too_long(self, run: Run, end: TurnEnd) -> bool:
        return self.store.clock() + end.wait_seconds > run.started + LONGEST_SECONDS

    def _tell(self, run: Run) -> None:
        if not run.is_told:
            for hook in self.hooks:
                hook(run.organization_id, run)
            self.store.told(run)

    def _see_to(self, org: str, run_id: str) -> None:
        """Note that a run needs nobody any more, if it is over and all were told."""
        run = self.store.find(org, run_id)
        if run is None or run.is_told:
            self.store.due.done(f"{org}.{run_id}")

    def _send(self, job_id: str, again: Again = AT_ONCE) -> None:
        """Queue a run's message, and note when it has come to nothing."""
        self.store.due.add(job_id, self.store.clock() + again.seconds + LOST_SECONDS)
        self.queue.send(job_id, STEP, again.seconds, again.suspect)

    def _failed(self, org: str, run_id: str, failure: Exception) -> Again | None:
        """Have a run that met an unexpected error performed again, some times; then end it."""
        error = as_error(failure, run_id)
        run = retry_until_available(lambda: self.store.find(org, run_id))
        if run is None or not retry_until_available(lambda: self.find(org)).exists:
            return None
        try:
            failures = retry_until_available(lambda: self.store.count_failure(run))
            if failures < MAX_FAILURES:
                return Again(BACKOFF.pause(failures))
            if retry_until_available(lambda: self.store.end(run, FAILED, error.message)):
                return Again(BUSY_SECONDS)
        except NotFound:  # the organisation was deleted meanwhile
            return None
        logger.error("the end of a run was not told", extra={"organization_id": org})
        return None


def lease_key(run: Run) -> str:
    """Who performs a run."""
    return f"{run_key(run.organization_id, run.id)}:lease"


def turn_key(org: str) -> str:
    """Which of an organisation's runs has its turn."""
    return org_key(org, "run_turn")
