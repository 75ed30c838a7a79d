"""How much a WhatsApp message asks of Redis, from its delivery to its reply."""

from __future__ import annotations

from collections import Counter
from typing import Any

import redis

from tests.fakes.graph import FakeGraph, Line, Person
from tests.fixtures_app import OpenService
from tests.flows.talking import GREETING, publish
from tests.waiting import wait_for

ASHA = Person("919876543210", "IN.1234567890")
MOST_COMMANDS = 82  # without a function's call; 19 look for who is due, with others in one look
BESIDE = frozenset({"info", "ping", "hello", "client", "command"})


def commands(store: redis.Redis) -> Counter[str]:
    """Calls of each command so far, those of scripts included."""
    found: dict[str, Any] = store.info("commandstats")
    named = {name.removeprefix("cmdstat_"): one["calls"] for name, one in found.items()}
    return Counter({name: n for name, n in named.items() if name.partition("|")[0] not in BESIDE})


def test_a_message_asks_little_of_redis(
    on_whatsapp: OpenService, real_redis: redis.Redis, graph: FakeGraph, line: Line
) -> None:
    service = on_whatsapp(real_redis)
    publish(service, GREETING)
    for words in ("Hello", "Asha", "Hello"):  # scripts are loaded, settings and library read
        graph.writes(line, ASHA, words)
        wait_for(service.background.waker.look, "a contact to be due")
    before = commands(real_redis)
    graph.writes(line, ASHA, "Asha")
    delivered = commands(real_redis) - before

    def work() -> Counter[str]:
        before = commands(real_redis)
        is_due = service.background.waker.look()
        return commands(real_redis) - before if is_due else Counter()

    asked = delivered + wait_for(work, "a contact to be due")
    assert graph.texts()[-1] == "Hello Asha"
    assert asked.total() <= MOST_COMMANDS, asked
