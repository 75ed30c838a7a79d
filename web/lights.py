"""Whether the parts of the service work, as Home shows it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from flowhook.errors import PROVIDER
from flowhook.organisations.organisation import Organisation
from flowhook.records.recent_outcomes import Outcomes
from flowhook.redis.fullness import FIX, FULL, NEAR
from web.explanations import explain
from web.page_services import PageServices

GOOD_MILLISECONDS = 50
GOOD, POOR, BAD, UNKNOWN = "good", "poor", "bad", "unknown"


@dataclass(frozen=True, slots=True)
class Light:
    """The state of one part of the service; `url` is where it is set up."""

    name: str
    state: str
    words: str
    url: str = ""


def redis_light(services: PageServices) -> Light:
    started = time.perf_counter()
    services.redis.ping()
    milliseconds = (time.perf_counter() - started) * 1000
    if milliseconds < GOOD_MILLISECONDS:  # the same words with each refresh
        return Light("Redis", GOOD, f"answers within {GOOD_MILLISECONDS} ms")
    return Light("Redis", POOR, f"answers in {milliseconds:.0f} ms")


def store_light(services: PageServices) -> Light:
    """How full the store is."""
    fill = services.fullness.look()
    state = services.fullness.state
    if state == FULL:
        return Light("Store", BAD, f"{fill.words()}: new work is refused. {FIX}")
    if state == NEAR:
        return Light("Store", POOR, f"{fill.words()}. {FIX}")
    return Light("Store", GOOD, "has room" if fill.most else "has no bound")


def worker_light(services: PageServices) -> Light:
    living = services.job_services.liveness.workers()
    if not living:
        return Light("Worker", POOR, "none is running: slow calls wait until one does")
    return Light("Worker", GOOD, "one is running" if living == 1 else f"{living} are running")


def circuit_light(current: Organisation) -> Light | None:
    """The provider's state where a circuit is open."""
    now = time.time()
    waits = [state["until"] - now for state in current.circuits.values()]
    left = round(max(waits, default=0.0))
    if left <= 0:
        return None
    return Light("Provider", BAD, f"failed repeatedly; the next attempt is in {left} s")


def account_light(current: Organisation) -> Light:
    section = current.section("openai")
    if not section.get("api_key"):
        return Light("OpenAI account", BAD, "has no API key yet")
    if not section.get("is_active"):
        return Light("OpenAI account", POOR, "is switched off: calls are refused")
    return Light("OpenAI account", GOOD, "is active")


def account_provider_light(current: Organisation, hour: Outcomes) -> Light:
    """The provider's state, which nobody knows where there is no key to call it with."""
    if not current.section("openai").get("api_key"):
        return Light("Provider", UNKNOWN, "cannot be called without a key")
    return provider_light(hour, is_fault=_is_providers)


def provider_light(hour: Outcomes, is_fault: Callable[[str], bool]) -> Light:
    """The provider's state, judged by the last hour's calls, of which `is_fault` chooses."""
    failed = sum(count for status, count in hour.failures.items() if is_fault(status))
    if not hour.calls:
        return Light("Provider", UNKNOWN, "was not called in the last hour")
    if not failed:
        return Light("Provider", GOOD, "no failures in the last hour")
    state = BAD if failed > hour.statuses.get("ok", 0) else POOR
    words = "call" if hour.calls == 1 else "calls"
    told = f"failed in {failed:,} of {hour.calls:,} {words} of the last hour"
    return Light("Provider", state, told)


def _is_providers(status: str) -> bool:
    found = explain(status)
    return found is not None and found.by_provider


def is_outage(status: str) -> bool:
    """Whether a failure is the provider's own: not a key, a credit or a model of one account."""
    found = explain(status)
    return found is not None and found.by_provider and found.fixed_by == PROVIDER
