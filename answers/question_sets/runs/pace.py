"""How fast a run may ask, so that an organisation's contacts keep at least half of its limits."""

from __future__ import annotations

from flowhook.organisations.organisation import Organisation

MOST_AT_ONCE = 8
MINUTE = 60.0


class Pace:
    """Spreads a run's calls over half of the calls a minute, and half of those at once."""

    def __init__(self, organisation: Organisation) -> None:
        limits = organisation.section("limits")
        at_once, a_minute = limits.get("concurrent_calls"), limits.get("requests_per_minute")
        self.at_once = max(1, min(MOST_AT_ONCE, (at_once or 2 * MOST_AT_ONCE) // 2))
        self.seconds = 2 * MINUTE / a_minute if a_minute else 0.0  # between two calls
        self.next = 0.0

    def wait(self, now: float) -> float:
        """The seconds until the next call may begin; `now` is of any steady clock."""
        return max(0.0, self.next - now)

    def began(self, now: float, calls: int) -> None:
        self.next = max(now, self.next) + self.seconds * calls
