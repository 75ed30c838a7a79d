"""Pictures and recordings are known by their bytes, and by nothing else."""

from __future__ import annotations

import struct
import wave
from io import BytesIO

import pytest

from flowhook import errors
from flowhook.providers.media_type import (
    MAX_AUDIO_BYTES,
    MAX_IMAGE_BYTES,
    require_audio,
    require_image,
    sniff,
)


def ogg(codec: bytes) -> bytes:
    head = b"OggS\x00\x02" + bytes(8) + b"abcd" + bytes(4) + b"\0\0\0\0" + b"\x01" + b"\x13"
    return head + codec + bytes(40)


def mp4(brand: bytes) -> bytes:
    return b"\x00\x00\x00\x20ftyp" + brand + bytes(4) + b"isommp42" + bytes(60)


def matroska(doc_type: bytes) -> bytes:
    elements = b"\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08"
    elements += b"\x42\x82" + bytes([0x80 | len(doc_type)]) + doc_type
    return b"\x1a\x45\xdf\xa3" + bytes([0x80 | len(elements)]) + elements + bytes(50)


def wav() -> bytes:
    buffer = BytesIO()
    with wave.open(buffer, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(8000)
        recording.writeframes(struct.pack("<8h", *range(8)))
    return buffer.getvalue()


PHONES = [
    *(b"3gp4", b"3gp5", b"3gp6", b"3gp7", b"3g2a", b"qt  ", b"MSNV", b"avc1", b"M4V ", b"F4A "),
    *(b"iso7", b"iso9", b"NDSC", b"mp71", b"3gp1", b"3gp9", b"3gs7", b"3ge6", b"3gg6", b"3gr6"),
    *(b"3g2b", b"3g2c", b"3gt8", b"KDDI", b"mmp4", b"mp21", b"mp41", b"iso2", b"iso4", b"isoa"),
    *(b"dash", b"M4VH", b"M4VP", b"F4V ", b"F4P ", b"F4B ", b"XAVC", b"CAEP", b"caqv", b"pana"),
    *(b"sdv ", b"niko", b"ROSS", b"dmb1", b"da0a", b"MPPI", b"odcf", b"ssss", b"????", b"\0\0\0\0"),
]
KNOWN = [
    (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(40), "image/jpeg", "jpg"),
    (b"\xff\xd8\xff\xe1\x00\x10Exif\x00" + bytes(40), "image/jpeg", "jpg"),
    (b"\xff\xd8\xff\xdb" + bytes(40), "image/jpeg", "jpg"),
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/png", "png"),
    (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp", "webp"),
    (b"GIF89a" + bytes(10), "image/gif", "gif"),
    (b"GIF87a" + bytes(10), "image/gif", "gif"),
    (ogg(b"OpusHead"), "audio/ogg", "ogg"),
    (ogg(b"\x01vorbis"), "audio/ogg", "ogg"),
    (b"ID3\x04\x00" + bytes(40), "audio/mpeg", "mp3"),
    (b"\xff\xfb\x90\x64" + bytes(40), "audio/mpeg", "mp3"),
    (b"\xff\xf3\x40\xc4" + bytes(40), "audio/mpeg", "mp3"),
    (mp4(b"M4A "), "audio/mp4", "m4a"),
    (mp4(b"mp42"), "audio/mp4", "mp4"),
    *((mp4(brand), "audio/mp4", "mp4") for brand in PHONES),
    (b"\0\0\0\x08wide\0\0\0\x08mdat", "audio/mp4", "mp4"),
    (b"\0\0\1\0moov" + bytes(20), "audio/mp4", "mp4"),
    (mp4(b"isom"), "audio/mp4", "mp4"),
    (wav(), "audio/wav", "wav"),
    (matroska(b"webm"), "audio/webm", "webm"),
    (b"OggS" + bytes(200), "audio/ogg", "ogg"),  # a codec of its own: the provider decides
    (b"fLaC\x00\x00\x00\x22" + bytes(40), "audio/flac", "flac"),
    (b"#!AMR\n" + bytes(40), "audio/amr", "amr"),
    (b"#!AMR-WB\n" + bytes(40), "audio/amr-wb", "awb"),
    (b"\xff\xf1\x50\x80" + bytes(40), "audio/aac", "aac"),
    (b"\xff\xf9\x50\x80" + bytes(40), "audio/aac", "aac"),
    (b"\xff\xf1\x70\x80" + bytes(40), "audio/aac", "aac"),  # the last rate there is
    (b"\xff\xe3\x18\xc4" + bytes(40), "audio/mpeg", "mp3"),  # MPEG 2.5, the lowest bit rate
    (b"\xff\xfb\x98\x04" + bytes(40), "audio/mpeg", "mp3"),  # the lowest sample rate
    (b"\xff\xfb\xe8\x64", "audio/mpeg", "mp3"),  # the highest bit rate, and nothing else
]
OTHER = [
    b"",
    b"a",
    b"\xff",
    b"\xff\xfe\x41\x00\x42\x00",  # text in UTF-16
    b"\xff\xff\xff\xff" + bytes(40),
    b"\xff\xfb\xf0\x00" + bytes(40),  # a bit rate that MP3 forbids
    b"\xff\xfb\x00\x64" + bytes(40),
    b"\xff\xfb\xf0\x64" + bytes(40),
    b"\xff\xfb\x9c\x64" + bytes(40),  # a sample rate that is reserved
    b"\xff\xeb\x90\x64" + bytes(40),  # a version that is reserved
    b"\xff\xfd\x90\x64" + bytes(40),  # MPEG's layer II
    b"\xff\xff\x90\x64" + bytes(40),  # and I
    b"\xff\xf1\x74\x80" + bytes(40),  # AAC with a rate that is reserved
    b"\xff\xfb\x90",
    b"%PDF-1.7" + bytes(40),
    b"PK\x03\x04" + bytes(40),
    b"<html><body>Please log in</body></html>",
    b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    b"RIFF\x24\x00\x00\x00AVI LIST",
    ogg(b"\x80theora"),
    mp4(b"heic"),
    mp4(b"avif"),
    matroska(b"matroska"),
    b"BM" + bytes(40),
    b"RIFF",
]


@pytest.mark.parametrize(("content", "mime", "extension"), KNOWN)
def test_known_types(content: bytes, mime: str, extension: str) -> None:
    found = sniff(content)
    assert found == (mime, extension)
    require, other = (require_image, require_audio)[:: 1 if mime.startswith("image") else -1]
    assert require(content) == found
    with pytest.raises(errors.InvalidInput):
        other(content)


@pytest.mark.parametrize("content", OTHER)
def test_anything_else_is_not_guessed_at(content: bytes) -> None:
    assert sniff(content) is None
    for require in (require_image, require_audio):
        with pytest.raises(errors.InvalidInput) as raised:
            require(content, field="file")
        assert set(raised.value.fields or {}) == {"file"}


def test_an_empty_file_is_empty_input() -> None:
    with pytest.raises(errors.EmptyInput):
        require_audio(b"")


def test_limits_are_exact() -> None:
    png = b"\x89PNG\r\n\x1a\n".ljust(MAX_IMAGE_BYTES, b"\0")
    assert require_image(png).extension == "png"
    with pytest.raises(errors.TooLarge, match="5 MiB"):
        require_image(png + b"\0")
    flac = b"fLaC".ljust(MAX_AUDIO_BYTES, b"\0")
    assert require_audio(flac).extension == "flac"
    with pytest.raises(errors.TooLarge, match="16 MiB"):
        require_audio(flac + b"\0")
