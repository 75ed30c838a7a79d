"""A ContextFactory for tests that call functions without the service around them."""

from __future__ import annotations

from typing import Any

from flowhook.media.public import PublicMedia
from flowhook.media.store import MediaStore
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.providers.account import Accounts
from flowhook.providers.account_client import AccountClient
from flowhook.providers.guard import AddressGuard
from flowhook.providers.requests_transport import RequestsTransport
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import FIRST_KEY, make_config
from webhooks.context import ContextFactory
from webhooks.threads import Threads


def context_factory(redis: Any) -> ContextFactory:
    """Contexts whose clients have neither quirks nor a circuit; no tools yet."""
    cipher = Cipher([FIRST_KEY])
    return ContextFactory(
        Accounts(make_config()),
        lambda account, organisation: AccountClient(account, RequestsTransport()),
        AddressGuard(),
        PublicMedia(MediaStore(redis, cipher), None),
        Threads(redis, cipher),
        google_maps_url="http://127.0.0.1:9",
    )


def organisation(openai: FakeOpenAI, **sections: Any) -> Organisation:
    """An organisation with an account at the fake, and other sections."""
    account = {"is_active": True, "api_key": openai.key, "base_url": openai.base_url}
    return Organisation("acme", {"openai": account, **sections}, {})
