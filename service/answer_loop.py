"""Assembles what answers from documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from answers.approved.approved import Approved
from answers.approved.counts import AnswerCounts
from answers.approved.store import ApprovedStore
from answers.inbox.intake import InboxIntake
from answers.inbox.store import InboxStore
from answers.knowledge.deleted_bases import DeletedBases
from answers.knowledge.document_store import DocumentStore
from answers.knowledge.due import DueDocuments
from answers.knowledge.embedding import EmbedTexts
from answers.knowledge.indices import Indices
from answers.knowledge.knowledge import Knowledge
from answers.knowledge.reader import STEP, Reader
from answers.knowledge.store import BaseStore
from flowhook.config import Config
from flowhook.jobs.room import MEGABYTE
from flowhook.jobs.services import JobServices
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.store import SettingsStore


@dataclass(frozen=True, slots=True)
class AnswerLoop:
    """The documents and approved answers of a process, and what puts questions into inboxes."""

    NAME: ClassVar[str] = "answer_loop"

    documents: DocumentStore
    deleted: DeletedBases
    knowledge: Knowledge
    intake: InboxIntake
    approved: Approved


def open_answer_loop(
    config: Config, redis: Any, cipher: Cipher, store: SettingsStore
) -> AnswerLoop:
    """What functions and routes use of the organisations' documents, answers and people."""
    documents = DocumentStore(
        BaseStore(redis, cipher, store.changes),
        DueDocuments(redis),
        config.knowledge_megabytes * MEGABYTE,
    )
    store.deletion.add_indices(documents.due.forget_organisation)
    return AnswerLoop(
        documents,
        DeletedBases(documents, store.trash),
        Knowledge(documents, Indices(documents)),
        InboxIntake(InboxStore(redis, cipher)),
        Approved(ApprovedStore(redis, cipher, store.changes), AnswerCounts(redis)),
    )


def open_reader(
    loop: AnswerLoop,
    job_services: JobServices,
    find: Callable[[str], Organisation],
    embed: EmbedTexts,
) -> Reader:
    """What takes documents in, and reads them in workers; `find` reads an organisation."""
    reader = Reader(loop.documents, job_services.queue, find, embed)
    job_services.add_task(STEP, reader.perform)
    return reader
