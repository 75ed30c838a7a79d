"""Moves a store to names of keys that tell no contact's id, at a start where nobody else lives.

Each key is renamed within its slot, and one that has its new name is passed over, so a move that
broke off goes on at the next start. Until all are moved the store stays of format 1.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from flowhook.batches import batches
from flowhook.organisations.changes import CHANGED
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.contact_names import DIGESTS_FORMAT, MARK, ContactNames, make_names_key
from flowhook.redis.keys import FORMAT, ORGANISATIONS, org_key, scan_organisation
from flowhook.redis.leases import Leases
from flowhook.redis.script import Script

LOCK = "fh:format:lock"
LOCK_SECONDS = 30.0
AT_ONCE = 250
QUIET_SECONDS = 3.0  # a process that is being replaced is away for a moment
PROCESSES = "fh:process:*"

MOVE = Script(Path(__file__).with_name("move.lua"), gone=None)

# A contact's id in the name of a key, after the organisation's part.
_NAMES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(contact:)(.+)(:[a-z_]+)",
        r"((?:inbox|outbox):(?:lane|lock|tries):)(.+)()",
        r"(whatsapp:(?:choices|last_inbound|reopened|contact_of|user_id_of):)(.+)()",
        r"(whatsapp:(?:rest|strikes):[^:]+:)(.+)()",
    )
)
_LISTS = re.compile(r"roster:.+")
"""Keys that hold contacts' parts of names, and are made anew from the states."""
LISTS_MADE = "fh:roster:filled"
"""That they were made; without it a worker makes them."""

logger = logging.getLogger(__name__)


def hide_contacts(redis: Any, cipher: Cipher, sleep: Callable[[float], None] = time.sleep) -> None:
    """Give the store format 2, unless it has it or another process lives."""
    leases = Leases(redis, LOCK_SECONDS)
    while _format(redis) < DIGESTS_FORMAT:
        token = leases.take(LOCK)
        if token is None:  # another start moves them
            sleep(1.0)
            continue
        try:
            if not _is_alone(redis, sleep):
                logger.info("contacts' ids stay in the names of keys while other processes live")
                return
            _move(redis, cipher, partial(leases.renew, LOCK, token))
        finally:
            leases.end(LOCK, token)


def _format(redis: Any) -> int:
    return int(redis.get(FORMAT) or 1)


def _is_alone(redis: Any, sleep: Callable[[float], None]) -> bool:
    """Whether no process lives. Those of release 0120829 have no lease while they are idle, but
    listen to changes."""
    if not redis.exists(ORGANISATIONS):
        return not others_live(redis)
    for pause in (QUIET_SECONDS, 0.0):
        if others_live(redis):
            return False
        sleep(pause)
    return True


def others_live(redis: Any) -> bool:
    """Whether a process of a service lives, or did 15 seconds ago."""
    listening = sum(number for _, number in redis.pubsub_numsub(CHANGED))
    return bool(listening) or next(iter(redis.scan_iter(match=PROCESSES)), None) is not None


def _move(redis: Any, cipher: Cipher, renew: Callable[[], bool]) -> None:
    make_names_key(redis, cipher)
    names = ContactNames(redis, cipher, is_hidden=True)
    moved = 0
    redis.delete(LISTS_MADE)
    for org in [raw.decode() for raw in redis.zrange(ORGANISATIONS, 0, -1)]:
        for some in batches(_renamed(redis, names, org), AT_ONCE):
            MOVE.run(redis, [name for pair in some for name in pair], [])
            moved += len(some)
            if not renew():
                return  # it took so long that another start goes on
    redis.set(FORMAT, DIGESTS_FORMAT)
    if moved:
        logger.info("contacts' ids no longer stand in the names of keys", extra={"keys": moved})


def _renamed(redis: Any, names: ContactNames, org: str) -> Iterator[tuple[str, str]]:
    """The keys of an organisation that have a contact's id in their name, with their new names."""
    start = len(org_key(org, ""))
    for raw in scan_organisation(redis, org):
        old = raw.decode()
        if _LISTS.fullmatch(old, start):
            redis.unlink(old)
            continue
        for pattern in _NAMES:
            found = pattern.fullmatch(old, start)
            if found is not None and not found[2].startswith(MARK):
                yield old, f"{old[:start]}{found[1]}{names.of(org, found[2])}{found[3]}"
