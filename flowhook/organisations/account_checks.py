"""What an organisation's keys can do, asked of the providers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

from flowhook.errors import FlowhookError, NotFound
from flowhook.organisations.check_results import CheckResults
from flowhook.organisations.open_client import OpenClient
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.schemas import SECTIONS
from flowhook.organisations.section_service import SectionService, account_section
from flowhook.providers.account import SARVAM, Accounts
from flowhook.providers.model_client import ChatRequest, ListedModel, ModelClient

QUESTION = "Answer with the word yes."
MAX_TOKENS = 64  # a model that thinks first may end without an answer, which is one, too

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
        results: CheckResults,
    ) -> None:
        """`place` limits what is asked at once for one organisation; `others` tests the keys of
        other sections, by section; `results` keeps what each test found."""
        self.sections = sections
        self.accounts = accounts
        self.open_client = open_client
        self.place = place
        self.results = results
        self.others = {**others, SARVAM: self._test_sarvam}

    def test(self, org: str, title: str | None = None) -> dict[str, Any]:
        """Return `{"success", "models", "latency_ms"}`; raises what the provider's answer means.

        The models are listed, and the default model is asked one short question.
        """
        section = account_section(title) if title else "openai"
        organisation = self.sections.existing(org)
        client = self._client(organisation, section)

        def ask() -> dict[str, Any]:
            models = len(self._listed(organisation, section, client))
            question = [{"role": "user", "content": QUESTION}]
            client.chat(ChatRequest(question, max_tokens=MAX_TOKENS))
            return {"models": models}

        return self._timed(organisation, section, ask)

    def test_section(self, org: str, section: str) -> dict[str, Any]:
        """Try another section, or the webhook tokens; raises NotFound where there is no test."""
        test = self.others.get(section)
        if test is None:
            raise NotFound(
                f"the section {section[:40]} cannot be tested",
                fix=f"The sections with a test are openai, {', '.join(self.others)}.",
            )
        organisation = self.sections.existing(org)
        if section in SECTIONS:
            self.sections.section(organisation, section)
        return self._timed(organisation, section, lambda: test(organisation))

    def models(self, org: str, title: str | None = None) -> list[dict[str, Any]]:
        """The models this key can use, by id, each with what the provider tells of it."""
        organisation = self.sections.existing(org)
        section = account_section(title) if title else "openai"
        client = self._client(organisation, section)
        with self.place(org):
            models = self._listed(organisation, section, client)
        return [
            {name: value for name, value in asdict(model).items() if value is not None}
            for model in models
        ]

    def _listed(
        self, organisation: Organisation, section: str, client: ModelClient
    ) -> list[ListedModel]:
        """The account's models by id, which are known from then on."""
        models = sorted(client.models(), key=lambda model: model.id)
        known = self.sections.known_models
        known.note(organisation.id, section, organisation.stored, [model.id for model in models])
        return models

    def _test_sarvam(self, organisation: Organisation) -> dict[str, Any]:
        account = self.accounts.open_sarvam(organisation.sections)
        return {"models": len(self.open_client(account, organisation).models())}

    def _timed(
        self, organisation: Organisation, section: str, ask: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        started = time.perf_counter()
        try:
            with self.place(organisation.id):
                found = ask()
        except FlowhookError as error:
            self.results.note(organisation, section, error.message, error.fix)
            raise
        self.results.note(organisation, section)
        elapsed = round((time.perf_counter() - started) * 1000)
        return {"success": True, **found, "latency_ms": elapsed}

    def _client(self, organisation: Organisation, section: str) -> ModelClient:
        values = self.sections.section(organisation, section)
        return self.open_client(self.accounts.read(values), organisation)
