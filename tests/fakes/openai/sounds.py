"""Sound files: short silences the fake speaks with, and telling what bytes of others are."""

from __future__ import annotations

import io
import struct
import wave

CONTENT_TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
_MP3_FRAME = b"\xff\xfb\x10\xc4" + bytes(100)
"""MPEG-1 layer III, 32 kbit/s, 44.1 kHz, mono: 104 bytes of silence."""
_AAC_FRAME = bytes.fromhex("fff1504001bffc00c800802380")
"""ADTS, AAC-LC, 44.1 kHz, mono: 13 bytes of silence."""
_OPUS_SILENCE = b"\xf8\xff\xfe"
"""One packet of 20 ms."""


def silence(output_format: str, frames: int) -> bytes:
    """About 26 ms of nothing a frame."""
    if output_format == "mp3":
        return _MP3_FRAME * frames
    if output_format == "opus":
        return ogg_opus(frames)
    if output_format == "aac":
        return _AAC_FRAME * frames
    if output_format == "flac":
        return _flac_head()
    samples = bytes(2 * 624 * frames)
    return wav(samples) if output_format == "wav" else samples


def _flac_head() -> bytes:
    """STREAMINFO of 24 kHz, mono, 16 bits, and no frames."""
    stream = (24_000 << 44) | (15 << 36)
    sizes = struct.pack(">HH", 4096, 4096) + bytes(6)
    return b"fLaC\x80\x00\x00\x22" + sizes + struct.pack(">Q", stream) + bytes(16)


def wav(samples: bytes, rate: int = 24_000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(samples)
    return file.getvalue()


def ogg_opus(packets: int) -> bytes:
    """An Ogg stream of silent Opus packets (RFC 7845), as a voice message holds."""
    head = b"OpusHead" + struct.pack("<BBHIHB", 1, 1, 312, 24_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 4) + b"fake" + struct.pack("<I", 0)
    pages = [_ogg_page(head, 0, 0, flags=2), _ogg_page(tags, 1, 0)]
    for number in range(1, packets + 1):
        last = 4 if number == packets else 0
        pages.append(_ogg_page(_OPUS_SILENCE, number + 1, 960 * number, flags=last))
    return b"".join(pages)


def _ogg_page(packet: bytes, sequence: int, position: int, flags: int = 0) -> bytes:
    start = struct.pack("<4sBBqII", b"OggS", 0, flags, position, 1, sequence)
    segments = bytes([1, len(packet)])
    checksum = _ogg_checksum(start + bytes(4) + segments + packet)
    return start + struct.pack("<I", checksum) + segments + packet


def _ogg_checksum(data: bytes) -> int:
    register = 0
    for byte in data:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1) ^ (0x04C11DB7 if register & 0x80000000 else 0)
        register &= 0xFFFFFFFF
    return register


def is_sound(data: bytes) -> bool:
    """Whether the first bytes are of a container the transcription endpoint reads."""
    return (
        data.startswith((b"ID3", b"OggS", b"fLaC", b"\x1aE\xdf\xa3"))
        or (data[:4] == b"RIFF" and data[8:12] == b"WAVE")
        or data[4:8] == b"ftyp"
        or (len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0)
    )
