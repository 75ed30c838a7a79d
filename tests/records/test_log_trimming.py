"""The log is rid of what is older than its days."""

from __future__ import annotations

import time

from records.entry import Entry
from records.log import LogStore
from settings.cipher import Cipher
from storage.keys import org_key
from tests.fixtures_app import FIRST_KEY

DAY = 86_400


def entry() -> Entry:
    return Entry("acme", "get_buttons", "r1", "ok", 200, 1.0, at=0.0, request={}, response={})


def write(log, redis):
    pipe = redis.pipeline(transaction=False)
    log.add_to(pipe, [entry()])
    pipe.execute()


def test_entries_older_than_the_days_are_removed_and_an_idle_log_expires(fake_redis):
    key = org_key("acme", "log")
    long_ago = int((time.time() - 40 * DAY) * 1000)
    fake_redis.xadd(key, {"summary": b"{}", "body": b""}, id=f"{long_ago}-0")
    write(LogStore(fake_redis, Cipher([FIRST_KEY]), max_entries=100, max_days=30), fake_redis)
    assert fake_redis.xlen(key) == 1
    assert 29 * DAY < fake_redis.ttl(key) <= 30 * DAY


def test_an_organisation_is_trimmed_once_an_hour(fake_redis):
    now = [time.time()]
    log = LogStore(fake_redis, Cipher([FIRST_KEY]), 100, 30, clock=lambda: now[0])
    key = org_key("acme", "log")
    write(log, fake_redis)
    fake_redis.persist(key)
    write(log, fake_redis)
    assert fake_redis.ttl(key) == -1
    now[0] += 3601
    write(log, fake_redis)
    assert fake_redis.ttl(key) > 0
