"""The values that variables of one conversation can refer to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Values = Mapping[str, Any]

ROOTS = (
    "contact",
    "results",
    "flow",
    "global",
    "calendar",
    "wa_group",
    "staff",
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)


@dataclass(frozen=True)
class Scope:
    """The roots of variables: plain nested dicts, lists, texts, numbers, booleans and None.

    contact: columns, `fields`, `in_groups` (collection ids), profile keys.
    results: this session's results, with `parent`, `child` and `flow_keyword`.
    flow: `name`, `id`, `uuid`. globals: the organisation's `@global` map.
    wa_group: instead of contact in flows of WhatsApp groups. staff: send_broadcast only.
    timezone: IANA name, for `@calendar`. now: the time, aware; None is the clock.
    templates: message templates by shortcode (`uuid`, `number_parameters`), for expressions.
    """

    contact: Values = field(default_factory=dict)
    results: Values = field(default_factory=dict)
    flow: Values = field(default_factory=dict)
    globals: Values = field(default_factory=dict)
    wa_group: Values = field(default_factory=dict)
    staff: Values = field(default_factory=dict)
    timezone: str = "UTC"
    now: datetime | None = None
    templates: Mapping[str, Values] = field(default_factory=dict)

    def root(self, name: str) -> Any:
        """The values under `@name`, or None if there is no such root."""
        if name == "global":
            return self.globals
        if name == "calendar":
            return calendar(self.moment(), self.timezone)
        return getattr(self, name) if name in ROOTS else None

    def moment(self) -> datetime:
        return self.now if self.now is not None else datetime.now(UTC)


def calendar_keys() -> frozenset[str]:
    """The keys of `@calendar`."""
    return frozenset(calendar(datetime.now(UTC), "UTC"))


def calendar(moment: datetime, timezone: str) -> dict[str, str]:
    """The values of `@calendar`: dates are `D/MM/YYYY`, the day without a leading zero."""
    today = moment.astimezone(ZoneInfo(timezone)).date()
    one_day = timedelta(days=1)
    return {
        "current_date": f"{today.day}/{today:%m/%Y}",
        "yesterday": f"{(today - one_day).day}/{today - one_day:%m/%Y}",
        "tomorrow": f"{(today + one_day).day}/{today + one_day:%m/%Y}",
        "current_day": _DAYS[today.weekday()],
        "current_month": _MONTHS[today.month - 1],
        "current_year": str(today.year),
    }
