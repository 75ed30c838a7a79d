"""Addresses of this service that pages show, and why others may not reach them."""

from __future__ import annotations

from flowhook.config import Config
from flowhook.http.origin import origin
from web.language import _


def callback(config: Config, org: str) -> str:
    """The address for Meta's verification and deliveries."""
    return f"{origin(config.public_url)}/channels/whatsapp/{org}"


def address_note(config: Config) -> str:
    """Why others may not reach an address that is shown, and the fix; empty where they may."""
    if not config.public_url:
        return _(
            "The service's PUBLIC_URL is not set, so this is the address by which you came here;"
            " others may not reach it. The operator sets PUBLIC_URL to the https address of this"
            " service, and starts it anew."
        )
    if not config.public_url.startswith("https:"):
        return _(
            "The service's PUBLIC_URL is not https, and flow builders, WhatsApp and browsers may"
            " refuse such an address. The operator sets PUBLIC_URL to an https address, and starts"
            " the service anew."
        )
    return ""
