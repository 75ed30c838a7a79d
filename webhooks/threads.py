"""Memory: the conversations of an organisation, each kept for 24 hours after its last turn.

A thread is a list in Redis, one sealed element a turn (what was asked and what was answered),
so two calls that append at once both keep their turn whole. Its id is random, is given out by
us only, and is part of the key and of the seal together with the organisation: an id of
another organisation, an expired one and an invented one all begin a new thread.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from settings.cipher import CannotDecrypt, Cipher
from storage.keys import org_key
from webhooks.context_size import context_tokens, estimate_tokens

THREAD_SECONDS = 24 * 60 * 60
MAX_TURNS = 20
MAX_THREAD_TOKENS = 8_000
MAX_TURN_CHARACTERS = 4_000  # of the question, and of the answer

THREAD_ID = re.compile(r"thread_[A-Za-z0-9_-]{32}")

Turn = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation as it was when it was opened: its id and its last turns."""

    id: str
    turns: Sequence[Turn]

    def messages(self, model: str) -> list[dict[str, Any]]:
        """The last turns as messages of a chat, in order, leaving the model half its context."""
        budget = min(MAX_THREAD_TOKENS, context_tokens(model) // 2)
        return [
            {"role": role, "content": text}
            for turn in within_budget(self.turns, budget)
            for role, text in zip(("user", "assistant"), turn, strict=True)
        ]


class Threads:
    """Opens threads and adds turns to them."""

    def __init__(self, redis: Any, cipher: Cipher) -> None:
        self.redis = redis
        self.cipher = cipher

    def open(self, organization_id: str, thread_id: str | None) -> Thread:
        """The thread with its last turns, or a new one where there is none of this id."""
        if thread_id and THREAD_ID.fullmatch(thread_id):
            key = org_key(organization_id, "thread", thread_id)
            stored = self.redis.lrange(key, -MAX_TURNS, -1)
            if stored:
                turns = [self._read(organization_id, thread_id, sealed) for sealed in stored]
                return Thread(thread_id, [turn for turn in turns if turn])
        return Thread(f"thread_{secrets.token_urlsafe(24)}", [])

    def append(self, organization_id: str, thread_id: str, asked: str, answered: str) -> None:
        """Add a turn, forget the oldest, and keep the thread another 24 hours."""
        turn = orjson.dumps([asked[:MAX_TURN_CHARACTERS], answered[:MAX_TURN_CHARACTERS]])
        key = org_key(organization_id, "thread", thread_id)
        pipe = self.redis.pipeline()
        pipe.rpush(key, self.cipher.seal(organization_id, f"thread:{thread_id}", turn))
        pipe.ltrim(key, -MAX_TURNS, -1)
        pipe.expire(key, THREAD_SECONDS)
        pipe.execute()

    def _read(self, organization_id: str, thread_id: str, sealed: bytes) -> Turn | None:
        """A turn; None where the key that sealed it is no longer among the operator's."""
        try:
            plain = self.cipher.open(organization_id, f"thread:{thread_id}", sealed)
        except CannotDecrypt:
            return None
        asked, answered = orjson.loads(plain)
        return asked, answered


def within_budget(turns: Sequence[Turn], tokens: int) -> list[Turn]:
    """The last turns that have at most so many tokens together, in order."""
    left, kept = tokens, len(turns)
    for asked, answered in reversed(turns):
        left -= estimate_tokens(asked) + estimate_tokens(answered)
        if left < 0:
            break
        kept -= 1
    return list(turns[kept:])


def wants_thread(data: Mapping[str, Any]) -> bool:
    """Whether the caller named `thread_id`, be it empty: then the result names it too."""
    return "thread_id" in data
