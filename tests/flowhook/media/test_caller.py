"""Data URLs as phones, builders and WhatsApp write them."""

from __future__ import annotations

import base64

import pytest

from flowhook.errors import InvalidInput, TooLarge
from flowhook.media.caller import read_audio

OGG = b"OggS\x00\x02" + bytes(22) + b"\x01\x13OpusHead" + bytes(range(250, 256)) * 3
ENCODED = base64.b64encode(OGG).decode()


def refuse(url: str, field: str, most: int) -> bytes:
    raise AssertionError("a data URL is not fetched")


@pytest.mark.parametrize(
    "url",
    [
        f"data:audio/ogg;base64,{ENCODED}",
        f"data:audio/ogg; codecs=opus;base64,{ENCODED}",
        f'data:audio/ogg; codecs="opus"; base64,{ENCODED}',
        f"DATA:;BASE64,{ENCODED}",
        f"data:audio/ogg;base64,{ENCODED[:40]}\n {ENCODED[40:]}",
        f"data:audio/ogg;base64,{base64.urlsafe_b64encode(OGG).decode().rstrip('=')}",
        f"data:audio/ogg;base64,{ENCODED.replace('+', '%2B').replace('/', '%2F')}",
        "data:audio/ogg," + "".join(f"%{byte:02x}" for byte in OGG),
    ],
)
def test_a_recording_is_read(url: str) -> None:
    assert read_audio(refuse, url).content == OGG


@pytest.mark.parametrize("url", ["data:audio/ogg;base64", "data:,", "data:audio/ogg;base64,a*b"])
def test_what_is_no_recording_is_refused_by_name(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_audio(refuse, url)
    assert caught.value.fields


def test_a_large_one_is_refused() -> None:
    with pytest.raises(TooLarge):
        read_audio(refuse, "data:audio/ogg;base64," + "A" * 24_000_000)
