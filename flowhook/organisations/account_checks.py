"""What an organisation's keys can do, asked of the providers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

from flowhook.errors import NotFound
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.section_service import SectionService, account_section
from flowhook.providers.account import SARVAM, Account, Accounts
from flowhook.providers.model_client import ModelClient

OpenClient = Callable[[Account, Organisation], ModelClient]
SectionTest = Callable[[Organisation], dict[str, Any]]
"""Returns what a success tells beside `success` and `latency_ms`; else it raises."""


class AccountChecks:
    """Asks with the stored key of the account, or of the further account `title`."""

    def __init__(
        self,
        sections: SectionService,
        accounts: Accounts,
        open_client: OpenClient,
        place: Callable[[str], AbstractContextManager[None]],
        others: Mapping[str, SectionTest],
    ) -> None:
        """`place` limits what is asked at once for one organisation; `others` tests the keys of
        other sections, by section."""
        self.sections = sections
        self.accounts = accounts
        self.open_client = open_client
        self.place = place
        self.others = {**others, SARVAM: self._test_sarvam}

    def test(self, org: str, title: str | None = None) -> dict[str, Any]:
        """Return `{"success", "models", "latency_ms"}`; raises what the provider's answer means."""
        client = self._client(org, title)
        return self._timed(org, lambda: {"models": len(client.models())})

    def test_section(self, org: str, section: str) -> dict[str, Any]:
        """Try another section's key; raises NotFound for a section without a test."""
        test = self.others.get(section)
        if test is None:
            raise NotFound(
                f"the section {section[:40]} cannot be tested",
                fix=f"The sections with a test are openai, {', '.join(self.others)}.",
            )
        organisation = self.sections.existing(org)
        self.sections.section(organisation, section)
        return self._timed(org, lambda: test(organisation))

    def models(self, org: str, title: str | None = None) -> list[dict[str, Any]]:
        """The models this key can use, by id, each with what the provider tells of it."""
        client = self._client(org, title)
        with self.place(org):
            models = sorted(client.models(), key=lambda model: model.id)
        return [
            {name: value for name, value in asdict(model).items() if value is not None}
            for model in models
        ]

    def _test_sarvam(self, organisation: Organisation) -> dict[str, Any]:
        account = self.accounts.open_sarvam(organisation.sections)
        return {"models": len(self.open_client(account, organisation).models())}

    def _timed(self, org: str, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        started = time.perf_counter()
        with self.place(org):
            found = ask()
        elapsed = round((time.perf_counter() - started) * 1000)
        return {"success": True, **found, "latency_ms": elapsed}

    def _client(self, org: str, title: str | None) -> ModelClient:
        organisation = self.sections.existing(org)
        section = self.sections.section(organisation, account_section(title) if title else "openai")
        return self.open_client(self.accounts.read(section), organisation)
