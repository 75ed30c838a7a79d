"""What a settings page warns of beside the form, before anything fails."""

from __future__ import annotations

from flowhook.config import Config
from flowhook.http.origin import origin
from flowhook.organisations.auth import SIGNATURE
from flowhook.organisations.organisation import Organisation
from web.page_services import PageServices


def section_notes(section: str, current: Organisation, services: PageServices) -> list[str]:
    """Sentences for the section."""
    if section == "signature" and current.signature_phrase:
        return [signature_note(current, services.sections.store.tokens.uses(current.id))]
    if section == "whatsapp":
        return address_notes(services.config)
    return []


def address_notes(config: Config) -> list[str]:
    """Why others may not reach the addresses that a page shows."""
    if config.public_url and config.public_url.startswith("https:"):
        return []
    reason = "is not https" if config.public_url else "is not set, so this is how you came here"
    return [
        "Meta delivers to https addresses only, and from outside: the service's PUBLIC_URL"
        f" {reason}. The operator sets PUBLIC_URL to the https address of this service."
    ]


def signature_note(current: Organisation, uses: dict[str, str]) -> str:
    """Whether signed calls can fit, and when the last one came."""
    wrong = signature_fault(current)
    if wrong:
        return wrong
    seen = uses.get(SIGNATURE)
    if seen:
        return f"The last signed call came at {seen[:16].replace('T', ' ')} UTC."
    return "No signed call has come yet: test the webhook in Glific's simulator, then look here."


def signature_fault(current: Organisation) -> str:
    """Why no signed call can fit; empty where it can."""
    if current.id.isdigit():
        return ""
    return (
        f"No call that Glific signs will fit: Glific names the organisation by its own number, and"
        f" this one is called {current.id}. Have the operator make an organisation whose id is"
        " Glific's number, or give the webhook nodes a token instead."
    )


def callback(config: Config, org: str) -> str:
    """The address for Meta's verification and deliveries."""
    return f"{origin(config.public_url)}/channels/whatsapp/{org}"
