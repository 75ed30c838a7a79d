"""What an organisation is alerted of: each condition says what is wrong now, if anything is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from flowhook.board.board import Board
from flowhook.organisations.alert_schemas import BUDGET_PERCENT, FAILURE_PERCENT
from flowhook.organisations.models import configured_models
from flowhook.organisations.organisation import Organisation
from flowhook.providers.retirements import retiring
from flowhook.records.recent_outcomes import RecentOutcomes

MIN_CALLS = 10  # fewer failures say little
RETIRES_DAYS = 30


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that is wrong: the event, perhaps with a level (`budget:80`), in words."""

    name: str
    message: str
    fix: str
    level: int = 0  # of alerts of one event that begin or end together, the highest is told

    @property
    def event(self) -> str:
        return self.name.partition(":")[0]


Condition = Callable[[Organisation], Iterable[Alert]]


class MonthTokens(Protocol):
    """Tells the tokens of this month that count against the organisation's budget."""

    def tokens_this_month(self, org: str) -> int: ...


def key_condition(board: Board) -> Condition:
    """The provider refused the organisation's key at its last call."""
    words = {
        "invalid_api_key": (
            "the provider refuses the API key",
            "Save a valid key in the OpenAI settings.",
        ),
        "insufficient_quota": (
            "the provider's account has no credit",
            "Add credit at the provider, then save and test the key.",
        ),
    }

    def found(organisation: Organisation) -> Iterator[Alert]:
        (standing,) = board.standings([organisation.id])
        if standing.key_error in words:
            yield Alert(standing.key_error, *words[standing.key_error])

    return found


def budget_condition(limiter: MonthTokens) -> Condition:
    """A part of the month's tokens is used."""

    def found(organisation: Organisation) -> Iterator[Alert]:
        limit = organisation.section("limits").get("monthly_tokens")
        if not limit:
            return
        used = limiter.tokens_this_month(organisation.id)
        percent = used * 100 // limit
        for level in organisation.section("alerts").get("budget_percent") or BUDGET_PERCENT:
            if percent >= level:
                yield Alert(
                    f"budget:{level}",
                    f"{percent} % of this month's {limit:,} tokens are used ({used:,})",
                    "Raise the limit, or wait for the next month.",
                    level,
                )

    return found


def failures_condition(outcomes: RecentOutcomes) -> Condition:
    """Many of the last hour's calls failed."""

    def found(organisation: Organisation) -> Iterator[Alert]:
        percent = organisation.section("alerts").get("failure_percent") or FAILURE_PERCENT
        hour = outcomes.last_hour(organisation.id)
        if hour.calls >= MIN_CALLS and hour.failed * 100 >= hour.calls * percent:
            yield Alert(
                "failures",
                f"{hour.failed:,} of the {hour.calls:,} calls of the last hour failed",
                "The log says of each what was wrong and who mends it.",
            )

    return found


def models_condition(default_model: str) -> Condition:
    """A model that the organisation names ends soon, or ended."""

    def found(organisation: Organisation) -> Iterator[Alert]:
        models = configured_models(organisation, default_model)
        today = datetime.now(UTC).date()
        for retirement in retiring(models, today, RETIRES_DAYS):
            yield Alert(
                f"model_retires:{retirement.model}",
                f"the model {retirement.model} is shut down on {retirement.date}",
                f"Choose {retirement.successor or 'another model'} in the OpenAI settings.",
            )

    return found


def dead_letters_condition(count: Callable[[str], int]) -> Condition:
    """Results were given up, since nobody took them."""

    def found(organisation: Organisation) -> Iterator[Alert]:
        number = count(organisation.id)
        if number:
            yield Alert(
                "dead_letters",
                f"{number:,} results could not be delivered",
                f"GET /jobs/dead/{organisation.id} lists them, and they can be sent again.",
            )

    return found
