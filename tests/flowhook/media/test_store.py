"""Media kept and found again, on every kind of Redis."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from flowhook.errors import InvalidResponse, NotFound
from flowhook.media.store import CONTENT_TYPES, NAME, MediaStore
from flowhook.organisations.cipher import Cipher
from flowhook.redis.connect import connect
from flowhook.redis.keys import org_key, scan_organisation
from tests.fakes.openai import FakeOpenAI, sounds
from tests.fixtures_app import FIRST_KEY, SECOND_KEY

DAY = 86_400
SOUND = b"OggS and what a contact's teacher said"


def make_store(redis: Any, **changes: Any) -> MediaStore:
    return MediaStore(redis, Cipher([FIRST_KEY]), **changes)


def test_what_is_kept_is_found_by_its_name(any_redis: Any) -> None:
    store = make_store(any_redis)
    name = store.keep("acme", SOUND, "ogg")
    found = store.get(name)
    assert (found.content, found.content_type) == (SOUND, "audio/ogg")
    assert NAME.fullmatch(name)
    assert store.keep("acme", SOUND, "ogg") != name


def test_a_voice_note_is_served_under_the_type_that_meta_takes(any_redis: Any) -> None:
    store = make_store(any_redis)
    opus = store.keep("acme", sounds.ogg_opus(1), "ogg")
    vorbis = store.keep("acme", b"OggS" + bytes(24) + b"\x01vorbis", "ogg")
    assert store.get(opus).content_type == "audio/ogg; codecs=opus"
    assert store.get(vorbis).content_type == "audio/ogg"


def test_nothing_of_it_stands_readable_in_redis(any_redis: Any) -> None:
    store = make_store(any_redis)
    name = store.keep("acme", SOUND, "ogg")
    secret = name.split(".")[1].encode()
    keys = list(scan_organisation(any_redis, "acme"))
    assert len(keys) == 3
    for key in keys:
        assert secret not in key
        assert 0 < any_redis.ttl(key) <= 24 * 3600
        value = any_redis.dump(key)
        assert value is not None
        assert SOUND not in value
        assert secret not in value


def test_it_goes_with_the_organisation(any_redis: Any) -> None:
    store = make_store(any_redis)
    name = store.keep("acme", SOUND, "ogg")
    other = store.keep("other", SOUND, "ogg")
    any_redis.unlink(*scan_organisation(any_redis, "acme"))
    with pytest.raises(NotFound):
        store.get(name)
    assert store.get(other).content == SOUND


def test_the_oldest_make_room(any_redis: Any) -> None:
    store = make_store(any_redis, organisation_bytes=1000)
    names = []
    for place in range(8):
        names.append(store.keep("acme", bytes(200), "ogg"))
        _age(any_redis, place)
    alive = [name for name in names if _is_there(store, name)]
    assert alive == names[-4:]
    total = any_redis.get(org_key("acme", "media_bytes"))
    kept = any_redis.zrange(org_key("acme", "media_index"), 0, -1)
    assert total is not None
    assert int(total) == sum(int(member.split()[0]) for member in kept) <= 1000


def test_what_expired_counts_no_more(any_redis: Any) -> None:
    store = make_store(any_redis)
    store.keep("acme", bytes(200), "ogg")
    index = org_key("acme", "media_index")
    [member] = any_redis.zrange(index, 0, -1)
    any_redis.zadd(index, {member: 1})
    store.keep("acme", bytes(100), "ogg")
    [member] = any_redis.zrange(index, 0, -1)
    assert int(any_redis.get(org_key("acme", "media_bytes")) or 0) == int(member.split()[0])


@pytest.mark.parametrize(
    "change",
    [
        lambda name: name.replace("acme", "other"),
        lambda name: name.replace(".ogg", ".png"),
        lambda name: name[:-5] + ("A" if name[-5] != "A" else "B") + ".ogg",
        lambda name: name.rpartition(".")[0],
        lambda name: "*." + name.partition(".")[2],
        lambda name: "",
    ],
)
def test_no_other_name_finds_it(any_redis: Any, change: object) -> None:
    store = make_store(any_redis)
    name = store.keep("acme", SOUND, "ogg")
    with pytest.raises(NotFound):
        store.get(change(name))  # type: ignore[operator]


def test_without_its_key_it_is_gone(fake_redis: Any) -> None:
    name = make_store(fake_redis).keep("acme", SOUND, "ogg")
    with pytest.raises(NotFound):
        MediaStore(fake_redis, Cipher([SECOND_KEY])).get(name)


def test_what_is_too_large_is_not_kept(fake_redis: Any) -> None:
    with pytest.raises(InvalidResponse):
        make_store(fake_redis).keep("acme", bytes(16 * 1024 * 1024 + 1), "ogg")
    assert fake_redis.dbsize() == 0


def test_every_extension_makes_a_name(fake_redis: Any) -> None:
    store = make_store(fake_redis)
    for extension, content_type in CONTENT_TYPES.items():
        assert store.get(store.keep("a-b_c", b"x", extension)).content_type == content_type


class Clock:
    """Epoch seconds, which tests wind on."""

    def __init__(self) -> None:
        self.now = float(int(time.time()))

    def __call__(self) -> float:
        return self.now


def test_an_organisation_names_fewer_days_than_the_operator(any_redis: Any) -> None:
    days = {"acme": 2, "long": 9}
    store = make_store(any_redis, seconds=3 * DAY, days_of=days.get)
    for org in ("acme", "long", "other"):
        store.keep(org, SOUND, "ogg")
    lives = [any_redis.ttl(_content(any_redis, org)) for org in ("acme", "long", "other")]
    assert [round(life / DAY) for life in lives] == [2, 3, 3]


def test_a_shorter_time_ends_what_is_stored(any_redis: Any) -> None:
    clock = Clock()
    store = make_store(any_redis, seconds=5 * DAY, clock=clock)
    old = store.keep("acme", SOUND, "ogg")
    clock.now += 2 * DAY
    new = store.keep("acme", SOUND, "ogg")
    store.shorten("acme", 5)
    assert _is_there(store, old)
    store.shorten("acme", 2)
    assert [_is_there(store, name) for name in (old, new)] == [False, True]
    [member] = any_redis.zrange(org_key("acme", "media_index"), 0, -1)
    assert int(any_redis.get(org_key("acme", "media_bytes"))) == int(member.split()[0])
    store.shorten("acme", 2)
    clock.now += 2 * DAY
    store.shorten("acme", 2)
    assert not _is_there(store, new)
    assert int(any_redis.get(org_key("acme", "media_bytes"))) == 0


def test_media_of_an_older_release_are_taken_for_a_day_s(any_redis: Any) -> None:
    clock = Clock()
    store = make_store(any_redis, seconds=5 * DAY, clock=clock)
    name = store.keep("acme", SOUND, "ogg")
    index = org_key("acme", "media_index")
    [member] = any_redis.zrange(index, 0, -1)
    size, _, digest = member.split()
    any_redis.zadd(index, {size + b" " + digest: clock.now + DAY})
    any_redis.zrem(index, member)
    store.shorten("acme", 1)
    assert _is_there(store, name)
    assert any_redis.zscore(index, size + b" " + digest) == clock.now + DAY


def _content(redis: Any, org: str) -> bytes:
    """The key of an organisation's only media."""
    [key] = redis.scan_iter(match=org_key(org, "media", "*"))
    return bytes(key)


def _age(redis: Any, place: int) -> None:
    """Give the media kept last an expiry of their own: within one second they would be equal."""
    index = org_key("acme", "media_index")
    for member, expiry in redis.zrange(index, 0, -1, withscores=True):
        if expiry % 1 == 0:
            redis.zadd(index, {member: expiry + (place + 1) / 100})


def _is_there(store: MediaStore, name: str) -> bool:
    try:
        return bool(store.get(name).content)
    except NotFound:
        return False


def test_a_store_is_made_before_its_cluster_is_there() -> None:
    address = FakeOpenAI.closed_base_url().removeprefix("http://").partition("/")[0]
    make_store(connect(f"redis+cluster://{address}", Path("unused")))
