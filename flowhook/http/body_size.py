"""The largest body of a request: 1 MiB, 8 MiB for imported flows, 4 MiB for Meta."""

from __future__ import annotations

import re

MAX_BODY_BYTES = 1024 * 1024
MAX_IMPORT_BYTES = 8 * 1024 * 1024
MAX_DELIVERY_BYTES = 4 * 1024 * 1024  # Meta sends up to 3 MB

_IMPORTS = re.compile(r"/flows/[^/]+|/organisations/[^/]+/flows")
_DELIVERIES = re.compile(r"/channels/[^/]+/[^/]+")


def max_body_bytes(method: str, path: str) -> int:
    """The largest body that a method and path may have, in bytes.

    >>> max_body_bytes("POST", "/flows/acme"), max_body_bytes("POST", "/webhooks/chat")
    (8388608, 1048576)
    """
    if method != "POST":
        return MAX_BODY_BYTES
    if _IMPORTS.fullmatch(path):
        return MAX_IMPORT_BYTES
    return MAX_DELIVERY_BYTES if _DELIVERIES.fullmatch(path) else MAX_BODY_BYTES
