"""Has texts of an organisation's documents embedded by its provider, within its limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from flowhook.limits.limiter import Estimate, Limiter
from flowhook.organisations.open_client import OpenClient
from flowhook.organisations.organisation import Organisation
from flowhook.providers.account import Accounts
from flowhook.providers.model_client import EmbeddingRequest
from flowhook.providers.token_estimate import BYTES_PER_TOKEN
from flowhook.records.log_entry import LogEntry
from flowhook.records.own_requests import logged

FUNCTION = "knowledge"  # what the log and the usage call it


class PassageEmbedder:
    """Asks for embeddings; each request is one line of the log, and its tokens count."""

    def __init__(
        self,
        accounts: Accounts,
        open_client: OpenClient,
        limiter: Limiter,
        record: Callable[[LogEntry], None],
    ) -> None:
        self.accounts = accounts
        self.open_client = open_client
        self.limiter = limiter
        self.record = record

    def __call__(
        self, organisation: Organisation, model: str, texts: list[str]
    ) -> Sequence[Sequence[float]]:
        """The embedding of each text. Raises FlowhookError.

        Fallbacks are not asked: embeddings of two models cannot be compared.
        """
        account = self.accounts.open(organisation.sections)
        client = self.open_client(
            replace(account, fallback_model=None, fallback_account=None), organisation
        )
        tokens = sum(len(text.encode()) for text in texts) // BYTES_PER_TOKEN
        asked = {"texts": len(texts)}
        with (
            logged(self.record, organisation.id, FUNCTION, client, asked, model),
            self.limiter.place(
                organisation, lambda: Estimate(tokens), lambda: client.usage.input_tokens
            ),
        ):
            return client.embed(EmbeddingRequest(texts, model)).vectors
