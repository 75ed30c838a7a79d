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
from web.language import _, n_, translated
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
        return Light("Redis", GOOD, _("answers within %(count)s ms", count=GOOD_MILLISECONDS))
    return Light("Redis", POOR, _("answers in %(count)s ms", count=round(milliseconds)))


def store_light(services: PageServices) -> Light:
    """How full the store is."""
    fill = services.fullness.look()
    state, full = services.fullness.state, fill.words()
    if state == FULL:
        words = _("%(full)s: new work is refused.", full=full)
        return Light(_("Store"), BAD, f"{words} {translated(FIX)}")
    if state == NEAR:
        return Light(_("Store"), POOR, f"{full}. {translated(FIX)}")
    return Light(_("Store"), GOOD, _("has room") if fill.most else _("has no bound"))


def worker_light(services: PageServices) -> Light:
    living = services.job_services.liveness.workers()
    if not living:
        words = _("none is running: slow calls wait until one does")
        return Light(_("Worker"), POOR, words)
    return Light(_("Worker"), GOOD, n_("one is running", "%(num)s are running", living))


def circuit_light(current: Organisation) -> Light | None:
    """The provider's state where a circuit is open."""
    now = time.time()
    waits = [state["until"] - now for state in current.circuits.values()]
    left = round(max(waits, default=0.0))
    if left <= 0:
        return None
    words = _("failed repeatedly; the next attempt is in %(count)s s", count=left)
    return Light(_("Provider"), BAD, words)


def account_light(current: Organisation) -> Light:
    section = current.section("openai")
    if not section.get("api_key"):
        return Light(_("OpenAI account"), BAD, _("has no API key yet"))
    if not section.get("is_active"):
        return Light(_("OpenAI account"), POOR, _("is switched off: calls are refused"))
    return Light(_("OpenAI account"), GOOD, _("is active"))


def account_provider_light(current: Organisation, hour: Outcomes) -> Light:
    """The provider's state, which nobody knows where there is no key to call it with."""
    if not current.section("openai").get("api_key"):
        return Light(_("Provider"), UNKNOWN, _("cannot be called without a key"))
    return provider_light(hour, is_fault=_is_providers)


def provider_light(hour: Outcomes, is_fault: Callable[[str], bool]) -> Light:
    """The provider's state, judged by the last hour's calls, of which `is_fault` chooses."""
    failed = sum(count for status, count in hour.failures.items() if is_fault(status))
    if not hour.calls:
        return Light(_("Provider"), UNKNOWN, _("was not called in the last hour"))
    if not failed:
        return Light(_("Provider"), GOOD, _("no failures in the last hour"))
    state = BAD if failed > hour.statuses.get("ok", 0) else POOR
    words = n_(
        "failed in %(failed)s of %(calls)s call of the last hour",
        "failed in %(failed)s of %(calls)s calls of the last hour",
        hour.calls,
        failed=f"{failed:,}",
        calls=f"{hour.calls:,}",
    )
    return Light(_("Provider"), state, words)


def _is_providers(status: str) -> bool:
    found = explain(status)
    return found is not None and found.by_provider


def is_outage(status: str) -> bool:
    """Whether a failure is the provider's own: not a key, a credit or a model of one account."""
    found = explain(status)
    return found is not None and found.by_provider and found.fixed_by == PROVIDER
