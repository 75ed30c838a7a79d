"""How a client of an organisation's account is opened."""

from __future__ import annotations

from typing import Any, Protocol

from flowhook.organisations.organisation import Organisation
from flowhook.providers.account import Account
from flowhook.providers.model_client import ModelClient


class OpenClient(Protocol):
    """Opens clients. `masks` are those of the call where it has some: `service` knows them."""

    def __call__(
        self, account: Account, organisation: Organisation, masks: Any = None
    ) -> ModelClient: ...
