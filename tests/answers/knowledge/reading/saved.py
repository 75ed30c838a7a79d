"""The bytes of a document that a library saves."""

from __future__ import annotations

import io
from typing import Any


def saved(document: Any) -> bytes:
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()
