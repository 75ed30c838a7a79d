"""Announcing and recording changes of an organisation's settings and tokens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flowhook.organisations.audit import Audit
from flowhook.redis.best_effort import best_effort
from flowhook.redis.keys import ORGANISATIONS

CHANGED = "fh:changed"  # channel: the id of an organisation whose settings changed


class Changes:
    """Tells of each change: in the audit, who made it, and to every process, which drops its
    copy."""

    def __init__(self, redis: Any) -> None:
        self.redis = redis
        self.audit = Audit(redis)

    def made(self, org: str, actor: str, action: str, what: str, fields: Iterable[str]) -> None:
        """Tell of what an organisation, perhaps a new one, now has."""
        self.redis.zadd(ORGANISATIONS, {org: 0})
        self.audit.write(org, actor, action, what, sorted(fields))
        self.redis.publish(CHANGED, org)

    def removed(self, org: str, actor: str, what: str) -> None:
        """Tell of what an organisation has no more; a store that is full has no room for who
        removed it."""
        with best_effort("who deleted what of an organisation"):
            self.audit.write(org, actor, "delete", what, [])
        self.redis.publish(CHANGED, org)

    def tell(self, org: str) -> None:
        """Have every process read an organisation anew, where nobody in particular changed it."""
        self.redis.publish(CHANGED, org)
