"""The revision of a flow that a caller had read before, as If-Match names it."""

from __future__ import annotations

from flowhook.errors import InvalidInput
from flowhook.http.if_match import if_match


def base_revision() -> int | None:
    """The revision that If-Match names, the newest of several; None without one. Raises
    InvalidInput."""
    tags = if_match()
    if not tags or tags == ["*"]:
        return None
    if not all(tag.isascii() and tag.isdigit() and len(tag) < 16 for tag in tags):
        raise InvalidInput(
            "If-Match is not the ETag of a flow", fix="Send the ETag that GET of the flow gave."
        )
    return max(map(int, tags))
