"""The address that kept media have."""

from __future__ import annotations

import pytest
import redis

from flowhook.errors import Internal
from flowhook.http.origin import called_at
from flowhook.media.public import PublicMedia
from flowhook.media.store import MediaStore
from flowhook.organisations.cipher import Cipher
from tests.fixtures_app import FIRST_KEY


@pytest.fixture
def store(fake_redis: redis.Redis) -> MediaStore:
    return MediaStore(fake_redis, Cipher([FIRST_KEY]))


def test_the_url_leads_to_what_was_kept(store: MediaStore) -> None:
    url = PublicMedia(store, "https://hooks.example").keep("acme", b"sound", "mp3")
    assert url.startswith("https://hooks.example/media/acme.")
    kept = store.get(url.rpartition("/")[2])
    assert (kept.content, kept.content_type) == (b"sound", "audio/mpeg")


def test_without_a_public_url_it_is_where_the_caller_called(store: MediaStore) -> None:
    media = PublicMedia(store, None)
    with called_at("http://10.0.0.1:8000"):
        assert media.keep("acme", b"x", "png").startswith("http://10.0.0.1:8000/media/acme.")
    with pytest.raises(Internal):
        media.keep("acme", b"x", "png")
