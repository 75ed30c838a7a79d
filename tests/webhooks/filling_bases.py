"""A short way to put documents into a base in tests, as if they had been read."""

from __future__ import annotations

import secrets

from answers.knowledge.document import Passage
from answers.knowledge.document_store import DocumentStore
from answers.knowledge.progress import Progress, ReadDocument
from answers.knowledge.stored_document import NewDocument
from service.answer_loop import AnswerLoop
from tests.fixtures_app import Service

FEES = "The fee for the course is 500 rupees. Pay the fee by 5 June at the office."
RICE = "Sow rice in June, when the first rain has come. Rice needs standing water."
WHEAT = "Sow wheat in November, when the nights are cool. Give wheat water four times."


def save_document(
    service: Service,
    title: str,
    *passages: str | Passage,
    base: str = "leaflets",
    embedding_model: str = "",
) -> str:
    """Have a base (made if need be) hold a document of these passages; returns its id.

    A base that was searched may go on without it for some seconds: fill it before.
    """
    documents, org = documents_of(service), service.tenant.id
    documents.bases.put(org, base, {"embedding_model": embedding_model}, "tests")
    content = f"{title}\0{passages}".encode()
    document, place = documents.add(org, base, NewDocument(title, content, title), "tests")
    assert place is not None
    token, progress = secrets.token_hex(4), Progress(documents)
    progress.begin(place, token)
    read = [one if isinstance(one, Passage) else Passage(one, 1) for one in passages]
    assert progress.finish(place, token, ReadDocument("pdf", read, {1: "x"}, 1))
    service.background.settings.drop(org)
    return document.id


def documents_of(service: Service) -> DocumentStore:
    loop: AnswerLoop = service.app.extensions[AnswerLoop.NAME]
    return loop.documents
