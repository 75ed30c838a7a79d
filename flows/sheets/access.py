"""The sheets that a flow may use: none, real ones, or real ones that are only read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from flowhook.errors import ProviderUnavailable
from flowhook.organisations.organisation import Organisation
from flowhook.providers.google_sheets import SheetLink
from flows.sheets.table import Row


class SheetAccess(Protocol):
    """The sheets that a flow may use."""

    def read(self, url: str, key: str) -> Row | None:
        """Return the row of the sheet at this link whose column `key` has this text, or None."""

    def append(self, url: str, where: str, row: Sequence[str]) -> bool:
        """Append a row to the table at `where`; returns False where that is only pretended."""


OpenSheets = Callable[[Organisation], SheetAccess]


class NoSheets:
    """The SheetAccess where Google Sheets is not connected."""

    def read(self, url: str, key: str) -> Row | None:
        """Raise ProviderUnavailable."""
        raise ProviderUnavailable(
            "Google Sheets is not connected here", fix="Play the flow in the service."
        )

    def append(self, url: str, where: str, row: Sequence[str]) -> bool:
        """Raise ProviderUnavailable."""
        raise ProviderUnavailable(
            "Google Sheets is not connected here", fix="Play the flow in the service."
        )


NO_SHEETS = NoSheets()


def no_sheets(organisation: Organisation) -> SheetAccess:
    return NO_SHEETS


@dataclass(frozen=True, slots=True)
class PretendedWrites:
    """Reads as `sheets` does, and writes nothing."""

    sheets: SheetAccess

    def read(self, url: str, key: str) -> Row | None:
        return self.sheets.read(url, key)

    def append(self, url: str, where: str, row: Sequence[str]) -> bool:
        SheetLink.read(url)
        return False
