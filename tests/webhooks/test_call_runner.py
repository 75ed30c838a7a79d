"""A call apart from its request reads organisation and function anew, and never raises."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
import redis
from redis.exceptions import ConnectionError as RedisConnectionError

from flowhook.jobs.call import Call
from flowhook.limits.limiter import Limiter
from flowhook.organisations.organisation import Organisation
from flowhook.records.log_entry import LogEntry
from tests.webhooks.contexts import context_factory
from webhooks.call_runner import CallRunner
from webhooks.dispatcher import Dispatcher
from webhooks.registry import load_functions

ORGANISATIONS = {
    "acme": Organisation("acme", {"timezone": {"name": "Asia/Kolkata"}}, {}),
    "gone": Organisation("gone", {}, {}),
}


def find(org: str) -> Organisation:
    if org not in ORGANISATIONS:
        raise RedisConnectionError("away")
    return ORGANISATIONS[org]


@pytest.fixture
def entries() -> list[LogEntry]:
    return []


@pytest.fixture
def runner(fake_redis: redis.Redis, entries: list[LogEntry]) -> CallRunner:
    contexts, limiter = context_factory(fake_redis), Limiter(fake_redis)
    dispatcher = Dispatcher(load_functions(), contexts, entries.append, limiter)
    return CallRunner(dispatcher, find, lambda origin: nullcontext())


def test_it_runs_the_function(runner: CallRunner, entries: list[LogEntry]) -> None:
    outcome = runner.run(Call("acme", "get_buttons", {"buttons_data": "a|b"}, "r1"))
    assert (outcome.status, outcome.main, outcome.error) == (200, "buttons", None)
    assert outcome.answer["button_count"] == 2
    assert [(entry.function, entry.status) for entry in entries] == [("get_buttons", "ok")]


@pytest.mark.parametrize(
    ("org", "function", "type_", "retryable"),
    [
        ("gone", "get_buttons", "not_found", False),
        ("acme", "get_button", "not_found", False),
        ("elsewhere", "get_buttons", "overloaded", True),
    ],
)
def test_what_keeps_it_from_its_function_is_its_outcome(
    runner: CallRunner,
    entries: list[LogEntry],
    org: str,
    function: str,
    type_: str,
    retryable: bool,
) -> None:
    outcome = runner.run(Call(org, function, {}, "r1"))
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.retryable) == (type_, retryable)
    assert [entry.status for entry in entries] == [type_]
