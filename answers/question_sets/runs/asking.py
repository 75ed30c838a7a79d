"""Asks one case of a run: from the cache or the target, verifies it, and stores the answer."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from answers.question_sets.question_set import Case, QuestionSet
from answers.question_sets.runs.answer_cache import AnswerCache, answer_digest
from answers.question_sets.runs.run import Json, Run, mark_of
from answers.question_sets.runs.store import RunStore, kept_bytes
from answers.question_sets.runs.verifying import Verified, Verify
from answers.question_sets.target import OK, Answered, Target
from flowhook.backoff import Backoff
from flowhook.errors import (
    BudgetExceeded,
    Inactive,
    InsufficientQuota,
    InvalidApiKey,
    InvalidResponse,
    MissingApiKey,
    RateLimited,
    error_classes,
)
from flowhook.jobs.retry_until_available import AWAY, retry_until_available
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import as_error

MAX_TRIES = 4
BACKOFF = Backoff(first_seconds=5.0, factor=3, longest_seconds=120.0)
RETRYABLE = frozenset(error.type for error in error_classes() if error.retryable)
LIMITS = (RateLimited.type, BudgetExceeded.type)
HOPELESS = frozenset(
    error.type for error in (Inactive, MissingApiKey, InvalidApiKey, InsufficientQuota)
)
"""Errors that every further case would meet, too."""
JUDGED = (OK, InvalidResponse.type)
"""How the call of a judge ends who could be asked, in due form or not."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that was stored; `run_status` is the run's then, None if it was deleted."""

    run_status: str | None
    tokens: int = 0
    cost: float = 0.0
    was_asked: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """A case to be asked again after some seconds, since it met the error `status`.

    It is one that the provider did not answer, or, `of_limits`, a limit of the organisation.
    `tokens` and `cost` were spent before it met that.
    """

    seconds: float
    status: str
    of_limits: bool
    tokens: int = 0
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Hopeless:
    """Why no further case has to be asked; `tokens` and `cost` as above."""

    status: str
    words: str
    tokens: int = 0
    cost: float = 0.0


Asked = Kept | Later | Hopeless


