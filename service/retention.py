"""Joins the stores that keep what contacts say to the days that organisations name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from answers.inbox.keeping import InboxKeeping
from flowhook.media.store import MediaStore
from flowhook.organisations.retention import CONVERSATIONS, INBOX, LOGS, MEDIA
from flowhook.organisations.retention_sweep import RetentionSweep
from flowhook.records.log import LogStore
from flows.conversations.conversations import Conversations
from flows.conversations.idle_contacts import IdleContacts


def open_retention(
    redis: Any,
    ids: Callable[[], Iterable[str]],
    log: LogStore,
    media: MediaStore,
    conversations: Conversations,
    keeping: InboxKeeping,
) -> RetentionSweep:
    """The sweep of a worker; `ids` lists all organisations."""
    return RetentionSweep(
        redis,
        ids,
        {
            LOGS: log.shorten,
            CONVERSATIONS: IdleContacts(conversations).shorten,
            MEDIA: media.shorten,
            INBOX: keeping.shorten,
        },
    )
