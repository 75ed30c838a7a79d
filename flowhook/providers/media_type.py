"""Detects the type of a picture or a recording by its first bytes, not by name or headers.

Covers the types that WhatsApp delivers and OpenAI accepts. General libraries return several
guesses or report a voice note in MP4 as video, so this module has its own signatures.

Errors: invalid_input, too_large, empty_input.
Source: https://mimesniff.spec.whatwg.org, https://www.rfc-editor.org/rfc/rfc4867#section-5,
https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media (size limits)
"""

from __future__ import annotations

from typing import NamedTuple

from flowhook import errors

MAX_IMAGE_BYTES = 5 * 1024 * 1024
MAX_AUDIO_BYTES = 16 * 1024 * 1024


class MediaType(NamedTuple):
    """`mime` such as audio/ogg, and the `extension` a file of it carries, without the dot."""

    mime: str
    extension: str

    @property
    def is_image(self) -> bool:
        return self.mime.startswith("image/")

    @property
    def is_audio(self) -> bool:
        return self.mime.startswith("audio/")


_PREFIXES = (
    (b"\xff\xd8\xff", MediaType("image/jpeg", "jpg")),
    (b"\x89PNG\r\n\x1a\n", MediaType("image/png", "png")),
    (b"GIF87a", MediaType("image/gif", "gif")),
    (b"GIF89a", MediaType("image/gif", "gif")),
    (b"fLaC", MediaType("audio/flac", "flac")),
    (b"#!AMR\n", MediaType("audio/amr", "amr")),
    (b"#!AMR-WB\n", MediaType("audio/amr-wb", "awb")),
    (b"ADIF", MediaType("audio/aac", "aac")),
    (b"ID3", MediaType("audio/mpeg", "mp3")),
)
_WEBP = MediaType("image/webp", "webp")
_WAV = MediaType("audio/wav", "wav")
_OGG = MediaType("audio/ogg", "ogg")
_M4A = MediaType("audio/mp4", "m4a")
_MP4 = MediaType("audio/mp4", "mp4")
_WEBM = MediaType("audio/webm", "webm")
_MP3 = MediaType("audio/mpeg", "mp3")
_AAC = MediaType("audio/aac", "aac")
_OGG_VIDEO = (b"\x80theora", b"BBCD\x00", b"\x01video", b"OVP80", b"fishead\x00")
_M4A_BRANDS = {b"M4A ", b"M4B ", b"M4P "}
# Phones record under dozens of brands (3gp4, iso7, MSNV ...); the pictures' are few.
_PICTURE_BRANDS = {
    *(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"),
    *(b"mif1", b"msf1", b"miaf", b"avif", b"avis", b"crx ", b"jp2 ", b"jpx ", b"jpm "),
}
_OLD_QUICKTIME_BOXES = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}


def sniff(content: bytes) -> MediaType | None:
    """Detect the type of an image or a recording; returns None if it is unknown."""
    for prefix, media_type in _PREFIXES:
        if content.startswith(prefix):
            return media_type
    if content[4:8] == b"ftyp":
        return _sniff_mp4(content[8:12])
    if content[4:8] in _OLD_QUICKTIME_BOXES:
        return _MP4
    if content[:4] in {b"RIFF", b"RF64"}:
        return {b"WEBP": _WEBP, b"WAVE": _WAV}.get(content[8:12])
    if content.startswith(b"OggS"):
        return None if content[28:].startswith(_OGG_VIDEO) else _OGG
    if content.startswith(b"\x1aE\xdf\xa3"):
        return _WEBM if b"webm" in content[:64] else None
    return _sniff_frames(content)


def require_image(content: bytes, field: str = "url") -> MediaType:
    """Return the type of an image of at most 5 MiB. Raises an error that names `field`."""
    found = _require(content, field, "an image", MAX_IMAGE_BYTES)
    if found is None or not found.is_image:
        raise _other(field, "an image (JPEG, PNG, WebP or GIF)")
    return found


def require_audio(content: bytes, field: str = "speech") -> MediaType:
    """Return the type of a recording of at most 16 MiB. Raises an error that names `field`."""
    found = _require(content, field, "audio", MAX_AUDIO_BYTES)
    if found is None or not found.is_audio:
        raise _other(field, "audio (Ogg, MP3, M4A, MP4, WAV, WebM, FLAC, AAC or AMR)")
    return found


def _require(content: bytes, field: str, what: str, limit: int) -> MediaType | None:
    if not content:
        problem = "leads to an empty file"
        raise errors.EmptyInput(f"{field} {problem}", fields={field: [problem]})
    if len(content) > limit:
        problem = f"leads to more than {limit // 1024**2} MiB, the limit for {what}"
        raise errors.TooLarge(f"{field} {problem}", fix="Send less.", fields={field: [problem]})
    return sniff(content)


def _other(field: str, wanted: str) -> errors.InvalidInput:
    problem = f"does not lead to {wanted}"
    return errors.InvalidInput(f"{field} {problem}", fields={field: [problem]})


def _sniff_mp4(brand: bytes) -> MediaType | None:
    """Detect an MP4 type: voice has any brand; HEIC and AVIF pictures share the container."""
    if brand in _M4A_BRANDS:
        return _M4A
    return None if len(brand) < 4 or brand in _PICTURE_BRANDS else _MP4


def _sniff_frames(content: bytes) -> MediaType | None:
    """Detect bare MPEG frames: twelve sync bits, then fields with some reserved values."""
    if len(content) < 4 or content[0] != 0xFF:
        return None
    if content[1] & 0xF6 == 0xF0 and (content[2] >> 2) & 0xF < 13:
        return _AAC
    version, layer = (content[1] >> 3) & 3, (content[1] >> 1) & 3
    bitrate, rate = content[2] >> 4, (content[2] >> 2) & 3
    is_frame = content[1] & 0xE0 == 0xE0 and version != 1 and layer == 1
    return _MP3 if is_frame and bitrate not in {0, 15} and rate != 3 else None
