"""Mends what some writers of XML put into texts: halves of characters, and what XML cannot hold.

Writers in Java and .NET refer to each half of an emoji (`&#xD83D;&#xDE00;`), which is not XML.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable

from flowhook.mended_json import Change, joined_halves, replaced
from flowhook.turns import in_turns

NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20)])
_REFERENCES = re.compile(rb"(?:&#(?:[xX][0-9a-fA-F]{1,6}|[0-9]{1,7});){1,1000}+")
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));")
_HIGHEST = 0x10FFFF


def mended_xml(raw: bytes) -> bytes:
    """Return the document without control characters, halves joined or, alone, as U+FFFD.

    One in UTF-16 is returned as it is.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw
    raw = raw.translate(None, _CONTROLS)
    raw = replaced(raw, joined_halves(raw))
    return replaced(raw, _references(raw))


def _references(raw: bytes) -> Iterable[Change]:
    for found in in_turns(_REFERENCES.finditer(raw)):
        numbers = [
            int(one[1] or one[2], 16 if one[1] else 10) for one in _REFERENCE.finditer(found[0])
        ]
        text = "".join([chr(number) for number in numbers if number <= _HIGHEST])
        whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        written = "".join([f"&#{ord(character)};" for character in NOT_XML.sub("", whole)])
        yield found.start(), found.end(), written.encode()
