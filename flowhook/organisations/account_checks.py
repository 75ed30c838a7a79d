"""What an organisation's key can do, asked of the provider."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

from flowhook.organisations.organisation import Organisation
from flowhook.organisations.section_service import SectionService, account_section
from flowhook.providers.account import Account, Accounts
from flowhook.providers.model_client import ModelClient

OpenClient = Callable[[Account, Organisation], ModelClient]


class AccountChecks:
    """Asks with the stored key of the account, or of the further account `title`."""

    def __init__(
        self,
        sections: SectionService,
        accounts: Accounts,
        open_client: OpenClient,
        place: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        """`place` limits what is asked at once for one organisation."""
        self.sections = sections
        self.accounts = accounts
        self.open_client = open_client
        self.place = place

    def test(self, org: str, title: str | None = None) -> dict[str, Any]:
        """Return `{"success", "models", "latency_ms"}`; raises what the provider's answer means."""
        client = self._client(org, title)
        started = time.perf_counter()
        with self.place(org):
            found = client.models()
        elapsed = round((time.perf_counter() - started) * 1000)
        return {"success": True, "models": len(found), "latency_ms": elapsed}

    def models(self, org: str, title: str | None = None) -> list[dict[str, Any]]:
        """The models this key can use, by id, each with what the provider tells of it."""
        client = self._client(org, title)
        with self.place(org):
            models = sorted(client.models(), key=lambda model: model.id)
        return [
            {name: value for name, value in asdict(model).items() if value is not None}
            for model in models
        ]

    def _client(self, org: str, title: str | None) -> ModelClient:
        organisation = self.sections.existing(org)
        section = self.sections.section(organisation, account_section(title) if title else "openai")
        return self.open_client(self.accounts.read(section), organisation)
