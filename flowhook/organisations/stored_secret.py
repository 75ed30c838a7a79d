"""How a sealed value of the settings stands in Redis.

Release 96433da takes what it does not know to be sealed for JSON, and cannot read an organisation
at all that has a value which is none. It may be running beside this one, so the secrets of sections
that it does not know are stored as JSON texts.
"""

from __future__ import annotations

import base64

import orjson

KNOWN = frozenset(
    ("glific", "globals", "google_maps", "openai", "prompts", "signature", "whatsapp")
)
"""The sections whose secrets release 96433da reads as they are sealed; saved prompts, which are no
section, it does not read at all."""


def stored_secret(section: str, sealed: bytes) -> bytes:
    """A sealed value as it is stored in this section.

    >>> stored_secret("openai", b"x"), stored_secret("sarvam", b"x")
    (b'x', b'"eA=="')
    """
    if section.partition("/")[0] in KNOWN:
        return sealed
    return orjson.dumps(base64.b64encode(sealed).decode())


def sealed_secret(stored: bytes) -> bytes:
    """The sealed value of what is stored, either way.

    >>> sealed_secret(b"x"), sealed_secret(b'"eA=="')
    (b'x', b'x')
    """
    return base64.b64decode(orjson.loads(stored)) if stored.startswith(b'"') else stored
