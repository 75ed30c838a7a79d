"""Conversations over any Redis, with a clock that tests move and functions that tests are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.providers.guard import AddressGuard
from flows.conversations.author_requests import AuthorHttpClient
from flows.conversations.conversations import Conversations
from flows.conversations.live_services import utc_now
from flows.conversations.store import ConversationStore
from flows.conversations.waker import Waker
from flows.definition.reading import read_export
from flows.library.store import FlowStore
from flows.model.session import WebhookAnswer, WebhookPending
from tests.fixtures_app import FIRST_KEY
from tests.flows.post import Post
from tests.flows.talking import export

ORG = "acme"
Function = Callable[[str, Mapping[str, Any]], WebhookAnswer | WebhookPending]


def no_function(name: str, body: Mapping[str, Any]) -> WebhookAnswer:
    raise AssertionError(f"{name} was not expected to be called")


@dataclass
class Room:
    """One process's conversations; several rooms over one Redis are several processes."""

    redis: Any
    function: Function = no_function
    moment: datetime = datetime(2026, 1, 2, 6, 30, tzinfo=UTC)
    is_live: bool = False
    lease_seconds: float = 10.0
    patience_seconds: float = 10.0
    most_bytes: int = 0
    posts: Sequence[str] = ()
    """Names of channels, each a `Post`."""
    sections: Mapping[str, Any] = field(default_factory=lambda: {"openai": {}})
    """The organisation's settings."""

    def __post_init__(self) -> None:
        cipher = Cipher((FIRST_KEY,))
        self.flows = FlowStore(self.redis, cipher)
        self.conversations = Conversations(
            ConversationStore(
                self.redis,
                cipher,
                lease_seconds=self.lease_seconds,
                patience_seconds=self.patience_seconds,
                most_bytes=lambda: self.most_bytes,
            ),
            self.flows,
            lambda org: Organisation(org, self.sections, {}),
            self._call,
            AuthorHttpClient(AddressGuard()),
            now=utc_now if self.is_live else lambda: self.moment,
        )
        self.channels = {name: self._open(name, cipher) for name in self.posts}
        self.waker = Waker(self.conversations, list(self.channels.values()), look_seconds=0.05)

    def _open(self, name: str, cipher: Cipher) -> Post:
        post = Post(self.redis, cipher, name, self.conversations)
        self.conversations.add_channel(name, post)
        return post

    def publish(self, *flows: dict[str, Any]) -> None:
        for entry in self.flows.add(ORG, read_export(export(*flows))):
            self.flows.publish(ORG, entry.uuid, entry.draft.revision)

    def pass_time(self, seconds: float) -> int:
        """Move the clock and wake who is due; how many were looked at."""
        self.moment += timedelta(seconds=seconds)
        return self.waker.look()

    def said(self, contact: str) -> list[str]:
        """What was sent to a contact so far."""
        found = self.conversations.store.transcript(ORG, contact)
        return [item["text"] for item in found if item["direction"] == "out"]

    def _call(
        self, organisation: Organisation, name: str, body: Mapping[str, Any]
    ) -> WebhookAnswer | WebhookPending:
        return self.function(name, body)


def starting(contact: str, flow: str) -> dict[str, Any]:
    """An action that starts a flow for another contact."""
    return {
        "type": "start_session",
        "contacts": [{"uuid": contact}],
        "create_contact": False,
        "flow": {"uuid": flow, "name": flow},
        "groups": [],
        "exclusions": {},
    }
