"""Joins MP3 recordings into one.

MP3 is a row of frames, so recordings of one kind can be put behind each other. What would belie
the whole is left out: tags, and the first frame where it only tells how long its own part is
(Xing, Info, VBRI), since players believe it and stop there.

Source: ISO/IEC 11172-3; https://id3.org/id3v2.3.0; the LAME project's description of its tag.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

_KBITS = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),  # MPEG-1
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),  # MPEG-2
    0: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),  # MPEG-2.5
}
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_COUNTS = (b"Xing", b"Info")
_VBRI_AT = 36
_LAST_TAG_BYTES = 128


@dataclass(frozen=True, slots=True)
class Frame:
    """The head of a frame: its length in bytes, and what its length in seconds comes from."""

    size: int
    samples: int
    rate: int
    counts_at: int  # where Xing or Info would stand, from the frame's beginning


def joined(recordings: Iterable[bytes]) -> bytes:
    """Return one recording of several."""
    return b"".join(map(_frames_of, recordings))


def first_frame(content: bytes) -> int:
    """Return where the frames begin, behind an ID3 tag if there is one."""
    if content[:3] != b"ID3" or len(content) < 10:
        return 0
    high, middle, low, last = content[6:10]
    return 10 + (high << 21 | middle << 14 | low << 7 | last)


def read_frame(content: bytes, at: int) -> Frame | None:
    """Read the head of the frame of layer III there; None if there is none."""
    head = content[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = (head[1] >> 3) & 3, (head[1] >> 1) & 3
    bitrate, rate, padding = head[2] >> 4, (head[2] >> 2) & 3, (head[2] >> 1) & 1
    if version == 1 or layer != 1 or bitrate in {0, 15} or rate == 3:
        return None
    samples = 1152 if version == 3 else 576
    size = samples // 8 * _KBITS[version][bitrate] * 1000 // _RATES[version][rate] + padding
    is_mono = head[3] >> 6 == 3
    side = (17 if is_mono else 32) if version == 3 else (9 if is_mono else 17)
    return Frame(size, samples, _RATES[version][rate], 4 + side)


def counted_frames(content: bytes, at: int, frame: Frame) -> int | None:
    """Return the frames that the first one counts, 0 if it does not say; None if it is sound."""
    place = at + frame.counts_at
    if content[place : place + 4] in _COUNTS:
        flags, count = struct.unpack(">II", content[place + 4 : place + 12].ljust(8, b"\0"))
        return count if flags & 1 else 0
    if content[at + _VBRI_AT : at + _VBRI_AT + 4] == b"VBRI":
        place = at + _VBRI_AT + 14
        return int(struct.unpack(">I", content[place : place + 4].rjust(4, b"\0"))[0])
    return None


def _frames_of(content: bytes) -> bytes:
    start, end = first_frame(content), len(content)
    if content[-_LAST_TAG_BYTES:][:3] == b"TAG":
        end -= _LAST_TAG_BYTES
    frame = read_frame(content, start)
    if frame is not None and counted_frames(content, start, frame) is not None:
        start += frame.size
    return content[start:end]
