"""What the pages talk to: the same services as the API, in the same process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from config import Config
from flows.conversations import Conversations
from flows.surroundings import Examiner
from jobs.desk import Desk
from limits.limiter import Limiter
from records.log import LogStore
from records.pulse import Pulse
from settings.cache import SettingsCache
from settings.edge import Edge
from settings.openai_checks import OpenAIChecks
from usage.counters import UsageCounters
from usage.prices import Prices
from webhooks.dispatcher import Dispatcher


@dataclass(frozen=True, slots=True)
class Services:
    """Handed in by app.py."""

    config: Config = field(repr=False)
    redis: Any = field(repr=False)
    edge: Edge
    settings: SettingsCache
    checks: OpenAIChecks
    dispatcher: Dispatcher
    limiter: Limiter
    log: LogStore
    pulse: Pulse
    counters: UsageCounters
    prices: Prices
    desk: Desk
    conversations: Conversations
    examiner: Examiner
