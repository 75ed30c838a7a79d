"""Reads rows of Google sheets and appends to them, for the flows of one organisation.

A sheet that everybody with its link may see needs no account. With a service account in the
settings, sheets are read through the API, private ones too, and rows can be written. One request at
a time is made for a sheet: who asks meanwhile waits for its outcome.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

from flowhook.backoff import Backoff
from flowhook.errors import (
    FlowhookError,
    InvalidApiKey,
    InvalidInput,
    ProviderRejected,
    ProviderTimeout,
)
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.providers.google_account import ServiceAccount
from flowhook.providers.google_sheets import GoogleSheetsClient, Lines, NotSignedIn, SheetLink
from flowhook.redis.best_effort import best_effort
from flowhook.redis.leases import TURN_SECONDS, Leases
from flows.sheets.access import SheetAccess
from flows.sheets.cache import Found, SheetCache, lease_key
from flows.sheets.table import Row, Table, read_table, row_key
from flows.sheets.tokens import GoogleTokens

SECTION = "google_sheets"
WAIT_SECONDS = 20.0  # for a request of another call
PAUSES = Backoff(first_seconds=0.05, factor=1.5, longest_seconds=0.5)

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Sheets:
    """What reading and writing sheets needs of the service."""

    client: GoogleSheetsClient
    tokens: GoogleTokens
    cache: SheetCache
    leases: Leases
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    @classmethod
    def over(
        cls, redis: Any, cipher: Cipher, client: GoogleSheetsClient, tokens: GoogleTokens
    ) -> Sheets:
        return cls(client, tokens, SheetCache(redis, cipher), Leases(redis, TURN_SECONDS))

    def open(self, organisation: Organisation) -> SheetAccess:
        return OrganisationSheets(self, organisation)


@dataclass(frozen=True, slots=True)
class OrganisationSheets:
    """The SheetAccess of an organisation's flows."""

    service: Sheets
    organisation: Organisation

    def read(self, url: str, key: str) -> Row | None:
        """Raises InvalidInput for another link, else what the sheet or Google is the matter with.

        The row is at most a minute old.
        """
        link, wanted = SheetLink.read(url), row_key(key)
        deadline = self.service.clock() + WAIT_SECONDS
        for tries in count(1):
            found = self._kept(link, wanted) or self._fetched(link, wanted)
            if found is not None:
                return found.row
            if self.service.clock() > deadline:
                raise ProviderTimeout("Google Sheets did not answer in time")
            self.service.sleep(PAUSES.spread(tries))
        raise AssertionError("the last try returns or raises")

    def append(self, url: str, where: str, row: Sequence[str]) -> bool:
        """Raises MissingApiKey without an account, else what the sheet or Google is the matter
        with."""
        link = SheetLink.read(url)
        if link.is_published:
            raise InvalidInput(
                "a link of a sheet that is published to the web can only be read",
                fix="Copy the address of the open sheet from the browser.",
            )
        account = ServiceAccount.of(self.organisation.section(SECTION))
        client = self.service.client
        self._signed_in(
            account, lambda token: client.append(link, where, row, token, account.email)
        )
        return True

    def _kept(self, link: SheetLink, key: str) -> Found | None:
        return self.service.cache.find(self.organisation.id, link, key)

    def _fetched(self, link: SheetLink, key: str) -> Found | None:
        """Ask Google, or return None where another call does so now."""
        lease = lease_key(self.organisation.id, link)
        with self.service.leases.holding(lease) as token:
            if token is None:
                return None
            return self._kept(link, key) or Found(self._table(link).row(key))

    def _table(self, link: SheetLink) -> Table:
        org, cache = self.organisation.id, self.service.cache
        try:
            table = read_table(self._lines(link))
            with best_effort("the rows of a Google sheet"):
                cache.keep(org, link, table)
        except FlowhookError as error:
            with best_effort("why a Google sheet cannot be read"):
                cache.keep_failure(org, link, error)
            raise
        return table

    def _lines(self, link: SheetLink) -> Lines:
        section, client = self.organisation.section(SECTION), self.service.client
        if link.is_published or not section.get("service_account"):
            return client.read_shared(link)
        account = ServiceAccount.of(section)
        try:
            return self._signed_in(account, lambda token: client.read(link, token, account.email))
        except (InvalidApiKey, ProviderRejected) as refused:
            return self._without_account(link, refused)

    def _without_account(self, link: SheetLink, refused: FlowhookError) -> Lines:
        """Read what everybody may see, though the account is of no use: it was read before, too."""
        try:
            return self.service.client.read_shared(link)
        except FlowhookError:
            raise refused from None

    def _signed_in(self, account: ServiceAccount, ask: Callable[[str], Answer]) -> Answer:
        """Ask with the account's token, once more with a new one if Google knows it no longer."""
        org, tokens = self.organisation.id, self.service.tokens
        try:
            return ask(tokens.get(org, account))
        except NotSignedIn:
            tokens.drop(org)
        try:
            return ask(tokens.get(org, account))
        except NotSignedIn:
            raise InvalidApiKey(
                "Google does not accept the token that it gave to the service account",
                fix="Test the account in the organisation's google_sheets settings.",
            ) from None
