"""Tells how long a recording is from its container, without decoding it.

Reads the places that tell it and walks nothing whose length the file decides, so a hostile file
costs no more than a good one.

Source: RFC 3533 and RFC 7845 (Ogg), ISO/IEC 14496-12 (MP4), RFC 9639 (FLAC), and what
flowhook/providers/mp3_frames.py names.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from flowhook.providers.mp3_frames import counted_frames, first_frame, read_frame

MAX_BOXES = 100
_OPUS_RATE = 48_000


def seconds_of(content: bytes, extension: str) -> float | None:
    """Return the length in seconds of a recording of this kind; None if it does not tell it."""
    read = _READERS.get(extension)
    try:
        return read(content) if read else None
    except (struct.error, IndexError, ZeroDivisionError):  # it is cut off, or counts by nothing
        return None


def _wav(content: bytes) -> float | None:
    """By the bytes that are there: a recorder that streams cannot know its length before."""
    at = 12
    bytes_per_second = 0
    for _ in range(MAX_BOXES):
        name, size = struct.unpack("<4sI", content[at : at + 8])
        at += 8
        if name == b"fmt ":
            bytes_per_second = struct.unpack("<I", content[at + 8 : at + 12])[0]
        if name == b"data":
            return min(size, len(content) - at) / bytes_per_second
        at += size + size % 2
    return None


def _ogg(content: bytes) -> float | None:
    page = content.rfind(b"OggS")
    position: int = struct.unpack("<q", content[page + 6 : page + 14])[0]
    if position < 0:
        return None
    opus = content.find(b"OpusHead", 0, 256)
    if opus >= 0:
        skipped: int = struct.unpack("<H", content[opus + 10 : opus + 12])[0]
        return max(0, position - skipped) / _OPUS_RATE
    vorbis = content.find(b"\x01vorbis", 0, 256)
    if vorbis < 0:
        return None
    return float(position / struct.unpack("<I", content[vorbis + 12 : vorbis + 16])[0])


def _mp4(content: bytes) -> float | None:
    """By the film's head; one that is recorded in fragments says 0 there."""
    moov = _box(content, b"moov", 0, len(content))
    head = _box(content, b"mvhd", *moov) if moov else None
    if head is None:
        return None
    at = head[0]
    if content[at] == 1:
        rate, length = struct.unpack(">IQ", content[at + 20 : at + 32])
    else:
        rate, length = struct.unpack(">II", content[at + 12 : at + 20])
    return length / rate if length else None


def _box(content: bytes, wanted: bytes, at: int, end: int) -> tuple[int, int] | None:
    """Where the content of the first box of that name begins and ends."""
    for _ in range(MAX_BOXES):
        size, name = struct.unpack(">I4s", content[at : at + 8])
        head = 8
        if size == 1:
            head, size = 16, struct.unpack(">Q", content[at + 8 : at + 16])[0]
        if name == wanted:
            return at + head, min(end, at + size if size else end)
        if size < head:  # 0: it goes to the end
            return None
        at += size
    return None


def _mp3(content: bytes) -> float | None:
    start = first_frame(content)
    frame = read_frame(content, start)
    if frame is None:
        return None
    frames = counted_frames(content, start, frame) or (len(content) - start) / frame.size
    return frames * frame.samples / frame.rate


def _flac(content: bytes) -> float | None:
    packed: int = struct.unpack(">Q", content[18:26])[0]
    samples, rate = packed & (1 << 36) - 1, packed >> 44
    return samples / rate if samples else None


_READERS: dict[str, Callable[[bytes], float | None]] = {
    "wav": _wav,
    "ogg": _ogg,
    "m4a": _mp4,
    "mp4": _mp4,
    "mp3": _mp3,
    "flac": _flac,
}
