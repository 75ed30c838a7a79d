"""Texts to paste into a flow builder's webhook node, or a shell, to call a function.

TextIt's `json()` quotes a value itself, so the body has its expression without quotes.
Source: https://app.rapidpro.io/mr/docs/functions.html#json
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flowhook.common_keys import BUILDER_KEYS
from web.form_values import pretty
from web.language import _
from webhooks.fields import Text
from webhooks.registry import WebhookFunction

MARK = "flowhook-variable"


@dataclass(frozen=True, slots=True)
class NodeBody:
    """A text to paste; `steps` say where."""

    id: str
    builder: str
    steps: str
    text: str


def node_bodies(function: WebhookFunction, address: str) -> list[NodeBody]:
    """Texts for Glific, TextIt and curl; `address` is the function's URL."""
    plain = {key: value for key, value in function.example.items() if key not in BUILDER_KEYS}
    asked = _asked(function)
    saved = (
        _('Save the contact\'s answer as "%(name)s" in an earlier node.', name=asked)
        if asked
        else ""
    )
    glific = {"contact": "@contact", "results": "@results", **plain}
    textit = dict(plain)
    if asked:
        glific[asked] = f"@results.{asked}"
        textit[asked] = MARK
    return [
        NodeBody(
            "glific",
            "Glific",
            _(
                "Call Webhook node: method POST, URL %(address)s. %(saved)s Glific signs the call"
                " with the phrase saved under Settings, Signature.",
                address=address,
                saved=saved,
            ),
            pretty(glific),
        ),
        NodeBody(
            "textit",
            "TextIt",
            _(
                "Call Webhook node: POST %(address)s, header Authorization: Bearer <token>."
                " %(saved)s",
                address=address,
                saved=saved,
            ),
            pretty(textit).replace(f'"{MARK}"', f"@(json(results.{asked}.value))"),
        ),
        NodeBody(
            "curl", "curl", _("Use a webhook token from the Tokens page."), _curl(address, plain)
        ),
    ]


def _asked(function: WebhookFunction) -> str:
    """The field that takes the contact's text."""
    for name, field in function.fields.fields.items():
        if field.required and isinstance(field, Text):
            return name
    return ""


def _curl(address: str, body: Mapping[str, Any]) -> str:
    lines = [
        f"curl {shlex.quote(address)}",
        "-H 'Authorization: Bearer <token>'",
        "-H 'Content-Type: application/json'",
        f"-d {shlex.quote(pretty(body))}",
    ]
    return " \\\n  ".join(lines)
