"""What the operator's board shows of every organisation: a sink of the recorder.

Sorted sets hold the organisations' calls, failures, tokens and cost (millionths of a US dollar) of
two hours each, from which the last 24 hours are added up, and of each month; one more holds their
last calls. A hash holds what the newest calls said of each one's key, another their titles and
tags. All keys share one slot, and a batch counts once however often it is sent.

A failure is what it is everywhere: a call whose status is not "ok".
"""

from __future__ import annotations

import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from flowhook.blanks import is_visible
from flowhook.records.batch import REMEMBER_SECONDS, Batch
from flowhook.records.log_entry import QUESTION_SET, LogEntry
from flowhook.records.recent_outcomes import BUCKET_SECONDS, DAY_BUCKETS, KEEP_SECONDS
from flowhook.redis.script import Argument, Script
from flowhook.usage.prices import Prices

CALLS, FAILURES, TOKENS, COST = METRICS = ("calls", "failures", "tokens", "cost")
MILLIONTHS = 1_000_000
MONTH_KEPT_SECONDS = 62 * 24 * 3600
SUM_SECONDS = 30  # how old the sums of 24 hours may be
MAX_TAGS = 20
KEY_ERRORS = frozenset({"invalid_api_key", "insufficient_quota"})

ADD = Script(Path(__file__).with_name("board.lua"), gone=None)


@dataclass(frozen=True, slots=True)
class Standing:
    """An organisation as the board counts it; costs are US dollars."""

    id: str
    title: str = ""
    tags: tuple[str, ...] = ()
    last_call: float = 0.0
    key_error: str = ""
    day: Mapping[str, float] = field(default_factory=dict)
    month: Mapping[str, float] = field(default_factory=dict)


