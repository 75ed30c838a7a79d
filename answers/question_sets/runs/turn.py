"""One turn of a run: asks its cases on some threads for some seconds."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

import orjson

from answers.question_sets.runs.asking import Asked, Asking, Hopeless, Kept, Later
from answers.question_sets.runs.pace import Pace
from answers.question_sets.runs.run import OPEN, Run
from answers.question_sets.runs.store import RunStore

TURN_SECONDS = 20.0  # no case is begun later than that
LOOK_SECONDS = 1.0  # how often a run looks whether it was stopped
SHORT_SECONDS = 3.0  # a pause that a turn waits for itself
ANSWER_TOKENS, TOKEN_BYTES = 300, 4  # guesses, for the first question


@dataclass(frozen=True, slots=True)
class TurnEnd:
    """How a turn ended: `wait_seconds` for `status` until the next one; `failed` or `spent` say in
    words why there is none. With none of these, the run is over or the turn's time is up.

    `rest_seconds` is how long the organisation's pace lets none of its runs begin a case.
    """

    wait_seconds: float = 0.0
    rest_seconds: float = 0.0
    status: str = ""
    failed: str = ""
    spent: str = ""


class Turn:
    """Asks what a run lacks, within the run's bounds and the organisation's pace.

    Until one is answered it asks one at a time, since nobody knows yet what one takes; so it does
    after a case that the provider did not answer, also one of the turn before.
    """

    def __init__(
        self,
        store: RunStore,
        run: Run,
        asking: Asking,
        pace: Pace,
        seconds: float = TURN_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = store
        self.run = run
        self.asking = asking
        self.pace = pace
        self.clock = clock
        self.left = deque(run.missing())
        self.until = clock() + seconds
        self.next_look = clock() + LOOK_SECONDS
        self.at_once = 1 if run.waits_for else pace.at_once
        self.resumes = 0.0  # no case is begun before that
        self.waits_for = ""
        self.is_over = False
        self.end = TurnEnd()
        self.tokens, self.cost = run.tokens, run.known_cost
        self.answers = len(run.marks) - len(self.left)
        self.in_flight: dict[Future[Asked], int] = {}

    def perform(self) -> TurnEnd:
        """Raises what `Asking.ask` raises, once nothing is in flight any more."""
        with ThreadPoolExecutor(self.pace.at_once, "question-run") as pool:
            while True:
                while self._may_begin():
                    place = self.left.popleft()
                    self.pace.began(self.clock(), self._calls(place))
                    self.in_flight[pool.submit(self.asking.ask, place)] = place
                if self.in_flight:
                    done, _ = wait(self.in_flight, self._pause(), FIRST_COMPLETED)
                    for future in done:
                        self._take(self.in_flight.pop(future), future.result())
                elif self._is_ended():
                    return self._rested()
                else:
                    threading.Event().wait(self._pause())
                self._look()

    # --- inside -------------------------------------------------------------------------

    def _rested(self) -> TurnEnd:
        """How the turn ended; where a limit was reached, that alone says when to go on."""
        rest_seconds = 0.0 if self.end.status else self.pace.wait(self.clock())
        return replace(self.end, rest_seconds=rest_seconds)

    def _may_begin(self) -> bool:
        return (
            bool(self.left)
            and not self._is_ending()
            and len(self.in_flight) < self._most()
            and self._wait() <= 0
            and self._may_spend()
        )

    def _is_ending(self) -> bool:
        return self.is_over or bool(self.end.failed) or self.clock() >= self.until

    def _is_ended(self) -> bool:
        """Whether there is nothing more to do in this turn; called with nothing in flight."""
        if not self.left or self._is_ending():
            return True
        if not self._may_spend():
            self.end = TurnEnd(spent=self._spent())
            return True
        pause = self.resumes - self.clock()
        if pause > SHORT_SECONDS:
            self.end = TurnEnd(pause, status=self.waits_for)
            return True
        return False

    def _most(self) -> int:
        """How many cases may be in flight."""
        return self.at_once if self.answers else 1

    def _wait(self) -> float:
        now = self.clock()
        return max(self.pace.wait(now), self.resumes - now)

    def _pause(self) -> float:
        """The seconds until there may be something to do."""
        now = self.clock()
        pauses = [self.next_look - now]
        if len(self.in_flight) < self._most() and self.left and now < self.until:
            pauses.append(self._wait() or LOOK_SECONDS)
        return max(0.01, min(pauses))

    def _look(self) -> None:
        """See now and then whether the run was stopped or deleted."""
        if self.clock() >= self.next_look:
            self.next_look = self.clock() + LOOK_SECONDS
            status = self.store.status(self.run.organization_id, self.run.id)
            self.is_over = self.is_over or status not in OPEN

    def _take(self, place: int, asked: Asked) -> None:
        self.tokens += asked.tokens
        self.cost += asked.cost
        match asked:
            case Kept():
                self.is_over = self.is_over or asked.run_status not in OPEN
                self.answers += asked.was_asked or asked.tokens > 0
                if asked.was_asked:
                    self.at_once = self.pace.at_once
            case Later():
                self.left.appendleft(place)
                self.resumes = max(self.resumes, self.clock() + asked.seconds)
                self.waits_for = asked.status
                if not asked.of_limits:
                    self.at_once = 1
            case Hopeless():
                self.end = TurnEnd(failed=f"{asked.status}: {asked.words}")

    # --- bounds -------------------------------------------------------------------------

    def _may_spend(self) -> bool:
        begun = len(self.in_flight) + 1
        plan = self.run.plan
        return (
            self.tokens + begun * self._tokens_each() <= plan.max_tokens
            and self.cost + begun * self._cost_each() <= plan.max_cost
        )

    def _tokens_each(self) -> float:
        if self.answers and self.tokens:
            return self.tokens / self.answers
        case = self.asking.asked.cases[self.left[0] // self.run.plan.repeats]
        sent = orjson.dumps([self.asking.asked.body, case.body, case.turns])
        return len(sent) / TOKEN_BYTES + ANSWER_TOKENS * len(case.turns)

    def _cost_each(self) -> float:
        return self.cost / self.answers if self.answers else 0.0

    def _spent(self) -> str:
        plan = self.run.plan
        reason = f"the next case would pass the run's {plan.max_tokens} tokens (max_tokens_spent)"
        if plan.of_month:
            reason = (
                f"the next case would pass the {plan.max_tokens} tokens that this run may take of"
                " the month's budget (monthly_tokens)"
            )
        if self.cost + self._cost_each() > plan.max_cost:
            reason = f"the next case would pass the run's {plan.max_cost:g} US dollars (max_cost)"
        return reason

    def _calls(self, place: int) -> int:
        return max(1, len(self.asking.asked.cases[place // self.run.plan.repeats].turns))
