"""MP3 recordings are joined into one."""

from __future__ import annotations

import struct

import pytest

from flowhook.providers.mp3_frames import counted_frames, first_frame, joined, read_frame
from tests.fakes.openai import sounds
from tests.fakes.sarvam import spoken

FRAME = sounds.silence("mp3", 1)
VBRI = FRAME[:36] + b"VBRI" + bytes(10) + struct.pack(">I", 7) + FRAME[54:]


def test_tags_and_counts_of_the_parts_are_left_out() -> None:
    parts = [spoken("one two"), FRAME * 3, VBRI + FRAME, FRAME + b"TAG" + bytes(125)]
    assert joined(parts) == FRAME * 7


def test_what_is_no_mp3_is_left_as_it_is() -> None:
    assert joined([b"", b"odd", b"ID3"]) == b"oddID3"


@pytest.mark.parametrize(
    ("head", "size", "samples", "rate"),
    [
        ("fffb9000", 417, 1152, 44_100),
        ("fffb9200", 418, 1152, 44_100),
        ("fff384c4", 144 * 64 // 24 // 2, 576, 24_000),
        ("ffe340c4", 576 // 8 * 32_000 // 11_025, 576, 11_025),
    ],
)
def test_frames_are_measured(head: str, size: int, samples: int, rate: int) -> None:
    frame = read_frame(bytes.fromhex(head), 0)
    assert frame is not None
    assert (frame.size, frame.samples, frame.rate) == (size, samples, rate)


@pytest.mark.parametrize("head", ["fffbf000", "fffb0000", "fffb9c00", "fff99000", "00fb9000", "ff"])
def test_what_is_no_frame_is_none(head: str) -> None:
    assert read_frame(bytes.fromhex(head), 0) is None


def test_the_first_frame_may_count_the_others() -> None:
    for content, count in ((spoken("a b c"), 3), (VBRI, 7), (FRAME, None)):
        at = first_frame(content)
        frame = read_frame(content, at)
        assert frame is not None
        assert counted_frames(content, at, frame) == count
