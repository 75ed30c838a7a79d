"""The deliveries Meta posts to a callback: signed bodies of messages and statuses."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Post = Callable[[bytes, dict[str, str]], int]
"""Takes a body and its headers to the subscriber; answers the HTTP status."""


@dataclass(frozen=True)
class Person:
    """A contact: reached by phone number, by business-scoped user id, or by either."""

    phone: str = ""
    user_id: str = ""
    name: str = "Asha"

    @property
    def identity(self) -> str:
        return self.phone or self.user_id

    def as_contact(self) -> dict[str, Any]:
        known: dict[str, Any] = {"profile": {"name": self.name}, "user_id": self.user_id}
        return {**known, "wa_id": self.phone} if self.phone else known

    def as_sender(self) -> dict[str, Any]:
        sender = {"from_user_id": self.user_id}
        return {**sender, "from": self.phone} if self.phone else sender


def wrapped(account_id: str, phone_number_id: str, value: dict[str, Any]) -> dict[str, Any]:
    """A delivery of one change."""
    metadata = {"display_phone_number": "15550783881", "phone_number_id": phone_number_id}
    change = {
        "field": "messages",
        "value": {"messaging_product": "whatsapp", "metadata": metadata, **value},
    }
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": account_id, "changes": [change]}],
    }


def signed(app_secret: str, body: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    """Body and headers as Meta sends them: escaped to ASCII, slashes too."""
    raw = json.dumps(body, ensure_ascii=True).replace("/", "\\/").encode()
    digest = hmac.new(app_secret.encode(), raw, hashlib.sha256).hexdigest()
    return raw, {
        "Content-Type": "application/json",
        "User-Agent": "facebookexternalua",
        "X-Hub-Signature-256": f"sha256={digest}",
    }
