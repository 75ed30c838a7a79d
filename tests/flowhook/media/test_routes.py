"""GET /media/<name> through the front door."""

from __future__ import annotations

from typing import cast

import pytest
import redis

from flowhook.media.store import MediaStore
from flowhook.organisations.cipher import Cipher
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import FIRST_KEY, OpenService, Service

SOUND = b"OggS" + bytes(range(96))


def keep(service: Service, content: bytes = SOUND, extension: str = "ogg") -> str:
    store = MediaStore(service.redis, Cipher([FIRST_KEY]))
    return f"/media/{store.keep('acme', content, extension)}"


def test_no_proof_is_needed_and_the_headers_are_safe(service: Service) -> None:
    served = service.request("GET", keep(service))
    assert (served.status, served.body) == (200, SOUND)
    headers = served.headers
    assert headers["Content-Type"] == "audio/ogg"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "script" not in headers["Content-Security-Policy"]
    assert headers["Content-Disposition"] == "inline"
    assert headers["Accept-Ranges"] == "bytes"
    assert "X-Request-ID" in headers


def test_head_tells_the_length(service: Service) -> None:
    served = service.request("HEAD", keep(service))
    assert (served.status, served.body) == (200, b"")
    assert served.headers["Content-Length"] == "100"


@pytest.mark.parametrize(
    ("asked", "content", "told"),
    [
        ("bytes=0-3", SOUND[:4], "bytes 0-3/100"),
        ("bytes=90-", SOUND[90:], "bytes 90-99/100"),
        ("bytes=-5", SOUND[-5:], "bytes 95-99/100"),
        ("bytes=50-1000", SOUND[50:], "bytes 50-99/100"),
    ],
)
def test_ranges(service: Service, asked: str, content: bytes, told: str) -> None:
    served = service.request("GET", keep(service), headers={"Range": asked})
    assert (served.status, served.body) == (206, content)
    assert served.headers["Content-Range"] == told


@pytest.mark.parametrize("asked", ["bytes=500-", "bytes=9-3", "lines=1-2", "bytes=0-1,5-6"])
def test_a_range_that_cannot_be_served_is_ignored(service: Service, asked: str) -> None:
    served = service.request("GET", keep(service), headers={"Range": asked})
    assert (served.status, served.body) == (200, SOUND)


@pytest.mark.parametrize("name", ["x", "acme.x.ogg", "acme." + "A" * 43 + ".ogg", "%2e%2e%2fx"])
def test_what_is_not_there_is_404(service: Service, name: str) -> None:
    served = service.request("GET", f"/media/{name}")
    assert (served.status, served.error["type"]) == (404, "not_found")


def test_other_methods_are_refused(service: Service) -> None:
    assert service.request("POST", keep(service), {}).status == 405
    assert service.request("DELETE", keep(service)).status == 405


def test_it_goes_with_the_organisation(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    url = service.call("text_to_speech", {"text": "Hello"}).json["media_url"]
    path = url.removeprefix("http://localhost")
    assert service.request("GET", path).status == 200
    assert service.operator("DELETE", "/settings/acme").status == 204
    assert service.request("GET", path).status == 404


def test_public_url_makes_the_links(
    open_service: OpenService, fake_redis: redis.Redis, openai: FakeOpenAI
) -> None:
    service = open_service(fake_redis, public_url="https://flows.example.org/hook")
    service.organisation(openai)
    url = cast(str, service.call("text_to_speech", {"text": "Hello"}).json["media_url"])
    assert url.startswith("https://flows.example.org/hook/media/acme.")
    name = url.rpartition("/")[2]
    assert service.request("GET", f"/media/{name}").body.startswith(b"OggS")
