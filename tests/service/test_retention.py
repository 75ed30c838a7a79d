"""Days that an organisation names, from its settings to the stores, through the front door."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from answers.inbox.inbox import Inbox
from flowhook.organisations.retention_sweep import RetentionSweep
from flowhook.redis.connect import Client
from flowhook.redis.keys import org_key
from tests.answers.inbox.items import asked
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import OpenService, Service
from tests.flows.talking import GREETING, publish, say
from tests.waiting import wait_for

DAY = 86_400


def keep(service: Service, **days: int) -> None:
    stored = service.admin("PUT", "/settings/acme/guardrails", {"retention": days})
    assert stored.status in (200, 201), stored.body


def sweep_of(service: Service) -> RetentionSweep:
    owners = [getattr(one, "__self__", None) for one in service.background.waker.sweeps]
    [found] = [one for one in owners if isinstance(one, RetentionSweep)]
    return found


def test_the_log_is_shortened_though_nothing_is_added(
    open_service: OpenService, any_redis: Client, openai: FakeOpenAI
) -> None:
    service = open_service(any_redis)
    service.organisation(openai)
    assert service.call("get_buttons", {"buttons_data": "Yes"}).status == 200
    service.flush()
    long_ago = int((time.time() - 8 * DAY) * 1000)
    log = org_key("acme", "log")
    found: Any = any_redis.xrange(log)
    [(entry_id, fields)] = found
    any_redis.delete(log)
    any_redis.xadd(log, fields, id=f"{long_ago}-0")
    any_redis.xadd(log, fields, id=entry_id)
    sweep = sweep_of(service)
    sweep.look()
    assert any_redis.xlen(log) == 2
    keep(service, logs_days=7)
    assert len(service.admin("GET", "/logs/acme").json["logs"]) == 1
    sweep.look()
    assert any_redis.xlen(log) == 1


def test_media_are_kept_for_the_days_of_the_organisation(
    open_service: OpenService, any_redis: Client, openai: FakeOpenAI
) -> None:
    service = open_service(any_redis, media_days=7)
    service.organisation(openai)
    assert service.call("text_to_speech", {"text": "Hello"}).status == 200
    [media] = any_redis.scan_iter(match="fh:{acme}:media:*")
    assert 6 * DAY < any_redis.ttl(media) <= 7 * DAY
    keep(service, media_days=2)
    sweep_of(service).look()
    assert DAY < any_redis.ttl(media) <= 2 * DAY
    assert service.call("text_to_speech", {"text": "Hello again"}).status == 200
    lives = [any_redis.ttl(one) for one in any_redis.scan_iter(match="fh:{acme}:media:*")]
    assert all(DAY < life <= 2 * DAY for life in lives)
    assert len(lives) == 2


def test_conversations_and_what_ended_in_the_inbox_go_too(
    open_service: OpenService, any_redis: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = open_service(any_redis)
    service.organisation()
    publish(service, GREETING)
    assert say(service, "hello", "7").status == 200
    inbox: Inbox = service.app.extensions[Inbox.NAME]
    item_id = inbox.intake.add("acme", asked(way={"kind": "none"})).id
    inbox.answer("acme", item_id, "Yes.", "Meera")
    keep(service, conversations_days=90, inbox_days=90)
    conversations = service.background.waker.conversations

    def wind(days: int) -> None:
        later = datetime.now(UTC) + timedelta(days=days)
        monkeypatch.setattr(conversations, "now", lambda: later)
        monkeypatch.setattr(inbox.store, "clock", later.timestamp)
        sweep_of(service).look()

    def shown() -> list[int]:
        paths = ("/conversations/acme/7", f"/inbox/acme/{item_id}")
        return [service.admin("GET", path).status for path in paths]

    wind(89)
    assert shown() == [200, 200]
    wind(91)
    assert shown() == [404, 404]


def test_it_looks_once_an_hour_and_only_where_days_are_named(service: Service) -> None:
    service.organisation()
    sweep = sweep_of(service)
    assert list(sweep.wanting()) == []
    keep(service, logs_days=7, inbox_days=3)
    assert [org for org, _ in sweep.wanting()] == ["acme", "acme"]
    sweep.sweep()
    assert 3500 < service.redis.ttl(sweep.LOOK_KEY) <= 3600
    wait_for(lambda: not service.redis.exists(sweep.RUN_KEY), "the look's end")
