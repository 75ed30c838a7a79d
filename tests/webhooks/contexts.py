"""A ContextFactory for tests that call functions without the service around them."""

from __future__ import annotations

from typing import Any

from answers.approved.approved import Approved
from answers.approved.counts import AnswerCounts
from answers.approved.store import ApprovedStore
from answers.guardrails.consent import ConsentStore
from answers.guardrails.guards import Guards
from answers.guardrails.rules.rules import Rules
from answers.guardrails.rules.verdicts import Verdicts
from answers.inbox.intake import InboxIntake
from answers.inbox.store import InboxStore
from answers.knowledge.document_store import DocumentStore
from answers.knowledge.due import DueDocuments
from answers.knowledge.indices import Indices
from answers.knowledge.knowledge import Knowledge
from answers.knowledge.store import BaseStore
from answers.prompts.store import PromptStore
from flowhook.media.public import PublicMedia
from flowhook.media.store import MediaStore
from flowhook.organisations.changes import Changes
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.trash import Trash
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
        lambda account, organisation, masks=None: AccountClient(account, RequestsTransport()),
        AddressGuard(),
        PublicMedia(MediaStore(redis, cipher), None),
        Threads(redis, cipher),
        google_maps_url="http://127.0.0.1:9",
        prompts=prompt_store(redis, cipher),
        knowledge=knowledge(redis, cipher),
        intake=InboxIntake(InboxStore(redis, cipher)),
        approved=approved_answers(redis, cipher),
        guards=Guards(cipher, ConsentStore(redis, cipher)),
        rules=Rules(Verdicts(redis, cipher)),
    )


def approved_answers(redis: Any, cipher: Cipher) -> Approved:
    return Approved(ApprovedStore(redis, cipher, Changes(redis)), AnswerCounts(redis))


def prompt_store(redis: Any, cipher: Cipher) -> PromptStore:
    return PromptStore(redis, cipher, Changes(redis), Trash(redis, cipher))


def knowledge(redis: Any, cipher: Cipher) -> Knowledge:
    documents = DocumentStore(BaseStore(redis, cipher, Changes(redis)), DueDocuments(redis))
    return Knowledge(documents, Indices(documents))


def organisation(openai: FakeOpenAI, **sections: Any) -> Organisation:
    """An organisation with an account at the fake, and other sections."""
    account = {"is_active": True, "api_key": openai.key, "base_url": openai.base_url}
    return Organisation("acme", {"openai": account, **sections}, {})
