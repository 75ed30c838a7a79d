"""MP3 of raw sound: whole, in frames that follow each other, of the length that was given."""

from __future__ import annotations

import math
import struct

import pytest

from flowhook.providers.media_type import sniff
from flowhook.providers.mp3 import KILOBITS_PER_SECOND, mp3_of

RATE = 24_000
FRAME_SAMPLES = 576  # of MPEG-2, layer III
FRAME_BYTES = 72 * KILOBITS_PER_SECOND * 1000 // RATE


def tone(seconds: float) -> bytes:
    samples = (int(9000 * math.sin(place / 8)) for place in range(int(RATE * seconds)))
    return b"".join(struct.pack("<h", sample) for sample in samples)


@pytest.mark.parametrize("seconds", [0.01, 0.5, 1.0, 3.3])
def test_each_frame_follows_the_one_before_to_the_end(seconds: float) -> None:
    encoded = mp3_of(tone(seconds), RATE)
    frames = 0
    while encoded:
        assert encoded[:2] == b"\xff\xf3"
        encoded = encoded[FRAME_BYTES + (encoded[2] >> 1 & 1) :]  # some are padded
        frames += 1
    assert 0 <= frames * FRAME_SAMPLES / RATE - seconds < 0.15


def test_it_is_known_as_sound() -> None:
    found = sniff(mp3_of(tone(0.2), RATE))
    assert found is not None
    assert (found.extension, found.is_audio) == ("mp3", True)


def test_half_a_sample_at_the_end_is_left_out() -> None:
    assert mp3_of(tone(1) + b"\x01", RATE) == mp3_of(tone(1), RATE)