class Board:
    """Counts, and reads what was counted; `clock` tells epoch seconds."""

    def __init__(self, redis: Any, prices: Prices, clock: Callable[[], float] = time.time) -> None:
        self.redis = redis
        self.prices = prices
        self.clock = clock
        self.process = secrets.token_hex(8)

    # --- counting ---

    def add_to(self, pipe: Any, batches: Sequence[Batch]) -> None:
        spans: dict[tuple[str, str], list[tuple[Batch, list[LogEntry]]]] = defaultdict(list)
        for batch in batches:
            if batch.organization_id is not None:
                for span, entries in _by_span(batch.entries).items():
                    spans[span].append((batch, entries))
        for (bucket, month), found in spans.items():
            keys = [_key("last_batch", self.process, bucket), _key("last_call"), _key("key_errors")]
            keys += [_key(metric, span) for span in (bucket, month) for metric in METRICS]
            # Batches that are sent together are repeated together: one name identifies them all.
            arguments: list[Argument] = [found[0][0].name, REMEMBER_SECONDS]
            arguments += [KEEP_SECONDS, MONTH_KEPT_SECONDS]
            for batch, entries in found:
                arguments += [str(batch.organization_id), *self._row(entries)]
            ADD.add_to(pipe, keys, arguments)

    def _row(self, entries: Sequence[LogEntry]) -> list[Argument]:
        told = [entry.status for entry in entries if _tells_of_key(entry)]
        # As on Home: what a run asks reaches no contact, and some of it is meant to fail.
        asked = [entry for entry in entries if entry.called_by != QUESTION_SET]
        return [
            max(entry.at for entry in entries),
            told[-1] if told else "",
            len(asked),
            sum(entry.status != "ok" for entry in asked),
            sum(entry.input_tokens + entry.output_tokens for entry in entries),
            round(sum(map(self._cost, entries)) * MILLIONTHS),
        ]

    def _cost(self, entry: LogEntry) -> float:
        price = self.prices.find(entry.model) if entry.model else None
        return price.cost(entry.input_tokens, entry.output_tokens) if price else 0.0

    # --- reading ---

    def scores(self, name: str) -> dict[str, float]:
        """Every organisation with its score: `last_call`, or a metric of 24 hours or the month."""
        key = _key(name)
        if name.startswith("day:"):
            metric = name.partition(":")[2]
            key = _sum_key(metric)
            self._sum_day(metric)
        elif name.startswith("month:"):
            key = _key(name.partition(":")[2], _month(self.clock()))
        found = self.redis.zrange(key, 0, -1, withscores=True)
        return {org.decode(): score for org, score in found}

    def failing(self, count: int) -> list[Standing]:
        """The organisations with most failures in 24 hours, the most first."""
        self._sum_day(FAILURES)
        found = self.redis.zrevrange(_sum_key(FAILURES), 0, count - 1)
        return self.standings([org.decode() for org in found])

    def names(self) -> dict[str, dict[str, Any]]:
        """Titles and tags of the organisations that have some."""
        found = self.redis.hgetall(_key("names"))
        return {org.decode(): orjson.loads(raw) for org, raw in found.items()}

    def key_errors(self) -> dict[str, str]:
        """The organisations whose key was refused at the newest call that tells, and why."""
        found = self.redis.hgetall(_key("key_errors"))
        return {org.decode(): error.decode() for org, error in found.items()}

    def name(self, org: str, title: str, tags: Sequence[str]) -> None:
        """Give an organisation its title and tags."""
        self.redis.hset(_key("names"), org, orjson.dumps({"title": title, "tags": list(tags)}))

    def standings(self, orgs: Sequence[str]) -> list[Standing]:
        """What the board shows of these organisations, in three round trips at most."""
        if not orgs:
            return []
        for metric in METRICS:
            self._sum_day(metric)
        month = _month(self.clock())
        pipe = self.redis.pipeline(transaction=False)
        pipe.hmget(_key("names"), orgs)
        pipe.hmget(_key("key_errors"), orgs)
        for key in (
            _key("last_call"),
            *(_sum_key(metric) for metric in METRICS),
            *(_key(metric, month) for metric in METRICS),
        ):
            pipe.zmscore(key, orgs)
        names, errors, last, *scores = pipe.execute()
        found = []
        for at, org in enumerate(orgs):
            named = orjson.loads(names[at]) if names[at] else {}
            day, of_month = (
                {
                    metric: _amount(metric, scores[first + place][at])
                    for place, metric in enumerate(METRICS)
                }
                for first in (0, len(METRICS))
            )
            found.append(
                Standing(
                    id=org,
                    title=_shown_title(named),
                    tags=tuple(named.get("tags", ())),
                    last_call=last[at] or 0.0,
                    key_error=(errors[at] or b"").decode(),
                    day=day,
                    month=of_month,
                )
            )
        return found

    def forget(self, org: str) -> None:
        """Remove what is counted of a deleted organisation."""
        now = self.clock()
        buckets = [_bucket(now - back * BUCKET_SECONDS) for back in range(DAY_BUCKETS + 12)]
        months = [_month(now), _month(now - 31 * 24 * 3600)]
        pipe = self.redis.pipeline(transaction=False)
        pipe.hdel(_key("names"), org)
        pipe.hdel(_key("key_errors"), org)
        pipe.zrem(_key("last_call"), org)
        for metric in METRICS:
            for part in (*buckets, *months):
                pipe.zrem(_key(metric, part), org)
            pipe.zrem(_sum_key(metric), org)
        pipe.execute()

    def _sum_day(self, metric: str) -> None:
        """Add up the last 24 hours, unless that was done a moment ago."""
        key = _sum_key(metric)
        if self.redis.exists(key):
            return
        now = self.clock()
        keys = [_key(metric, _bucket(now - back * BUCKET_SECONDS)) for back in range(DAY_BUCKETS)]
        pipe = self.redis.pipeline(transaction=False)
        pipe.zunionstore(key, keys)
        pipe.expire(key, SUM_SECONDS)
        pipe.execute()


def _shown_title(named: Mapping[str, Any]) -> str:
    """The title, unless it shows nothing: an older release took such ones."""
    title = str(named.get("title", ""))
    return title if is_visible(title) else ""


def _by_span(entries: Sequence[LogEntry]) -> dict[tuple[str, str], list[LogEntry]]:
    """Entries by their two hours and their month."""
    found: dict[tuple[str, str], list[LogEntry]] = defaultdict(list)
    for entry in entries:
        found[_bucket(entry.at), _month(entry.at)].append(entry)
    return found


def _tells_of_key(entry: LogEntry) -> bool:
    """Whether a call shows how the key is: the provider refused it, or a model answered."""
    return entry.status in KEY_ERRORS or (entry.status == "ok" and bool(entry.model))


def _amount(metric: str, score: float | None) -> float:
    number = score or 0.0
    return number / MILLIONTHS if metric == COST else int(number)


def _key(*parts: str) -> str:
    return ":".join(("{fh:board}", *parts))


def _sum_key(metric: str) -> str:
    """The sums of 24 hours, kept for a moment."""
    return _key("sum", "day", metric)


def _bucket(at: float) -> str:
    return str(int(at // BUCKET_SECONDS))


def _month(at: float) -> str:
    return time.strftime("%Y-%m", time.gmtime(at))
