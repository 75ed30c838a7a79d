"""Mends what real senders write beside JSON, so that no message is lost for one character.

JavaScript cuts texts between the halves of an emoji, Windows begins files with a byte order mark,
a NUL can be stored nowhere, and few programs keep whole numbers beyond 64 bits.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable

from flowhook.turns import in_turns

MIN_DIGITS = 19  # of a whole number that may be beyond 64 bits
_LOWEST, _HIGHEST = -(2**63), 2**64 - 1
_DIGITS, _BEFORE_VALUES = b"0123456789", b":,[ \t\r\n-"
# Under this table a long number at the place of a value has one shape, which is found some ten
# times as fast as by a pattern.
_SHAPES = bytes(
    b"0:."[0 if byte in _DIGITS else 1 if byte in _BEFORE_VALUES else 2] for byte in range(256)
)
_LONG = b"0" * MIN_DIGITS

_HIGH, _LOW = rb"\\u[dD][89abAB][0-9a-fA-F]{2}", rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE = re.compile(
    rb"(?<!\\)(?P<backslashes>(?:\\\\)*+)(?:(?P<nul>\\u0000)|(?P<pair>%b%b)|%b|%b)"
    % (_HIGH, _LOW, _HIGH, _LOW)
)
_HALVES = re.compile(rb"(?:\xed[\xa0-\xbf][\x80-\xbf]){1,1000}")  # in UTF-8, which has none
_TEXT_OR_NUMBER = re.compile(
    rb'"(?:[^"\\]++|\\.)*+"?|(?<![0-9.eE+-])(?P<number>-?[0-9]{%d,}+)(?![0-9.eE])' % MIN_DIGITS,
    re.DOTALL,
)


def reads_wrongly(raw: bytes) -> bool:
    """Whether a parser may take from JSON what nothing else takes: a NUL, or a rounded number."""
    return b"\\u0000" in raw or _may_hold_long_number(raw)


def mended(raw: bytes) -> bytes:
    """Return the JSON in UTF-8, unpaired halves as U+FFFD, without NUL, and whole numbers beyond 64
    bits as texts, exactly."""
    raw = _as_utf8(raw).replace(b"\0", b"")
    if b"\\u" in raw:
        raw = replaced(raw, _mended_escapes(raw))
    if _may_hold_long_number(raw):
        raw = replaced(raw, _quoted_numbers(raw))
    return raw


def _may_hold_long_number(raw: bytes) -> bool:
    shape = raw.translate(_SHAPES)
    return b":" + _LONG in shape or shape.startswith(_LONG)


def _as_utf8(raw: bytes) -> bytes:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raw = raw.decode("utf-16", "replace").encode()
    raw = raw.removeprefix(codecs.BOM_UTF8)
    return replaced(raw, joined_halves(raw)) if b"\xed" in raw else raw


Change = tuple[int, int, bytes]
"""From, to, and what is there instead."""


def joined_halves(raw: bytes) -> Iterable[Change]:
    """Join halves of characters that are in UTF-8 each by itself; one alone becomes U+FFFD."""
    for found in in_turns(_HALVES.finditer(raw)):
        halves = found[0].decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
        yield found.start(), found.end(), halves.decode("utf-16-le", "replace").encode()


def _mended_escapes(raw: bytes) -> Iterable[Change]:
    for found in in_turns(_ESCAPE.finditer(raw)):
        if not found["pair"]:
            mark = b"" if found["nul"] else rb"\ufffd"
            yield found.end("backslashes"), found.end(), mark


def _quoted_numbers(raw: bytes) -> Iterable[Change]:
    for found in in_turns(_TEXT_OR_NUMBER.finditer(raw)):
        number = found["number"]
        # Python refuses to read thousands of digits.
        if number and (len(number) > MIN_DIGITS + 2 or not _LOWEST <= int(number) <= _HIGHEST):
            yield found.start(), found.end(), b'"%b"' % number


def replaced(raw: bytes, changes: Iterable[Change]) -> bytes:
    """Carry out changes, which are in order."""
    pieces, done = [], 0
    for start, end, instead in changes:
        pieces += [raw[done:start], instead]
        done = end
    pieces.append(raw[done:])
    return b"".join(pieces)
