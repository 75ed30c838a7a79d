"""Tests of settings sections: most are one request that an outside service answers only if the
keys are right."""

from __future__ import annotations

from typing import Any

from flowhook.config import Config
from flowhook.errors import MissingApiKey, ProviderRejected
from flowhook.organisations.account_checks import SectionTest
from flowhook.organisations.auth import Authenticator
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.schemas import WhatsAppSettingsSchema
from flowhook.organisations.section import lacking
from flowhook.organisations.token_store import TokenStore
from flowhook.providers.glific import GlificClient
from flowhook.providers.google_maps import GoogleMapsClient
from flowhook.providers.guard import AddressGuard
from flowhook.providers.guarded_requests import GuardedRequestsTransport
from flowhook.providers.requests_transport import RequestsTransport
from flowhook.providers.transport import Transport
from flowhook.providers.whatsapp import NumberState, PhoneNumber, WhatsAppClient
from flows.sheets.sheets import Sheets
from service.caller_checks import try_signature, try_tokens
from service.provider_clients import choose_transport

A_PLACE = (28.6129, 77.2295)  # India Gate, New Delhi, whose address Google knows


def section_checks(
    config: Config,
    guard: AddressGuard,
    sheets: Sheets,
    authenticator: Authenticator,
    tokens: TokenStore,
) -> dict[str, SectionTest]:
    """The tests, by section; that of webhook tokens is `tokens`."""
    metas, maps = choose_transport(), RequestsTransport()
    glific = GuardedRequestsTransport(
        lambda host, port, seconds: guard.addresses_of(host, port, seconds, "api_url")
    )
    sign_in = sheets.tokens.sign_in
    return {
        "signature": lambda org: try_signature(org, authenticator, tokens),
        "tokens": lambda org: try_tokens(org, tokens),
        "google_sheets": lambda org: sign_in.test(org.section("google_sheets")),
        "whatsapp": lambda org: try_whatsapp(org, metas, config.whatsapp_base_url),
        "glific": lambda org: try_glific(org, glific),
        "google_maps": lambda org: try_google_maps(org, maps, config.google_maps_url),
    }


def try_whatsapp(organisation: Organisation, transport: Transport, url: str) -> dict[str, Any]:
    """Whether the number, the token and the app secret fit, and Meta delivers to this service
    what happens at the number's account.

    Raises MissingApiKey where a field is missing, InvalidApiKey, and ProviderRejected.
    """
    section = organisation.section("whatsapp")
    missing = lacking(WhatsAppSettingsSchema, section)
    if missing:
        raise MissingApiKey(
            f"the organisation's WhatsApp settings lack {' and '.join(missing)}",
            fix="Save all four of phone_number_id, access_token, app_secret and verify_token:"
            " without them no message is answered.",
        )
    client = WhatsAppClient(PhoneNumber.read(section), transport, url)
    number = client.look_up(section["app_secret"])
    path = f"/channels/whatsapp/{organisation.id}"
    callback = number.callbacks[0] if number.callbacks else ""
    if not callback.endswith(path):
        elsewhere = f" but to {callback}" if callback else ""
        raise ProviderRejected(
            f"the keys work, yet Meta delivers no messages to this service{elsewhere}",
            fix="In Meta's app, under WhatsApp, Configuration, enter the callback URL and the"
            " verify token, and subscribe to the field messages.",
        )
    _check_subscribed(client, number, section["app_secret"])
    return {"phone_number": number.shown, "name": number.name}


def _check_subscribed(client: WhatsAppClient, number: NumberState, app_secret: str) -> None:
    """Raise ProviderRejected where Meta tells the app nothing of the number's account."""
    if not number.account:
        return
    apps = client.subscribed_apps(number.account, app_secret)
    if number.app in apps or (apps and not number.app):
        return
    raise ProviderRejected(
        "the keys work, yet the app is not subscribed to the number's WhatsApp Business Account,"
        " so Meta delivers none of its messages",
        fix="In Meta's app, under WhatsApp, Configuration, subscribe to the field messages; if it"
        f" is subscribed there, send POST {client.root}/{number.account}/subscribed_apps with the"
        " access token once, as docs/admin.md shows.",
    )


def try_glific(organisation: Organisation, transport: Transport) -> dict[str, Any]:
    """Log in. Raises MissingApiKey where nobody can, ProviderRejected where Glific refuses."""
    section = organisation.section("glific")
    missing = [name for name in ("api_url", "phone", "password") if not section.get(name)]
    if missing:
        raise MissingApiKey(
            f"the organisation's Glific settings lack {' and '.join(missing)} to log in with",
            fix="Save them; with the signature phrase and api_url alone late answers are sent"
            " signed, which cannot be tried without a contact who waits.",
        )
    client = GlificClient(
        section["api_url"], transport, phone=section["phone"], password=section["password"]
    )
    client.log_in()
    return {"phone": section["phone"]}


def try_google_maps(organisation: Organisation, transport: Transport, url: str) -> dict[str, Any]:
    """Look one address up. Raises MissingApiKey, or what Google's answer means."""
    key = organisation.section("google_maps").get("api_key")
    if not key:
        raise MissingApiKey(
            "the organisation has no Google Maps API key",
            fix="Save an api_key in the organisation's google_maps settings.",
        )
    found = GoogleMapsClient(key, transport, url).addresses(*A_PLACE)
    return {"address": str(found[0].get("formatted_address", ""))}
