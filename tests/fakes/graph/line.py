"""A phone number at Meta, and what it sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.graph.deliveries import Post


@dataclass
class Line:
    """A phone number at Meta with the app behind it."""

    phone_number_id: str
    token: str
    app_secret: str
    verify_token: str
    templates: set[tuple[str, str]] = field(default_factory=set)
    post: Post | None = None
    last_inbound: dict[str, float] = field(default_factory=dict)
    received: set[str] = field(default_factory=set)
    callbacks: dict[str, str] = field(default_factory=dict)  # phone_number, application, ...
    account: str = "102290129340398"
    app: str = "634974688087057"
    subscribed: set[str] = field(default_factory=set)
    """The apps to which Meta tells what happens in the account."""
    is_manager: bool = True
    """Whether the token may look at the number and its account."""

    def told(self) -> dict[str, Any]:
        """What the Graph API tells of it."""
        return {
            "display_phone_number": "+1 555-078-3881",
            "verified_name": "Asha",
            "webhook_configuration": self.callbacks,
            "health_status": {
                "can_send_message": "AVAILABLE",
                "entities": [
                    {"entity_type": kind, "id": one, "can_send_message": "AVAILABLE"}
                    for kind, one in (
                        ("PHONE_NUMBER", self.phone_number_id),
                        ("WABA", self.account),
                        ("BUSINESS", "506914307656634"),
                        ("APP", self.app),
                    )
                ],
            },
            "id": self.phone_number_id,
        }

    def subscriptions(self) -> dict[str, Any]:
        """The apps that are subscribed to the account."""
        told = [{"id": app, "name": "Asha", "link": ""} for app in sorted(self.subscribed)]
        return {"data": [{"whatsapp_business_api_data": app} for app in told]}

    def settings(self) -> dict[str, str]:
        """What an organisation saves of it."""
        return {
            "phone_number_id": self.phone_number_id,
            "access_token": self.token,
            "app_secret": self.app_secret,
            "verify_token": self.verify_token,
            "api_version": "v26.0",
        }


@dataclass(frozen=True)
class Sent:
    """A message Meta took: to whom, its whole body, its id."""

    line: str
    to: str
    body: dict[str, Any]
    id: str
