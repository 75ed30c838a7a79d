"""What functions know: the passages of an organisation's documents that are near to a question."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import lru_cache

from answers.knowledge.base import KnowledgeBase
from answers.knowledge.document import Findings
from answers.knowledge.document_store import DocumentStore
from answers.knowledge.indices import Indices
from flowhook.errors import FlowhookError
from flowhook.organisations.organisation import Organisation

Embed = Callable[[list[str]], Sequence[Sequence[float]]]
"""From texts to their embeddings by the base's `embedding_model`; raises FlowhookError."""

KNOWN = 16  # bases whose documents' ids a process holds while it searches an older index

logger = logging.getLogger(__name__)


class Knowledge:
    """Searches bases of documents, in indices that this process holds."""

    def __init__(self, documents: DocumentStore, indices: Indices) -> None:
        self.documents = documents
        self.bases = documents.bases
        self.indices = indices
        self._ids = lru_cache(maxsize=KNOWN)(self._ids_at)

    def base(self, organisation: Organisation, name: str) -> KnowledgeBase:
        """A base as the call's settings have it. Raises NotFound."""
        return self.bases.base(organisation, name)

    def search(
        self,
        organisation: Organisation,
        base: str,
        question: str,
        top: int = 8,
        embed: Embed | None = None,
        *,
        newest: bool = False,
    ) -> Findings:
        """The passages nearest to a question, best first, at most `top`.

        Asks Redis nothing while the base's documents are as this process holds them. What was
        deleted is never among them; what became ready is within seconds, and at once where `newest`
        is asked for. `embed` is called only where the base has an `embedding_model`; if it fails,
        words alone are searched. Raises NotFound, and Overloaded where the base cannot be read.
        """
        known = self.base(organisation, base)
        vector = self._embedding(known, question, embed)
        held = self.indices.find(organisation.id, known, newest=newest)
        found = held.index.search(question, top, vector)
        if held.number != known.number and self._has_deleted(organisation.id, known, found):
            held = self.indices.find(organisation.id, known, newest=True)
            found = held.index.search(question, top, vector)
        return found

    def _embedding(
        self, base: KnowledgeBase, question: str, embed: Embed | None
    ) -> Sequence[float] | None:
        if not base.embedding_model or embed is None:
            return None
        try:
            return embed([question])[0]
        except FlowhookError as failure:
            logger.info("a question is searched by words", extra={"cause": failure.type})
            return None

    def _has_deleted(self, org: str, base: KnowledgeBase, found: Findings) -> bool:
        """Whether one of the passages is of a document that is not there any more."""
        documents = self._ids(org, base.id, base.number)
        return any(one.document not in documents for one in found.passages)

    def _ids_at(self, org: str, base_id: str, _number: int) -> frozenset[str]:
        """The ids of a base's documents, read once for each number of the base."""
        return self.documents.ids(org, base_id)
