"""How often each approved answer was given, and the thumbs that contacts gave it."""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from answers.approved.sealing import answers_key
from flowhook.errors import NotFound
from flowhook.records.batch import REMEMBER_SECONDS, Batch
from flowhook.records.log_entry import QUESTION_SET, LogEntry
from flowhook.redis.keys import org_key
from flowhook.redis.script import Argument, Script

GIVEN, UP, DOWN = METRICS = ("given", "up", "down")
THUMBS = (UP, DOWN)

COUNT = Script(Path(__file__).with_name("count.lua"))


@dataclass(frozen=True, slots=True)
class Count:
    """How often an answer was given, and how many found it good (`up`) or not (`down`)."""

    given: int = 0
    up: int = 0
    down: int = 0


class AnswerCounts:
    """Counts what was given; a sink of the recorder, so that no call waits for it."""

    def __init__(self, redis: Any) -> None:
        self.redis = redis
        self.process = secrets.token_hex(8)

    def add_to(self, pipe: Any, batches: Sequence[Batch]) -> None:
        for batch in batches:
            given = Counter(one.answer_id for one in batch.entries if _is_counted(one))
            if given and batch.organization_id is not None:
                org = batch.organization_id
                keys = [*_keys(org), org_key(org, "answer_counts", "last_batch", self.process)]
                rows = [part for one, times in given.items() for part in (one, GIVEN, times)]
                COUNT.add_to(pipe, keys, [batch.name, REMEMBER_SECONDS, *rows])

    def rate(self, org: str, answer_id: str, thumb: str) -> None:
        """Count a thumb, up or down. Raises NotFound where there is no such answer."""
        arguments: list[Argument] = ["", 0, answer_id, thumb, 1]
        if not COUNT.run(self.redis, [*_keys(org), counts_key(org)], arguments):
            raise NotFound(
                "there is no such approved answer",
                fix="Pass the answer_id of a result whose source is approved.",
            )

    def all(self, org: str) -> dict[str, Count]:
        """What was counted of each answer, by id; one that was never given is absent."""
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for field, number in self.redis.hgetall(counts_key(org)).items():
            answer_id, _, metric = field.decode().partition(":")
            found[answer_id][metric] = int(number)
        return {answer_id: Count(**numbers) for answer_id, numbers in found.items()}

    def of(self, org: str, answer_id: str) -> Count:
        """What was counted of one answer."""
        found = self.redis.hmget(counts_key(org), fields_of(answer_id))
        return Count(*(int(number or 0) for number in found))


def counts_key(org: str) -> str:
    """The hash with a number for each answer and metric."""
    return org_key(org, "answer_counts")


def fields_of(answer_id: str) -> list[str]:
    """The fields in which an answer is counted."""
    return [f"{answer_id}:{metric}" for metric in METRICS]


def _keys(org: str) -> Iterable[str]:
    return answers_key(org), counts_key(org)


def _is_counted(entry: LogEntry) -> bool:
    """A run of a question set is no contact."""
    return bool(entry.answer_id) and entry.called_by != QUESTION_SET
