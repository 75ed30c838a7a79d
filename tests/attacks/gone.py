"""What is left of an organisation that was deleted."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import redis

from flowhook.redis.keys import audit_key, org_key
from tests.attacks.rows import Row, attack
from tests.attacks.stand import Stand
from tests.fakes.openai import faults
from tests.waiting import wait_for

ORG = "GoneForEver"
CONTACT = "919812345678"
# Who did what, the deletion too, is the operator's; and the marks by which late writes are refused.
KEPT = {audit_key(ORG), org_key(ORG, "gone"), "fh:deleted"}


@attack("10. an organisation is deleted while its calls are in flight")
def deleted(stand: Stand) -> Iterator[Row]:
    victim = stand.organisation(ORG)
    who = {"contact": {"id": CONTACT, "phone": CONTACT}}
    before = len(stand.openai.requests)
    gate = threading.Event()
    stand.openai.fail(faults.held(gate), times=None)
    calls: list[tuple[str, dict[str, Any], dict[str, str]]] = [
        ("parse_via_chat_gpt", {"question_text": "Why?", "thread_id": "new"}, {}),
        ("parse_via_chat_gpt", {"question_text": "Why?"}, {"Idempotency-Key": "k"}),
        ("generate_image", {"prompt": "A cow"}, {}),
        ("text_to_speech", {"text": "Hello"}, {}),
        ("parse_via_chat_gpt", {"question_text": "How?"}, {"Prefer": "wait=1"}),
        ("parse_via_chat_gpt", {"question_text": "When?"}, {"Prefer": "respond-async"}),
    ]
    with ThreadPoolExecutor(len(calls)) as pool:
        made = [
            pool.submit(stand.call, victim, name, {**body, **who}, **headers)
            for name, body, headers in calls
        ]
        wait_for(lambda: len(stand.openai.requests) >= before + len(calls), "calls in flight")
        stand.ask("DELETE", f"/settings/{ORG}", stand.operator_token)
        stand.openai.recover()
        gate.set()
        answers = [one.result() for one in made]
    time.sleep(5.0)  # for what is written late
    left = sorted((traces(stand.redis, ORG) - KEPT) | traces(stand.redis, CONTACT))
    for key in left:
        print(f"      left: {key}")
    yield Row("answers that are no answer", sum(one.status_code == 500 for one in answers), 0)
    yield Row("keys that name it", len(left), 0)


def traces(store: redis.Redis, name: str) -> set[str]:
    """The keys whose name or value holds a text; dumps of streams and sets too."""
    wanted = name.encode()
    found = set()
    for key in store.scan_iter(count=1000):
        if wanted in key or wanted in whole(store, key):
            found.add(key.decode("utf-8", "replace"))
    return found


def whole(store: redis.Redis, key: bytes) -> bytes:
    """All of a key's value, as bytes to search."""
    kind = cast(bytes, store.type(key)).decode()
    read: dict[str, Any] = {
        "string": store.get,
        "hash": store.hgetall,
        "set": store.smembers,
        "list": lambda each: store.lrange(each, 0, -1),
        "zset": lambda each: store.zrange(each, 0, -1),
        "stream": store.xrange,
    }
    return repr(read[kind](key)).encode() if kind in read else b""
