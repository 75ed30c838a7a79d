"""Joins alerts to what they watch."""

from __future__ import annotations

from flowhook.alerts.alerts import Alerts
from flowhook.alerts.conditions import (
    Condition,
    budget_condition,
    dead_letters_condition,
    failures_condition,
    key_condition,
    models_condition,
)
from flowhook.alerts.mail import Mailer
from flowhook.board.board import Board
from flowhook.config import Config
from flowhook.jobs.dead import DeadLetters
from flowhook.limits.limiter import Limiter
from flowhook.organisations.account_checks import AccountChecks
from flowhook.organisations.store import SettingsStore
from flowhook.providers.guard import AddressGuard
from flowhook.records.recent_outcomes import RecentOutcomes
from flows.channels.contact_queue import ContactQueue
from service.whatsapp_token import refused_token_condition


def open_alerts(
    config: Config,
    store: SettingsStore,
    guard: AddressGuard,
    board: Board,
    outcomes: RecentOutcomes,
    limiter: Limiter,
    dead: DeadLetters,
    outbox: ContactQueue,
    checks: AccountChecks,
    *more: Condition,
) -> Alerts:
    """The service's alerts, which `checks` tests from now on; `outbox` is WhatsApp's, and `more`
    are conditions of other rooms."""

    def title(org: str) -> str:
        (standing,) = board.standings([org])
        return standing.title

    conditions = (
        key_condition(board),
        budget_condition(limiter),
        failures_condition(outcomes),
        models_condition(config.default_model),
        dead_letters_condition(dead.count),
        refused_token_condition(outbox, store.audit),
        *more,
    )
    mailer = Mailer(config.smtp_url, config.mail_from)
    alerts = Alerts(store, guard, mailer, conditions, title)
    checks.others["alerts"] = alerts.test
    return alerts
