"""Names of elements in Word's XML."""

from __future__ import annotations

from functools import cache

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


@cache
def w(name: str) -> str:
    """
    >>> w("p")
    '{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p'
    """
    return f"{{{MAIN}}}{name}"


def is_on(element: object | None) -> bool:
    """Whether a switch is on, such as bold: it is there, and not said to be off."""
    get = getattr(element, "get", None)
    return get is not None and get(w("val"), "true") not in ("0", "false", "off")
