"""The answers of functions where calls are only pretended: the examples of their result schemas.

Fields that only exceptions have, such as `guardrail`, are absent: flows would take their branch.
"""

from __future__ import annotations

from typing import Any

from flowhook.errors import NotFound
from flowhook.registry import Registry
from webhooks.registry import WebhookFunction


def pretended_answer(functions: Registry[WebhookFunction], name: str) -> dict[str, Any]:
    """A success with an example under every key. Raises NotFound for an unknown function."""
    function = functions.find(name)
    if function is None:
        raise NotFound(f"there is no webhook function {name[:60]!r}")
    return {
        key: field.metadata.get("example", f"({key} of {function.name})")
        for key, field in function.result.fields.items()
        if not field.metadata.get("is_exception")
    } | {"success": True}
