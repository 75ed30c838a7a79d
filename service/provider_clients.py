"""Opens clients of accounts, with their transport, circuit and model quirks, and Google's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gevent import monkey

from answers.guardrails.guards import Guards
from answers.guardrails.masking.masks import Masks
from flowhook.config import Config
from flowhook.errors import InvalidInput, ProviderUnavailable
from flowhook.limits.fair_shares import FairShares
from flowhook.limits.shared_transport import MOST_REQUESTS, SharedTransport
from flowhook.organisations.cache import SettingsCache
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.circuits import Circuits
from flowhook.organisations.model_quirks import StoredModelQuirks
from flowhook.organisations.open_client import OpenClient
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.provider_jobs import StoredProviderJobs
from flowhook.providers.account import Account, Accounts
from flowhook.providers.account_client import AccountClient
from flowhook.providers.gevent_transport import GeventTransport
from flowhook.providers.google_account import GoogleSignIn
from flowhook.providers.google_sheets import GoogleSheetsClient
from flowhook.providers.guard import AddressGuard
from flowhook.providers.guarded_requests import GuardedRequestsTransport
from flowhook.providers.guarded_transport import AddressesOf
from flowhook.providers.model_client import ModelClient
from flowhook.providers.pooled_transport import PooledTransport
from flowhook.providers.requests_transport import RequestsTransport
from flowhook.providers.transport import has_proxy
from flowhook.providers.websocket import ConversingTransport
from flows.sheets.sheets import Sheets
from flows.sheets.tokens import GoogleTokens


def client_opener(
    redis: Any, settings: SettingsCache, guard: AddressGuard, accounts: Accounts, guards: Guards
) -> OpenClient:
    """Return a function that opens clients, each with its organisation's quirks, circuit and
    guardrails."""
    transport, guarded = choose_transport(), choose_transport(base_url_addresses(guard))
    links = choose_transport(link_addresses(guard))
    circuits = Circuits(redis, settings.drop)
    shares = FairShares(MOST_REQUESTS)

    def open_client(
        account: Account, organisation: Organisation, masks: Masks | None = None
    ) -> ModelClient:
        return guards.around(open_plain(account, organisation), organisation, masks)

    def open_plain(account: Account, organisation: Organisation) -> AccountClient:
        other = account.fallback_account
        return AccountClient(
            account,
            SharedTransport(guarded if account.guarded else transport, shares, organisation.id),
            StoredModelQuirks(redis, organisation, account.base_url, settings.drop),
            circuit=circuits.open(organisation, account.base_url, account.api_key),
            fallback=(lambda: open_fallback(other, organisation)) if other else None,
            links=SharedTransport(links, shares, organisation.id),
            jobs=StoredProviderJobs(redis, organisation),
        )

    def open_fallback(title: str, organisation: Organisation) -> AccountClient:
        found = accounts.open(organisation.sections, title)
        return open_plain(replace(found, fallback_account=None), organisation)

    return open_client


def open_google(config: Config, redis: Any, cipher: Cipher, guard: AddressGuard) -> Sheets:
    """Google Sheets over the service's parts."""
    client = GoogleSheetsClient(guard, config.google_docs_url, config.google_sheets_url)
    sign_in = GoogleSignIn(guard, config.google_token_url)
    return Sheets.over(redis, cipher, client, GoogleTokens(redis, cipher, sign_in))


def choose_transport(addresses_of: AddressesOf | None = None) -> ConversingTransport:
    """Return a gevent or pooled transport if possible, else one based on requests."""
    if monkey.is_module_patched("socket") and not has_proxy():
        return GeventTransport(addresses_of=addresses_of)
    if addresses_of:
        return GuardedRequestsTransport(addresses_of)
    return RequestsTransport() if has_proxy() else PooledTransport()


def base_url_addresses(guard: AddressGuard) -> AddressesOf:
    """Return the guard's look-up for base_url; it raises ProviderUnavailable if it refuses."""
    return _addresses(
        guard,
        "base_url",
        "base_url leads to an address that is not public",
        "Correct base_url, or have the operator set it.",
    )


def link_addresses(guard: AddressGuard) -> AddressesOf:
    """Return the guard's look-up for links in a provider's answers, which refuses as that does."""
    return _addresses(
        guard,
        "link",
        "the provider named an address that is not public",
        "Check base_url and whether the provider is the one you mean; the operator can allow an"
        " address with ALLOW_PRIVATE_URLS.",
    )


def _addresses(guard: AddressGuard, field: str, message: str, fix: str) -> AddressesOf:
    def addresses_of(host: str, port: int, seconds: float) -> list[str]:
        try:
            return guard.addresses_of(host, port, seconds, field=field)
        except InvalidInput as refused:
            raise ProviderUnavailable(message, fix=fix) from refused

    return addresses_of
