"""How long recordings are, by what their containers tell."""

from __future__ import annotations

import random
import struct
import time

import pytest

from flowhook.providers.sound_length import seconds_of
from tests.fakes.openai import sounds
from tests.fakes.sarvam import spoken


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def movie(length: int, version: int = 0, first: bytes = b"") -> bytes:
    """An MP4 of so many thousandths of a second, as phones record it."""
    times = struct.pack(">QQIQ" if version else ">IIII", 0, 0, 1000, length)
    head = box(b"mvhd", bytes([version, 0, 0, 0]) + times)
    return box(b"ftyp", b"M4A \0\0\0\0") + first + box(b"moov", box(b"udta", b"") + head)


def flac(samples: int, rate: int) -> bytes:
    return b"fLaC\0\0\0\x22" + bytes(10) + struct.pack(">Q", rate << 44 | samples) + bytes(16)


def vorbis(position: int) -> bytes:
    head = b"OggS\0\2" + bytes(20) + b"\1\x1e\x01vorbis" + struct.pack("<IBI", 0, 1, 16_000)
    return head + b"OggS\0\4" + struct.pack("<q", position) + bytes(14)


LARGE_BOX = struct.pack(">I4sQ", 1, b"mdat", 16 + 9) + bytes(9)
STREAMED_WAV = sounds.wav(bytes(2 * 8_000), 8_000).replace(
    b"data" + struct.pack("<I", 16_000), b"data\xff\xff\xff\xff"
)


@pytest.mark.parametrize(
    ("extension", "content", "seconds"),
    [
        ("wav", sounds.wav(bytes(2 * 8_000 * 31), 8_000), 31),
        ("wav", STREAMED_WAV, 1),
        ("ogg", sounds.ogg_opus(50), 1 - 312 / 48_000),
        ("ogg", vorbis(32_000), 2),
        ("m4a", movie(31_500), 31.5),
        ("mp4", movie(31_500, version=1), 31.5),
        ("mp4", movie(9_000, first=box(b"mdat", bytes(99))), 9),
        ("m4a", movie(9_000, first=LARGE_BOX), 9),
        ("m4a", movie(0), None),  # recorded in fragments
        ("mp3", sounds.silence("mp3", 1000), 1000 * 1152 / 44_100),
        ("mp3", spoken("one two three four"), 4 * 1152 / 44_100),
        ("flac", flac(96_000, 48_000), 2),
        ("flac", flac(0, 48_000), None),
        ("webm", b"\x1aE\xdf\xa3webm", None),
        ("amr", b"#!AMR\n", None),
    ],
)
def test_the_length_is_told(extension: str, content: bytes, seconds: float | None) -> None:
    told = seconds_of(content, extension)
    assert told == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize("extension", ["wav", "ogg", "m4a", "mp4", "mp3", "flac"])
def test_broken_and_hostile_files_tell_nothing_and_take_no_time(extension: str) -> None:
    chance = random.Random(7)
    whole = {
        "wav": STREAMED_WAV,
        "ogg": sounds.ogg_opus(9),
        "mp3": spoken("a b c"),
        "flac": flac(9, 9),
    }.get(extension, movie(9))
    for end in range(len(whole)):
        seconds_of(whole[:end], extension)
    for _ in range(2000):
        broken = bytearray(whole)
        for _ in range(4):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        seconds_of(bytes(broken), extension)
    begun = time.process_time()
    for large in (box(b"moov", b""), b"OggS", b"\xff\xfb\x90\x00", b"RIFF\0\0\0\0"):
        seconds_of(whole[:12] + large * (16 * 1024 * 1024 // len(large)), extension)
    assert time.process_time() - begun < 5
