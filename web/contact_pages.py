"""What an admin does for a contact who asks: consent, an export, an erasure.

The contact's id stands in the query and in forms, since ids may hold any sign.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from answers.guardrails.consent import BY_API, GIVEN, MAX_PURPOSE, WITHDRAWN, shown
from flowhook.errors import FlowhookError, InvalidInput
from flowhook.organisations.contact_names import MAX_CONTACT
from flowhook.organisations.contact_rights import Receipt
from flows.conversations.turn import valid_id
from flows.model.session import Session
from web.contact_words import CONSENTS, ERASED, HOW
from web.flow_pages import file_name
from web.form_values import pretty
from web.language import N_, _
from web.new_prompts import Shown
from web.page_security import organisation, signed_in
from web.page_services import PageServices

DONE = {
    GIVEN: N_("Recorded: the contact consented."),
    WITHDRAWN: N_("Recorded: the contact withdrew their consent."),
}


def contact_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/contacts`."""
    pages = Blueprint("contacts", __name__, url_prefix="/organisations/<org>/contacts")
    views = ContactViews(services)

    @pages.get("")
    def show(org: str) -> str:
        """Look a contact up by id, and show what can be done for them."""
        return views.shown(org, request.args.get("contact", "").strip())

    @pages.get("/export")
    def export(org: str) -> Response:
        """All that is held about a contact, as a file."""
        contact = known(request.args.get("contact", ""))
        with services.in_flight.place(org):
            exported = services.rights.export(org, contact, signed_in().caller.name)
        answer = Response(exported, mimetype="application/json")
        answer.headers.set("Content-Disposition", "attachment", filename=file_name(contact))
        return answer

    @pages.post("/consent")
    def consent(org: str) -> Shown:
        """Record that a contact consented, or withdrew their consent."""
        contact = request.form.get("contact", "").strip()
        said = request.form.get("consent", "")
        try:
            if said not in DONE:
                raise InvalidInput(_("the form names no action"), fix=_("Load the page again."))
            purpose, by = request.form.get("purpose", ""), signed_in().caller.name
            services.guards.consents.record(org, known(contact), said, BY_API, by, purpose)
        except FlowhookError as error:
            return views.shown(org, contact, error), error.status
        return redirect(url_for("web.contacts.show", org=org, contact=contact, done=said), 303)

    @pages.post("/erase")
    def erase(org: str) -> Shown:
        """Erase a contact whose id was typed once more, and show the receipt."""
        contact = request.form.get("contact", "").strip()
        try:
            if request.form.get("confirm", "").strip() != known(contact):
                raise InvalidInput(
                    _("the id that you typed is not this contact's"),
                    fix=_("Nothing was erased. Type the id exactly as it stands above the field."),
                )
            with services.in_flight.place(org):
                receipt = services.rights.erase(org, contact, signed_in().caller.name)
        except FlowhookError as error:
            return views.shown(org, contact, error), error.status
        return views.shown(org, contact, receipt=receipt)

    return pages


class ContactViews:
    """A contact's page, also with an error or a receipt."""

    def __init__(self, services: PageServices) -> None:
        self.services = services

    def shown(
        self,
        org: str,
        contact: str,
        error: FlowhookError | None = None,
        *,
        receipt: Receipt | None = None,
    ) -> str:
        is_known = bool(contact) and is_id(contact)
        if contact and not is_known and error is None:
            error = no_id()
        return render_template(
            "web/contact.html",
            contact=contact if is_known else "",
            typed=contact,
            consent=self._consent(org, contact) if is_known else None,
            is_required=organisation().section("guardrails").get("consent") == "required",
            has_conversation=is_known and self._has_conversation(org, contact),
            name=self._name(org, contact) if is_known and receipt is None else "",
            consents=CONSENTS,
            how=HOW,
            max_purpose=MAX_PURPOSE,
            receipt=receipt.shown if receipt else None,
            receipt_json=pretty(receipt.shown) if receipt else "",
            erased=ERASED,
            error=error,
            done=DONE.get(request.args.get("done", "")),
        )

    def _has_conversation(self, org: str, contact: str) -> bool:
        return valid_id(contact) and self.services.conversations.store.exists(org, contact)

    def _name(self, org: str, contact: str) -> str:
        """What the contact is called; empty where no conversation tells, or none can be read."""
        if not valid_id(contact):
            return ""
        try:
            state = self.services.conversations.store.state(org, contact)
        except FlowhookError:  # the page must lead to the erasure also then
            return ""
        return Session.from_dict(state["session"]).contact.name or "" if state else ""

    def _consent(self, org: str, contact: str) -> dict[str, Any]:
        return shown(self.services.guards.consents.changes(org, contact))


def known(contact: str) -> str:
    """A contact's id as it was typed. Raises InvalidInput."""
    contact = contact.strip()
    if not is_id(contact):
        raise no_id()
    return contact


def is_id(contact: str) -> bool:
    return 0 < len(contact) <= MAX_CONTACT and contact.isprintable()


def no_id() -> InvalidInput:
    return InvalidInput(
        _("this is no contact's id"),
        fix=_(
            "An id is 1 to %(count)s characters, as calls and flows name the contact.",
            count=MAX_CONTACT,
        ),
    )
