"""What doctor says of the store, on real servers."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import redis

from flowhook.jobs.liveness import Liveness
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.store import SettingsStore
from flowhook.redis.connect import Client
from service.doctor import store
from service.doctor.finding import ADVICE, OK, WRONG
from tests.fakes.valkey import Valkey
from tests.fixtures_app import FIRST_KEY, SECOND_KEY


@pytest.mark.parametrize("kind", ["real_redis", "cluster_redis"])
def test_every_kind_of_redis_tells_of_itself(kind: str, request: pytest.FixtureRequest) -> None:
    found = {one.part: one for one in store.servers(request.getfixturevalue(kind))}
    assert list(found) == ["Redis", "Persistence", "When full", "Memory"]
    assert found["Redis"].state == OK
    assert found["Redis"].words.startswith("Valkey ")
    assert store.clock(request.getfixturevalue(kind)).state == OK


def test_a_server_set_otherwise_is_told(tmp_path: Path) -> None:
    with Valkey(tmp_path, "--appendonly", "no", "--maxmemory-policy", "allkeys-lru") as server:
        found = {one.part: one for one in store.servers(server.client())}
        assert (found["Persistence"].state, found["When full"].state) == (WRONG, WRONG)
        assert "allkeys-lru" in found["When full"].words
        assert found["Memory"].state == ADVICE
        server.client().config_set("maxmemory", "100mb")
        server.client().config_set("appendonly", "yes")
        server.client().config_set("maxmemory-policy", "noeviction")
        found = {one.part: one for one in store.servers(server.client())}
        assert {one.state for one in found.values()} == {OK}
        server.client().config_set("maxmemory", "1mb")
        assert store.memory(server.client(), []).state == WRONG


@pytest.mark.parametrize(
    ("version", "state"), [("6.2.14", WRONG), ("7.0.0", OK), ("7.2.4", OK), ("10.1", OK)]
)
def test_an_old_redis_is_told(version: str, state: str) -> None:
    assert store.version([{"redis_version": version}]).state == state


def test_clocks_apart_are_told(real_redis: redis.Redis) -> None:
    found = store.clock(real_redis, now=lambda: time.time() - 90)
    assert (found.state, found.words) == (WRONG, "90 s apart from that of Redis")


def test_secrets_that_no_key_opens_are_named(any_redis: Client) -> None:
    written = SettingsStore(any_redis, Cipher([FIRST_KEY]))
    written.sections.put("acme", "openai", {"api_key": "sk-0123456789"}, "me")
    written.sections.put("bhoomi", "signature", {"phrase": "a phrase of ours"}, "me")
    assert store.secrets(written).words == "ENCRYPTION_KEYS open all 2 stored secrets"
    found = store.secrets(SettingsStore(any_redis, Cipher([SECOND_KEY])))
    assert found.state == WRONG
    assert "openai:api_key of acme, signature:phrase of bhoomi" in found.words


def test_workers_are_counted(any_redis: Client) -> None:
    liveness = Liveness(any_redis)
    assert store.workers(liveness).state == WRONG
    liveness.become_worker()
    assert store.workers(liveness).words == "one is running"
    liveness.close()
