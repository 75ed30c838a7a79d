"""Which keys belong to which organisation, which are shared, and which a backup leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flowhook.redis.keys import DELETED, ORGANISATIONS

SCAN_COUNT = 5000
OURS = (b"fh:*", b"{fh:*")  # patterns; the second are those of all organisations in one slot
QUEUE = b"{dq}:*"

# Lists of all organisations or contacts. What stood in them at any time of the backup is kept: an
# entry too many costs one look-up, and one that lacks is something that never happens.
SHARED = (
    ORGANISATIONS.encode(),
    DELETED.encode(),
    b"fh:inbox:orgs",
    b"fh:outbox:orgs",
    b"fh:people:orgs",
    b"fh:erasures",
    b"fh:runs",
    b"fh:knowledge",
)
WAKEUPS = b"fh:wake:{"

_OWNER = re.compile(rb"fh:(?:audit:)?\{([A-Za-z0-9_-]{1,64})\}(?::|$)")

LEFT_OUT = {
    # What a process holds; none of them lives where the backup is restored.
    r"fh:process:.+": "a process's sign of life",
    r"fh:workers": "the workers that live",
    r"fh:\{[^}]+\}:contact:.+:(lock|delivery)": "who takes a contact's turn, for seconds",
    r"fh:\{[^}]+\}:(inbox|outbox|people):lock:.+": "who works on a contact's messages, for seconds",
    r"fh:\{[^}]+\}:probe:.+": "that a call tries a provider again",
    r"fh:\{[^}]+\}:limits:(calls|reserved:.+)": "calls being answered",
    r"fh:format:lock": "who moves contacts' keys",
    r"fh:\{[^}]+\}:run:.+:lease": "who performs a run, for seconds",
    r"fh:\{[^}]+\}:(log|run_log):copying": "who copies a log, for seconds",
    r"fh:\{[^}]+\}:run_turn": "which run has its turn, or that none has, for minutes",
    r"fh:\{[^}]+\}:to_answer:held:.+": "who delivers a person's answer, for seconds",
    r"fh:\{[^}]+\}:knowledge:.+:lease": "who reads a document, for seconds",
    # What counts seconds, and would be over before anyone restores it.
    r"fh:\{[^}]+\}:circuit:.+": "a provider's failures of half a minute",
    r"fh:\{[^}]+\}:limits:requests": "calls of the last minute",
    r"fh:\{[^}]+\}:(sheet|sheet_lock):.+": "a sheet that was read a moment ago",
    r"fh:\{[^}]+\}:sheets:bytes": "what these take",
    r"\{fh:board\}:sum:.+": "sums that are made anew",
    r"fh:alerts:run": "the lease of a worker that looks what there is to alert of",
    r"fh:alerts:look": "that a worker looked a moment ago what there is to alert of",
    r"fh:gates:run": "the lease of a worker that looks at gates",
    r"fh:gates:look": "that a worker looked a moment ago at the gates",
    r"fh:to_answer:run": "the lease of a worker that looks after inboxes",
    r"fh:to_answer:look": "that a worker looked a moment ago after inboxes",
    r"fh:retention:run": "the lease of a worker that looks for what is kept too long",
    r"fh:erasures:run": "the lease of a worker that looks after erasures",
    r"fh:erasures:look": "that a worker looked a moment ago after erasures",
    r"fh:roster:run": "the lease of a worker that lists conversations",
    r"fh:guess:.+": "wrong tokens of the last minute",
    # What is about that Redis, not about what is in it.
    r"fh:file_rewrite:look": "that a worker looked whether its file is to be written anew",
    r"fh:store:told": "whether the log told that the store is full",
}
_LEFT_OUT = re.compile("|".join(LEFT_OUT).encode())


def our_keys(redis: Any) -> Iterator[bytes]:
    """Every key of a store but the queue's, in a Redis that may hold others' too."""
    for pattern in OURS:
        yield from redis.scan_iter(match=pattern, count=SCAN_COUNT)


def is_left_out(key: bytes) -> bool:
    return _LEFT_OUT.fullmatch(key) is not None


def is_shared(key: bytes) -> bool:
    return key in SHARED or key.startswith(WAKEUPS)


def owner_of(key: bytes) -> str | None:
    """The organisation whose keys, all in one slot, this one is read with; None for others."""
    found = None if is_shared(key) else _OWNER.match(key)
    return found[1].decode() if found else None
