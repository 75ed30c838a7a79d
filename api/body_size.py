"""How large a request's body may be: 1 MiB, and 8 MiB where whole flows are imported."""

from __future__ import annotations

import re

MAX_BODY_BYTES = 1024 * 1024
MAX_IMPORT_BYTES = 8 * 1024 * 1024

_IMPORTS = re.compile(r"/flows/[^/]+|/organisations/[^/]+/flows")


def max_body_bytes(method: str, path: str) -> int:
    """For POST /flows/<org>, POST /flows/validate and the form of the pages 8 MiB, else 1 MiB.

    >>> max_body_bytes("POST", "/flows/acme"), max_body_bytes("POST", "/webhooks/chat")
    (8388608, 1048576)
    """
    imports = method == "POST" and _IMPORTS.fullmatch(path)
    return MAX_IMPORT_BYTES if imports else MAX_BODY_BYTES
