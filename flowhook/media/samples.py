"""A tiny picture and a tiny recording as data URLs, for examples that work unchanged."""

from __future__ import annotations

import base64
import struct

# 8 by 8 pixels of one green.
IMAGE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR4nGNQaHDA"
    "ihiGlgQA2gM4AQRmgAkAAAAASUVORK5CYII="
)

_RATE = 8_000
_SAMPLES = bytes([128]) * (_RATE // 10)


def _wav(samples: bytes) -> bytes:
    """RIFF around one tenth of a second of 8-bit silence."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, _RATE, _RATE, 1, 8)
    data = struct.pack("<4sI", b"data", len(samples)) + samples
    return struct.pack("<4sI4s", b"RIFF", 4 + len(form) + len(data), b"WAVE") + form + data


SPEECH = "data:audio/wav;base64," + base64.b64encode(_wav(_SAMPLES)).decode()
