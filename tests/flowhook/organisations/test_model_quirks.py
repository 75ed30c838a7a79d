"""What an organisation's models refuse, and the warnings that its admin sees."""

from __future__ import annotations

import orjson
import redis

from flowhook.organisations.model_quirks import QUIRK_SECONDS, StoredModelQuirks, read_warnings
from flowhook.organisations.organisation import Organisation


def test_a_quirk_lasts_an_hour(fake_redis: redis.Redis) -> None:
    now = [1_000_000.0]
    told: list[str] = []
    acme = Organisation("acme", {}, {})
    found = StoredModelQuirks(fake_redis, acme, "http://h/v1", told.append, lambda: now[0])
    found.learn("gpt-5", {"refuses": ["temperature"]})
    assert told == ["acme"]
    raw = fake_redis.hgetall("fh:{acme}:lessons")
    quirks = {key.decode(): orjson.loads(value) for key, value in raw.items()}  # type: ignore[union-attr]
    later = StoredModelQuirks(
        fake_redis,
        Organisation("acme", {}, {}, quirks),
        "http://h/v1",
        told.append,
        lambda: now[0],
    )
    now[0] += QUIRK_SECONDS - 1
    assert later.of("gpt-5")["refuses"] == ["temperature"]
    now[0] += 1
    assert later.of("gpt-5") == {}


def test_what_is_learned_adds_up_at_once(fake_redis: redis.Redis) -> None:
    found = StoredModelQuirks(
        fake_redis, Organisation("acme", {}, {}), "http://h", lambda org: None
    )
    assert found.of("gpt-5") == {}
    found.learn("gpt-5", {"refuses": ["stop"]})
    found.learn("gpt-5", {"successor": "gpt-6"})
    known = found.of("gpt-5")
    assert (known["refuses"], known["successor"]) == (["stop"], "gpt-6")
    assert found.of("gpt-6") == {}


def test_a_warning_is_kept_once_a_model(fake_redis: redis.Redis) -> None:
    found = StoredModelQuirks(
        fake_redis, Organisation("acme", {}, {}), "http://h", lambda org: None
    )
    assert read_warnings(fake_redis, "acme") == []
    found.warn("gpt-4", "old")
    found.warn("gpt-4", "gone")
    found.warn("gpt-5", "old")
    warnings = read_warnings(fake_redis, "acme")
    assert {(one["model"], one["message"]) for one in warnings} == {
        ("gpt-4", "gone"),
        ("gpt-5", "old"),
    }
    moments = [one["at"] for one in warnings]
    assert moments == sorted(moments, reverse=True)
    assert fake_redis.ttl("fh:{acme}:warnings") > 0
