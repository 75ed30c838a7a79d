"""What an organisation's OpenAI key can do, asked of the provider."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from flowhook.organisations.organisation import Organisation
from flowhook.organisations.section_service import SectionService, account_section
from flowhook.providers.account import Account
from flowhook.providers.accounts import Accounts
from flowhook.providers.openai import OpenAIClient

MODEL_KEYS = ("id", "created", "owned_by", "shutdown_date")

OpenClient = Callable[[Account, Organisation], OpenAIClient]


class OpenAIChecks:
    """Asks with the stored key of the account, or of the further account `title`."""

    def __init__(
        self, sections: SectionService, accounts: Accounts, open_client: OpenClient
    ) -> None:
        self.sections = sections
        self.accounts = accounts
        self.open_client = open_client

    def test(self, org: str, title: str | None = None) -> dict[str, Any]:
        """`{"success", "models", "latency_ms"}`, or the error that the provider's answer is."""
        client = self._client(org, title)
        started = time.perf_counter()
        found = client.models()
        elapsed = round((time.perf_counter() - started) * 1000)
        return {"success": True, "models": len(found), "latency_ms": elapsed}

    def models(self, org: str, title: str | None = None) -> list[dict[str, Any]]:
        """The models this key can use, by id."""
        models = [
            {key: model[key] for key in MODEL_KEYS if model.get(key) is not None}
            for model in self._client(org, title).models()
        ]
        return sorted(models, key=lambda model: str(model["id"]))

    def _client(self, org: str, title: str | None) -> OpenAIClient:
        organisation = self.sections.existing(org)
        section = self.sections.section(organisation, account_section(title) if title else "openai")
        return self.open_client(self.accounts.read(section), organisation)
