"""What a base of documents is filled with: files, texts and addresses, and their deletion."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, request

from answers.api.knowledge_schema import DocumentSchema
from answers.api.uploads import of_fields, of_file
from answers.knowledge.bounds import MAX_FILE_BYTES
from answers.knowledge.stored_document import NewDocument
from flowhook.config import FETCH_SECONDS
from flowhook.errors import FlowhookError, InvalidInput
from flowhook.http.answers import json_answer
from flowhook.mended_text import mended_text
from flowhook.organisations.section_service import load_fields
from flowhook.providers.guard import Fetched
from web.knowledge_views import KnowledgeViews
from web.language import N_, _, translated
from web.new_prompts import Shown
from web.page_security import signed_in, wants_page
from web.page_services import PageServices
from web.page_words import in_page_words, sentence

SENT = N_("Sent.")
THERE = N_("It is there already.")
MOST_FILES = 50  # of one form; the page's script sends each in a form of its own


def add_documents(pages: Blueprint, services: PageServices, views: KnowledgeViews) -> None:
    """`<base>/documents` and what is below."""
    documents, sending = services.knowledge.documents, Sending(services, views)

    @pages.post("/<base>/documents")
    def send(org: str, base: str) -> Shown:
        """Take in the files of a form, or its text or address."""
        documents.bases.existing_now(org, base)
        if "file" not in request.files:
            return sending.typed(org, base)
        return sending.files(org, base) if wants_page() else sending.file(org, base)

    @pages.post("/<base>/documents/<document>/delete")
    def delete_document(org: str, base: str, document: str) -> Shown:
        """Delete a document for good."""
        documents.delete(org, base, document, signed_in().caller.name)
        services.sections.changed(org)
        return views.to(org, base, "removed")


class Sending:
    """Takes in what a form sends."""

    def __init__(self, services: PageServices, views: KnowledgeViews) -> None:
        self.services = services
        self.views = views

    def file(self, org: str, base: str) -> Response:
        """One file, sent by the page's script, which shows the answer beside it."""
        try:
            [new] = files(1)
            is_queued = self._take_in(org, base, new)
        except FlowhookError as error:
            return refusal(error)
        return json_answer({"words": translated(SENT if is_queued else THERE)})

    def files(self, org: str, base: str) -> Shown:
        """All files of a form; those that cannot be taken are named, and the others taken."""
        refused, done = [], "there"
        try:
            sent = files(MOST_FILES)
        except FlowhookError as error:
            return self.views.shown(org, base, error), error.status
        for new in sent:
            try:
                done = "sent" if self._take_in(org, base, new) else done
            except FlowhookError as error:
                refused.append((new.name, error))
        if refused:
            return self.views.shown(org, base, refused=refused), refused[0][1].status
        return self.views.to(org, base, done)

    def typed(self, org: str, base: str) -> Shown:
        """A text, or the file at an address."""
        try:
            is_queued = self._take_in(org, base, typed_document(partial(self._fetch, org)))
        except FlowhookError as error:
            return self.views.shown(org, base, error, typed=request.form), error.status
        return self.views.to(org, base, "sent" if is_queued else "there")

    def _take_in(self, org: str, base: str, new: NewDocument) -> bool:
        """Whether it will be read: one that is there already is not."""
        return self.services.reader.take_in(org, base, new, signed_in().caller.name)[1]

    def _fetch(self, org: str, url: str) -> Fetched:
        with self.services.in_flight.place(org):
            return self.services.guard.fetch(
                url, max_bytes=MAX_FILE_BYTES, timeout_seconds=FETCH_SECONDS
            )


def files(most: int) -> list[NewDocument]:
    """The files of this form. Raises InvalidInput where there are none or too many."""
    sent = [one for one in request.files.getlist("file") if one.filename]
    if not sent:
        raise InvalidInput(_("no file was sent"), fix=_("Choose a file."))
    if len(sent) > most:
        raise InvalidInput(
            _("these are too many files at once"), fix=_("Send %(most)s at a time.", most=most)
        )
    return [of_file(one) for one in sent]


def typed_document(fetch: partial[Fetched]) -> NewDocument:
    """The text of this form, or the file at its address. Raises InvalidInput, and what `fetch`
    does."""
    names = ("url",) if "url" in request.form else ("title", "text")
    typed = {name: mended_text(request.form.get(name, "")).strip() for name in names}
    return of_fields(load_fields(DocumentSchema(), typed), fetch)


def refusal(error: FlowhookError) -> Response:
    """What the page's script shows beside a file that was not taken in."""
    message, fix = sentence(translated(error.message)), in_page_words(error.fix).striptags()
    return json_answer({"error": {"message": f"{message}: {fix}"}}, error.status)
