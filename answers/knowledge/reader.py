"""Reads the documents that were sent, in workers: from the file to passages that answer.

A worker may be killed at any point: what is not done stays among the documents that are due, and is
read from the beginning.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial

from answers.knowledge.base import KnowledgeBase
from answers.knowledge.document_store import DocumentStore
from answers.knowledge.due import job_of, place_of
from answers.knowledge.embedding import EmbedTexts, embeddings
from answers.knowledge.progress import Aside, Progress
from answers.knowledge.read_document import read_document
from answers.knowledge.reading import Unreadable
from answers.knowledge.sealing import DocumentPlace
from answers.knowledge.stored_document import READING, READY, UNREAD, NewDocument, StoredDocument
from flowhook.backoff import Backoff
from flowhook.errors import FlowhookError, NotFound, TooLarge
from flowhook.jobs.queue import Queue
from flowhook.jobs.retry_until_available import AWAY, retry_until_available
from flowhook.organisations.organisation import Organisation
from flowhook.redis.leases import PROCESS_SECONDS, Leases

STEP = "read_document"  # of the job queue
READ_AT_ONCE = 2  # documents that a process reads at once, each with up to a GiB of memory
MAX_TRIES = 3  # readings that broke off, before a document counts as unreadable
MAX_EMBEDDINGS = 6  # tries in which no passage of a document is embedded, over some three hours
LOST_SECONDS = 30.0  # after which a document that is being read is looked at again
SENT_AT_ONCE = 4  # messages of a sweep
BROKEN_SECONDS = 2.0  # before a document is read again whose reading met an unexpected error
EMBED_AGAIN = Backoff(first_seconds=10.0, factor=5, longest_seconds=7200.0)
LONGEST_PAUSE_SECONDS = 86_400.0  # whatever a provider asks for: what is paid is kept so long
BROKE_OFF = {
    "message": f"Reading this file broke off {MAX_TRIES} times.",
    "fix": "Save it anew or in another format, such as PDF or plain text, and send that.",
}
EMBEDDING_BROKE_OFF = {
    "message": "This document is found by its words alone: having it embedded broke off"
    f" {MAX_EMBEDDINGS} times.",
    "fix": "Save the base's embedding model again, and it is tried once more; if that breaks off,"
    " too, tell the operator.",
}
GONE = {"message": "What was sent of this file is not there any more.", "fix": "Send it again."}

logger = logging.getLogger(__name__)


class Reader:
    """Takes documents in, and reads those that workers' messages name."""

    NAME = "document_reader"

    def __init__(
        self,
        documents: DocumentStore,
        queue: Queue,
        find: Callable[[str], Organisation],
        embed: EmbedTexts,
    ) -> None:
        """`find` reads an organisation."""
        self.documents = documents
        self.progress = Progress(documents)
        self.due = documents.due
        self.queue = queue
        self.find = find
        self.embed = embed
        self.leases = Leases(documents.redis, PROCESS_SECONDS)
        self.places = threading.BoundedSemaphore(READ_AT_ONCE)

    # --- what others ask for ------------------------------------------------------------

    def take_in(
        self, org: str, name: str, new: NewDocument, by: str
    ) -> tuple[StoredDocument, bool]:
        """Have a document read, and tell whether it will be: one that is there already is not.

        Raises what `DocumentStore.add` does.
        """
        document, place = self.documents.add(org, name, new, by)
        if place is not None:
            self._send(place)
        return document, place is not None

    def embed_anew(self, org: str, base: KnowledgeBase) -> None:
        """Have the documents of a base embedded that have no embeddings by its model."""
        if not base.embedding_model:
            return
        for document in self.documents.heads(org, base.id).values():
            if document.status == READY and document.embedded_by != base.embedding_model:
                self.wake(DocumentPlace(org, base.id, document.id))

    def wake(self, place: DocumentPlace) -> None:
        """Have a document looked at by a worker."""
        self.due.add(place)
        self._send(place)

    # --- in a worker --------------------------------------------------------------------

    def perform(self, job_id: str, _suspect: str = "") -> None:
        """Read a document, and after it others that wait. Where this process reads as many as it
        may, those who do take it next. Never raises."""
        place: DocumentPlace | None = place_of(job_id)
        while place is not None and self.places.acquire(blocking=False):
            try:
                self._see_to(place)
            finally:
                self.places.release()
            place = self._next()

    def sweep(self) -> None:
        """Queue documents that nobody looks at: a worker that was killed left them, or all
        processes were busy when they came."""
        for place in self.due.waiting(SENT_AT_ONCE):
            self._send(place)

    def _see_to(self, place: DocumentPlace) -> None:
        try:
            with self.leases.holding(place.lease) as token:
                if token is None:
                    self.due.add(place, self.leases.seconds)
                else:
                    self._work(place, token)
        except AWAY as error:  # it stays due
            logger.warning("a document waits for its store", extra=_cause(error))
        except NotFound:  # the organisation was deleted
            self._quietly(self.due.done, place)
        except Exception:
            logger.exception("reading a document met an unexpected error")
            self._quietly(lambda place: self.due.add(place, BROKEN_SECONDS), place)

    def _work(self, place: DocumentPlace, token: str) -> None:
        self.due.add(place, LOST_SECONDS)
        begun = self.progress.begin(place, token)
        pause = None
        if begun is not None and begun[1].status == READING:
            begun = self._read(place, token, begun[1])
        if begun is not None and begun[1].status == READY:
            pause = self._embed(place, token, *begun)
        if pause is not None:
            self.due.add(place, pause)
        else:
            self._done(place)

    def _read(
        self, place: DocumentPlace, token: str, document: StoredDocument
    ) -> tuple[KnowledgeBase, StoredDocument] | None:
        if document.tries > MAX_TRIES:
            return self._fail(place, token, **BROKE_OFF)
        content = self.progress.content(place)
        if content is None:
            return self._fail(place, token, **GONE)
        try:
            read = read_document(content, document)
            return retry_until_available(lambda: self.progress.finish(place, token, read))
        except (Unreadable, TooLarge) as refused:
            return self._fail(place, token, refused.message, refused.fix)
        except OSError:  # no process could be started
            self.progress.give_back(place, token)
            raise

    def _embed(
        self, place: DocumentPlace, token: str, base: KnowledgeBase, document: StoredDocument
    ) -> float | None:
        """Have the passages embedded by the base's model, if that is not done; returns after how
        many seconds to try again."""
        model = base.embedding_model
        if not model or document.embedded_by == model:
            return None
        if document.tries > MAX_EMBEDDINGS:  # some of them were killed, or met what nobody expects
            self._fail(place, token, **EMBEDDING_BROKE_OFF)
            return None
        aside = self.progress.aside(place, model, document)
        before = self.progress.count_aside(aside)
        try:
            self._have_embedded(place, token, aside, document)
        except FlowhookError as failure:
            asked = min(failure.retry_after_seconds or 0.0, LONGEST_PAUSE_SECONDS)
            pause = max(EMBED_AGAIN.pause(document.tries + 1), asked)
            comes_forward = self.progress.count_aside(aside) > before
            if failure.retryable and (comes_forward or document.tries < MAX_EMBEDDINGS):
                if comes_forward:  # as a provider lets it: that is no try
                    self.progress.give_back(place, token)
                self.progress.hold_aside(aside, pause)
                return pause
            self._fail(
                place,
                token,
                message=f"This document is found by its words alone: {failure.message}.",
                fix=failure.fix,
            )
        return None

    def _have_embedded(
        self, place: DocumentPlace, token: str, aside: Aside, document: StoredDocument
    ) -> None:
        """Raises TooLarge as soon as it can be told that there is no room for all of them."""
        organisation = self.find(place.org)
        passages = self.documents.passages(place, document.passages)
        is_there = partial(self.progress.is_aside, aside)
        for first, vectors in embeddings(self.embed, organisation, aside.model, passages, is_there):
            each = self.progress.gather_embeddings(place, aside, first, vectors) // len(vectors)
            self.progress.check_room(place, each * len(passages) - document.embedding_bytes)
        retry_until_available(lambda: self.progress.embedded(place, token, aside))

    def _fail(
        self, place: DocumentPlace, token: str, message: str, fix: str
    ) -> tuple[KnowledgeBase, StoredDocument] | None:
        return retry_until_available(lambda: self.progress.fail(place, token, message, fix))

    def _done(self, place: DocumentPlace) -> None:
        """Nobody has to look at a document any more, unless it was sent again meanwhile."""
        self.due.done(place)
        document = self.documents.find(place)
        if document is not None and document.status in UNREAD:
            self.due.add(place)

    def _next(self) -> DocumentPlace | None:
        try:
            return self.due.next()
        except AWAY:
            return None

    def _send(self, place: DocumentPlace) -> None:
        """Queue a document's message; without one, the sweep finds it."""
        self._quietly(lambda place: self.queue.send(job_of(place), STEP), place)

    def _quietly(self, tell: Callable[[DocumentPlace], object], place: DocumentPlace) -> None:
        try:
            tell(place)
        except AWAY as error:
            logger.warning("a document is left to the sweep", extra=_cause(error))


def _cause(error: Exception) -> dict[str, str]:
    return {"cause": type(error).__name__}
