"""Everything the fake remembers between two requests."""

from __future__ import annotations

import datetime
import threading
from collections import deque
from typing import Any

from tests.fakes.openai.accounts import Accounts
from tests.fakes.openai.answers import Answers
from tests.fakes.openai.models import Models
from tests.fakes.openai.readings import Reading


class World:
    """The state behind every endpoint; `lock` is held while one is being answered."""

    def __init__(self, today: datetime.date) -> None:
        self.lock = threading.RLock()
        self.models = Models(today)
        self.accounts = Accounts()
        self.answers = Answers()
        self.transcripts: deque[str] = deque()
        self.readings: deque[Reading] = deque()
        self.pictures: dict[str, bytes] = {}
        self.files: dict[str, Any] = {}
        self.vector_stores: dict[str, Any] = {}
        self.responses: dict[str, Any] = {}
        self.conversations: dict[str, Any] = {}
        self.origin = ""
        self._count = 0
        midnight = datetime.datetime.combine(today, datetime.time(), datetime.UTC)
        self._midnight = int(midnight.timestamp())

    def new_id(self, prefix: str) -> str:
        """Ids count up, so a run is repeatable."""
        self._count += 1
        return f"{prefix}{self._count:024d}"

    def now(self) -> int:
        """Unix seconds of a clock that moves on by one with every id given out."""
        return self._midnight + self._count
