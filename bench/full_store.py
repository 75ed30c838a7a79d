"""A full store: many organisations, a long log, one of them with half of it and a long flow.

It is written by the service's own stores, in large batches, without calling the service.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import orjson

from flowhook.board.board import Board
from flowhook.config import Config
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.trash import MAX_ITEMS, Trash
from flowhook.records.batch import batches_of
from flowhook.records.log import LogStore
from flowhook.records.log_entry import LogEntry
from flowhook.records.recent_outcomes import KEEP_SECONDS, RecentOutcomes
from flowhook.redis.keys import ORGANISATIONS, audit_key, org_key
from flowhook.usage.counters import UsageCounters
from flowhook.usage.prices import Prices

BUSY = "org-00000"
BATCH = 500
DAYS = 30
CHANGES = 10_000
FLOW_NODES = 2_900
COMMON_WORD, RARE_WORD, ABSENT_WORD = "scatters", "aurora", "zebra"
RARE = 1_000  # one call in so many has the rare word
WITHOUT_END = 1 << 40


@dataclass(frozen=True, slots=True)
class Sizes:
    """`busy` of the `entries` are one organisation's; the others share the rest."""

    organisations: int
    entries: int
    busy: int

    def counts(self) -> Iterator[tuple[str, int]]:
        """Every organisation with how many entries it has."""
        others = max(1, self.organisations - 1)
        each, more = divmod(self.entries - self.busy, others)
        yield BUSY, self.busy
        for number in range(1, self.organisations):
            yield name_of(number), each + (number <= more)


def name_of(number: int) -> str:
    return f"org-{number:05}"


def fill(redis: Any, config: Config, sizes: Sizes) -> None:
    """Write organisations, their entries and what is counted of them; then what else one has."""
    cipher = Cipher(config.encryption_keys)
    board = Board(redis, Prices.load(None))
    _add_organisations(redis, board, sizes.organisations)
    log = LogStore(redis, cipher, WITHOUT_END, config.log_days, max_bytes=WITHOUT_END)
    sinks, recent_sinks = (log, UsageCounters(redis)), (RecentOutcomes(redis), board)
    entries = chain.from_iterable(entries_of(org, count) for org, count in sizes.counts())
    while some := list(islice(entries, BATCH)):
        pipe = redis.pipeline(transaction=False)
        for sink in sinks:
            sink.add_to(pipe, batches_of(some))
        recent = [one for one in some if one.at > time.time() - KEEP_SECONDS]
        for recent_sink in recent_sinks:  # of older calls they would soon keep nothing
            recent_sink.add_to(pipe, batches_of(recent))
        pipe.execute()
    _add_deleted(redis, cipher)
    _add_changes(redis)


def _add_organisations(redis: Any, board: Board, count: int) -> None:
    pipe = redis.pipeline(transaction=False)
    for number in range(count):
        org = name_of(number)
        settings = {"openai:": b"1", "openai:is_active": b"true", "openai:api_key": b"sealed"}
        pipe.zadd(ORGANISATIONS, {org: 0})
        pipe.hset(org_key(org, "settings"), mapping=settings)
        if number % BATCH == BATCH - 1:
            pipe.execute()
    pipe.execute()
    redis.hdel(org_key(BUSY, "settings"), "openai:api_key")  # nothing decrypts "sealed"
    for number in range(count):
        board.name(name_of(number), f"आशा NGO {number:05}", ["pilot", f"state-{number % 30}"])


def entries_of(org: str, count: int) -> Iterator[LogEntry]:
    """Entries of the last 30 days, the oldest first."""
    now = time.time()
    for number in range(count):
        yield entry(org, number, now - DAYS * 86_400 * (1 - (number + 1) / (count + 1)))


def entry(org: str, number: int, at: float) -> LogEntry:
    word = RARE_WORD if number % RARE == 7 else "sky"
    answer = {"success": True, "parsed_msg": f"Blue light {COMMON_WORD} most in the air. " * 4}
    return LogEntry(
        organization_id=org,
        function="parse_via_chat_gpt",
        request_id=f"{org}-{number}",
        status="provider_timeout" if number % 50 == 0 else "ok",
        http_status=200,
        milliseconds=812.0,
        at=at,
        contact=str(number % 997),
        flow="42",
        model=f"gpt-6-{('luna', 'sol')[number % 2]}",
        input_tokens=180,
        output_tokens=60,
        request={"question_text": f"Why is the {word} blue?", "contact": {"id": number}},
        response=answer,
    )


def _add_deleted(redis: Any, cipher: Cipher) -> None:
    """As many deleted sections as are kept, each with a long text."""
    trash = Trash(redis, cipher)
    pipe = redis.pipeline(transaction=False)
    content = {"limits": {"note": "x" * 4_000}}
    for number in range(MAX_ITEMS):
        trash.put(pipe, BUSY, trash.item("section", f"limits {number}", "Asha", content))
    pipe.execute()


def _add_changes(redis: Any) -> None:
    change = {"actor": "Asha", "action": "change", "what": "limits", "fields": ["per_minute"]}
    pipe = redis.pipeline(transaction=False)
    for _ in range(CHANGES):
        pipe.xadd(audit_key(BUSY), {"entry": orjson.dumps(change)})
    pipe.execute()


def long_flow() -> dict[str, Any]:
    """A flow of messages behind one another, as an export has it."""
    names: Sequence[str | None] = [*(f"node-{place}" for place in range(FLOW_NODES)), None]
    nodes = [
        {
            "uuid": names[place],
            "actions": [{"uuid": f"a-{place}", "type": "send_msg", "text": "What do you say?"}],
            "exits": [{"uuid": f"e-{place}", "destination_uuid": names[place + 1]}],
        }
        for place in range(FLOW_NODES)
    ]
    definition = {"uuid": "long", "name": "Long", "spec_version": "13.1.0", "nodes": nodes}
    return {"flows": [{"definition": definition, "keywords": ["long"]}]}
