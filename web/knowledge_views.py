"""The pages of one base of documents, also with an error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from answers.api.knowledge_schema import (
    DocumentSchema,
    KnowledgeBaseSchema,
    SearchSchema,
)
from answers.knowledge.bounds import MAX_FILE_BYTES
from answers.knowledge.stored_document import FAILED, QUEUED, READING, READY
from flowhook.errors import FlowhookError
from flowhook.organisations.inbox_schema import takes_not_found
from flowhook.organisations.section_service import load_fields
from web.flow_pages import asked_start
from web.form_values import pretty
from web.forms import FormField, form_fields
from web.language import N_, _
from web.page_security import organisation
from web.page_services import PageServices

PAGE_DOCUMENTS = 50
TOP = 8  # passages, as many as functions look at
LONGEST_TEXT = 150_000  # characters of a text in a form; Hindi takes three bytes each
FOUND_IN_FLOWS = "parse_via_chat_gpt"
DONE = {
    "made": N_("The base is there. Now add its documents."),
    "settings": N_("Saved."),
    "sent": N_("Sent. It is read now, and found once it is ready."),
    "there": N_("This document is there already, with the same content."),
    "removed": N_("The document is deleted. Nothing is answered from it any more."),
}
STATUS = {
    QUEUED: N_("waiting to be read"),
    READING: N_("being read"),
    READY: N_("ready"),
    FAILED: N_("cannot be read"),
}


class KnowledgeViews:
    """Shows a base of documents."""

    def __init__(self, services: PageServices) -> None:
        self.services = services
        self.documents = services.knowledge.documents
        self.bases = services.knowledge.bases

    def shown(
        self,
        org: str,
        name: str,
        error: FlowhookError | None = None,
        *,
        refused: Sequence[tuple[str, FlowhookError]] = (),
        typed: Mapping[str, str] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> str:
        """`refused` are files with what is wrong with each; `typed` is what was refused of the
        form of a text or an address, and `settings` of that of the base."""
        base = self.bases.existing_now(org, name)
        documents = self.documents.documents(org, name)
        start = asked_start()
        wrong = (error.fields or {}) if error else {}
        return render_template(
            "web/knowledge_base.html",
            base=base,
            documents=documents[start : start + PAGE_DOCUMENTS],
            count=len(documents),
            counts=Counter(one.status for one in documents),
            before=max(0, start - PAGE_DOCUMENTS) if start else None,
            after=start + PAGE_DOCUMENTS if start + PAGE_DOCUMENTS < len(documents) else None,
            status=STATUS,
            adding=adding_fields(typed, wrong if typed is not None else {}),
            is_address=typed is not None and "url" in typed,
            fields=base_fields(base, settings, wrong if settings is not None else {}),
            is_wrong_settings=settings is not None,
            most=MAX_FILE_BYTES,
            body=pretty({"question_text": "@results.question", "knowledge": name}),
            function=FOUND_IN_FLOWS,
            asks_not_found=takes_not_found(organisation().section("inbox")),
            error=error,
            refused=refused,
            done=DONE.get(request.args.get("done", "")),
        )

    def searched(
        self, org: str, name: str, question: str, error: FlowhookError | None = None
    ) -> str:
        """The page of a search, with what was found. Raises NotFound, InvalidInput, Overloaded."""
        base = self.bases.existing_now(org, name)
        found = None
        if question.strip():
            asked = load_fields(SearchSchema(), {"question": question, "top": TOP})
            embed = partial(self.services.reader.embed, organisation(), base.embedding_model)
            found = self.services.knowledge.search(
                organisation(), name, asked["question"], asked["top"], embed, newest=True
            )
        return render_template(
            "web/knowledge_search.html",
            base=base,
            question=question or request.args.get("q", ""),
            found=found,
            error=error,
        )

    def to(self, org: str, name: str, done: str) -> AnyResponse:
        """The way to the base's page after a change."""
        return redirect(url_for("web.knowledge.show", org=org, base=name, done=done), 303)


def adding_fields(
    typed: Mapping[str, str] | None, errors: Mapping[str, Any]
) -> dict[str, FormField]:
    """The fields of the forms that add a text or what is at an address."""
    found = {one.name: one for one in form_fields(DocumentSchema(), {}, typed, errors)}
    about = _("Up to %(most)s characters. Send a longer one as a file.", most=f"{LONGEST_TEXT:,}")
    found["text"] = replace(found["text"], max_length=LONGEST_TEXT, description=about)
    return found


def base_fields(
    base: Any, typed: Mapping[str, str] | None, errors: Mapping[str, Any]
) -> list[FormField]:
    """The fields of a base's title and model."""
    values = {"title": base.title, "embedding_model": base.embedding_model}
    return form_fields(KnowledgeBaseSchema(), values, typed, errors)
