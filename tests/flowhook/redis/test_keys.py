from __future__ import annotations

import pytest
from redis.crc import key_slot

from flowhook.redis.connect import Client
from flowhook.redis.keys import (
    ORGANISATIONS,
    audit_key,
    guess_key,
    known_key,
    org_key,
    scan_organisation,
    session_key,
)


def test_an_organisations_keys_share_one_slot() -> None:
    keys = [org_key("acme", "settings"), org_key("acme", "openai", "main"), org_key("acme")]
    assert keys == ["fh:{acme}:settings", "fh:{acme}:openai:main", "fh:{acme}"]
    assert {key_slot(key.encode()) for key in keys} == {key_slot(b"acme")}


def test_what_outlives_an_organisation_is_not_under_its_keys(any_redis: Client) -> None:
    keys = [audit_key("acme"), guess_key(b"\x0a"), known_key(b"\x0a"), session_key("d")]
    assert keys == ["fh:audit:{acme}", "fh:guess:0a", "fh:known:0a", "fh:session:d"]
    for key in keys:
        any_redis.set(key, "1")
    assert list(scan_organisation(any_redis, "acme")) == []


@pytest.mark.parametrize(
    "organisation", ["", "a*", "a}b", "a{b", "a:b", "é", "a" * 65, "a\n", "[a]"]
)
def test_an_id_that_could_reach_further_is_refused(organisation: str) -> None:
    with pytest.raises(ValueError, match="organisation id"):
        org_key(organisation, "settings")


def test_scan_yields_every_key_of_one_organisation_once(any_redis: Client) -> None:
    mine = {org_key("acme", "log", str(i)).encode() for i in range(2500)}
    others = {org_key(name, "log").encode() for name in ("acme2", "ACME", "_acme", "acm-")}
    with any_redis.pipeline(transaction=False) as pipeline:
        for key in [*mine, *others, ORGANISATIONS.encode()]:
            pipeline.set(key, "1")
        pipeline.execute()
    found = list(scan_organisation(any_redis, "acme"))
    assert len(found) == len(mine)
    assert set(found) == mine
    assert list(scan_organisation(any_redis, "nobody")) == []


def test_one_organisations_keys_work_in_a_transaction_and_a_script(any_redis: Client) -> None:
    first, second = org_key("acme", "a"), org_key("acme", "b")
    with any_redis.pipeline(transaction=True) as pipeline:
        pipeline.set(first, b"1")
        pipeline.set(second, b"\xff\x00")
        pipeline.get(first)
        pipeline.get(second)
        assert pipeline.execute()[-2:] == [b"1", b"\xff\x00"]
    script = "return redis.call('get', KEYS[1]) .. redis.call('get', KEYS[2])"
    assert any_redis.eval(script, 2, first, second) == b"1\xff\x00"
