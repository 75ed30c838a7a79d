"""The state of an organisation's key, as its log tells: no provider is asked."""

from __future__ import annotations

from dataclasses import dataclass

from flowhook.errors import InsufficientQuota, InvalidApiKey
from flowhook.records.log import LogFilter, LogStore

ENTRIES = 20  # of the newest, that tell
WORKS, UNKNOWN = "works", "unknown"
BAD = (InvalidApiKey.type, InsufficientQuota.type)


@dataclass(frozen=True)
class KeyState:
    """`state` is "works", "unknown" (not asked lately) or an error's type; `at` the time of it."""

    state: str
    at: str = ""

    @property
    def is_bad(self) -> bool:
        return self.state in BAD


def key_state(log: LogStore, org: str) -> KeyState:
    """Judge by the newest call that a provider answered or refused for its key."""
    for entry in log.page(org, LogFilter(), "", ENTRIES)["logs"]:
        if entry["status"] in BAD:
            return KeyState(entry["status"], entry["time"])
        if entry["status"] == "ok" and entry["model"]:
            return KeyState(WORKS, entry["time"])
    return KeyState(UNKNOWN)
