"""What a person does with an item of the inbox, out of the forms of its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from answers.api.inbox_schema import MAX_QUESTION, AnswerSchema
from answers.inbox.inbox import Inbox
from answers.inbox.item import ANSWERED, InboxItem
from flowhook.blanks import is_visible
from flowhook.errors import Conflict, InvalidInput
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.roles import ADMIN, EXPERT
from flowhook.organisations.section_service import load_fields
from web.inbox_words import APPROVED, NOWHERE, is_to_note
from web.language import _
from web.page_security import organisation, signed_in


class InboxActs:
    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox

    def act(self, org: str, item_id: str, form: Mapping[str, str]) -> str:
        """Carry out the form's action; returns what was done. Raises NotFound, Conflict,
        InvalidInput, and what approving an answer raises."""
        action, by = form.get("action", ""), signed_in().caller.name
        if action == "answer":
            return self._answer(org, item_id, form, by)
        if action == "approve":
            return self._approve(org, item_id, form, by)
        if action == "close":
            was = self.inbox.store.get(org, item_id).state.status
            self.inbox.close(org, item_id, by)
            return "put_away" if was == ANSWERED else action
        if action not in ("take", "give_back", "give"):
            raise InvalidInput(_("the form names no action"), fix=_("Load the page again."))
        to = {"take": by, "give_back": "", "give": form.get("to", "")}[action]
        if action == "give" and to not in people(organisation()):
            raise InvalidInput(_("nobody of this name answers here"), fix=_("Choose who is to."))
        self.inbox.assign(org, item_id, to)
        return action

    def _approve(self, org: str, item_id: str, form: Mapping[str, str], by: str) -> str:
        """Answer from now on what was answered before."""
        item = self.inbox.store.get(org, item_id)
        if item.state.status != ANSWERED or self.inbox.approves is None:
            raise Conflict(_("there is no answer to approve"), fix=_("Load the page again."))
        asked = read_answer(item.state.answer, form)
        question = question_of(item, asked)
        self.inbox.approves.approve(org, question, item.state.answer, by)
        return f"kept{APPROVED}"

    def _answer(self, org: str, item_id: str, form: Mapping[str, str], by: str) -> str:
        asked = read_answer(_typed(form, "answer"), form)
        approves = self.inbox.approves if asked["approve"] else None
        question = question_of(self.inbox.store.get(org, item_id), asked) if approves else ""
        item = self.inbox.answer(org, item_id, asked["answer"], by)
        done = "noted" if is_to_note(item) else "kept" if item.way == NOWHERE else "sent"
        if approves is None:
            return done
        approves.approve(org, question, item.state.answer, by)
        return done + APPROVED


def people(current: Organisation) -> dict[str, str]:
    """Those who may answer, by the name under which they do, each with what to call them."""
    return {
        f"token {token.id} {token.label}".rstrip(): token.label or token.id
        for token in current.tokens.values()
        if token.scope in (EXPERT, ADMIN)
    }


def read_answer(answer: str, form: Mapping[str, str]) -> dict[str, Any]:
    """An answer with what the form says of it. Raises InvalidInput."""
    return load_fields(
        AnswerSchema(),
        {
            "answer": answer,
            "approve": form.get("approve") == "on",
            "as_question": _typed(form, "as_question") or None,
        },
    )


def question_of(item: InboxItem, asked: Mapping[str, Any]) -> str:
    """The question that is approved. Raises InvalidInput for one that is too long, or shows
    nothing."""
    question = str(asked["as_question"] or item.asked.question)
    if not is_visible(question):
        told = _("Write the question, as anybody may ask it.")
        raise InvalidInput(_("the question shows nothing"), fields={"as_question": [told]})
    if len(question) > MAX_QUESTION:
        told = _("Say the question in at most %(count)s characters.", count=MAX_QUESTION)
        raise InvalidInput(_("the question is too long"), fields={"as_question": [told]})
    return question


def _typed(form: Mapping[str, str], name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n")