class Asking:
    """Asks the cases of one run; used by several threads."""

    def __init__(
        self,
        store: RunStore,
        cache: AnswerCache,
        target: Target,
        verify: Verify,
        organisation: Organisation,
        run: Run,
        asked: QuestionSet,
    ) -> None:
        """Raises what the target raises for a version that is not there any more."""
        self.store = store
        self.cache = cache
        self.target = target
        self.verify = verify
        self.organisation = organisation
        self.run = run
        self.asked = asked
        self.most_bytes = kept_bytes(len(run.marks))
        self.identity: Mapping[str, Any] = target.identity(organisation, asked, run.plan.variant)

    def ask(self, place: int) -> Asked:
        """Ask the case at this place of the run's marks. Raises NotFound where the organisation was
        deleted, and errors of an unreachable store."""
        number, repeat = divmod(place, self.run.plan.repeats)
        case = self.asked.cases[number]
        try:
            return self._ask(place, case, repeat)
        except AWAY:
            raise
        except Exception as failure:  # of ours: the run goes on without this case
            error = as_error(failure, self.run.id)
            if error.type == "not_found":
                raise
            return self._keep(place, Answered(status=error.type, error=error.message), FAILED)

    def _ask(self, place: int, case: Case, repeat: int) -> Asked:
        run, org = self.run, self.organisation.id
        own = run.id if run.plan.fresh else ""
        digest = answer_digest(self.asked, case, self.identity, repeat, own)
        held = self.cache.find(org, digest)
        if held is None:
            answered = self.target.ask(self.organisation, self.asked, case, run.plan.variant)
            obstacle = self._obstacle(place, case, answered)
            if obstacle is not None:
                return self._spent(obstacle, tokens_of(answered), answered.cost)
            self.cache.keep(org, digest, answered, run.id)
        else:
            answered = replace(held[0], input_tokens=0, output_tokens=0, cost=0.0)
        verified = self.verify(self.organisation, self.asked, case, answered)
        later = self._later(place, verified.status, verified.retry_after_seconds)
        if later is not None:
            spent = tokens_of(answered) + verified.tokens
            return self._spent(later, spent, added(answered.cost, verified.cost))
        is_from_before = held is not None and held[1] != run.id
        return self._keep(place, answered, verified, is_from_before, was_asked=held is None)

    def _obstacle(self, place: int, case: Case, answered: Answered) -> Later | Hopeless | None:
        """Why the answer is none yet, unless the case expects its error."""
        status = answered.status
        if any(check.get("status") == status for check in case.checks):
            if answered.retry_after_seconds is None:
                return None
        elif status in HOPELESS:
            return Hopeless(status, answered.error)
        return self._later(place, status, answered.retry_after_seconds)

    def _later(self, place: int, status: str, seconds: float | None) -> Later | None:
        """When to ask again what met an error that passes by itself; None where that was tried
        often enough. A limit of the organisation's own is waited for as long as it takes."""
        if seconds is not None and status in LIMITS:
            return Later(seconds, status, of_limits=True)
        if status not in RETRYABLE:
            return None
        tries = self.store.count_try(self.run, place)
        pause = max(BACKOFF.spread(tries), seconds or 0.0)
        return None if tries >= MAX_TRIES else Later(pause, status, of_limits=False)

    def _spent(
        self, obstacle: Later | Hopeless, tokens: int, cost: float | None
    ) -> Later | Hopeless:
        """Count what was spent in vain: on the turns before the one that met an obstacle, or on an
        answer that no judge scored."""
        if not tokens:
            return obstacle
        retry_until_available(lambda: self.store.spend(self.run, tokens, cost))
        return replace(obstacle, tokens=tokens, cost=cost or 0.0)

    def _keep(
        self,
        place: int,
        answered: Answered,
        verified: Verified,
        is_from_before: bool = False,
        was_asked: bool = False,
    ) -> Kept:
        result = self._result(answered, verified, is_from_before)
        mark = mark_of(verified.passed)
        status = retry_until_available(lambda: self.store.keep(self.run, place, mark, result))
        return Kept(status, result["tokens"], result["cost"] or 0.0, was_asked)

    def _result(self, answered: Answered, verified: Verified, is_from_before: bool) -> Json:
        """What is kept of an answer; `cost` is None where a part of it has no known price."""
        result: Json = {
            "answer": shortened(answered.answer, self.most_bytes),
            "status": answered.status,
            "passed": verified.passed,
            "checks": list(verified.checks),
            "milliseconds": round(answered.milliseconds, 1),
            "tokens": tokens_of(answered) + verified.tokens,
            "cost": added(answered.cost if tokens_of(answered) else 0.0, verified.cost),
            "model": answered.model,
            "request_id": answered.request_id,
            "at": round(self.store.clock(), 3),
        }
        more = {
            "error": answered.error if answered.status != OK else "",
            "judgement": verified.judgement,
            "judge_status": "" if verified.status in JUDGED else verified.status,
            "from_before": is_from_before,
        }
        return result | {name: value for name, value in more.items() if value}


FAILED = Verified(
    False, ({"check": "status", "passed": False, "why": "failed inside the service"},)
)


def tokens_of(answered: Answered) -> int:
    return answered.input_tokens + answered.output_tokens


def added(*costs: float | None) -> float | None:
    """The sum of costs; None where one is not known."""
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None


def shortened(answer: Any, most_bytes: int) -> Any:
    """An answer as a run keeps it: a long one becomes the beginning of its text.

    >>> shortened("wheat and rice", 8), shortened({"a": 1}, 8), shortened(["wheat", "rice"], 8)
    ('wheat…', {'a': 1}, '["whe…')
    """
    text = answer if isinstance(answer, str) else orjson.dumps(answer).decode()
    raw = text.encode()
    if len(raw) <= most_bytes:
        return answer
    return raw[: most_bytes - 3].decode(errors="ignore") + "…"
