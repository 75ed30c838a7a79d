"""The inbox as its pages show it: the list, and one item."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from answers.api.inbox_schema import MAX_QUESTION
from answers.inbox.item import (
    ANSWER_CHARACTERS,
    ANSWERED,
    CLOSED,
    FAILED,
    GUARDRAIL,
    KINDS,
    OPEN,
    STATUSES,
    UNDELIVERED,
    InboxItem,
)
from answers.inbox.listing import InboxFilter, InboxPage
from flowhook.errors import Conflict, FlowhookError, InvalidInput
from flows.conversations.turn import valid_id
from web import inbox_words as words
from web.flow_places import FlowPlaces
from web.inbox_acts import people
from web.inbox_chat import chat_of
from web.language import _
from web.new_prompts import Shown
from web.page_security import organisation, signed_in
from web.page_services import PageServices
from web.person import person

FILTERS = ("status", "kind", "assigned", "flow", "contact")
MAX_FILTER = 200
MINE, NOBODY = "me", "-"
LATELY = 5  # answered items below those that wait


class InboxViews:
    def __init__(self, services: PageServices) -> None:
        self.services = services
        self.inbox = services.inbox

    def listed(self, org: str) -> Shown:
        """The list that the query asks for."""
        asked = asked_filters()
        cursor = request.args.get("cursor", "")
        error: FlowhookError | None = None
        page = InboxPage([], None)
        try:
            page = self.inbox.list.page(org, filter_of(asked), cursor)
        except ValueError:
            error = InvalidInput(_("this page of the list is no more"), fix=_("Begin anew."))
        is_first = not asked and not cursor
        lately = InboxFilter((ANSWERED,))
        text = render_template(
            "web/inbox.html",
            items=page.items,
            lately=self.inbox.list.page(org, lately, count=LATELY).items if is_first else [],
            next_cursor=page.next_cursor,
            asked=asked,
            status=asked.get("status", OPEN),
            older=bool(cursor),
            error=error,
            flow_name=self._flow_names(org, page.items),
            **self._words(),
        )
        return (text, error.status) if error else text

    def shown(self, org: str, item_id: str, error: FlowhookError | None = None) -> Shown:
        """One item; with the error of a form, what was typed there. Raises NotFound."""
        item = self.inbox.store.get(org, item_id)
        done = request.args.get("done", "")
        text = render_template(
            "web/inbox_item.html",
            item=item,
            chat=chat_of(item),
            is_answerable=is_answerable(item),
            may_approve=self.inbox.approves is not None
            and item.kind not in (UNDELIVERED, GUARDRAIL)
            and not done.endswith(words.APPROVED),
            uses_approved=bool(organisation().section("answers").get("is_active")),
            typed=request.form if error else typed_before(item),
            where_to=words.where_to(item),
            about=words.about(item),
            is_to_note=words.is_to_note(item),
            has_conversation=self._has_conversation(org, item),
            others=others(item),
            next_item=self._next(org, item) if done else None,
            flow_name=self._flow_names(org, [item]),
            most_answer=ANSWER_CHARACTERS,
            most_question=MAX_QUESTION,
            error=told(error, item) if error else None,
            done=words.DONE.get(done),
            **self._words(),
        )
        return (text, error.status) if error else text

    def _words(self) -> dict[str, Any]:
        now = self.inbox.store.now
        return {
            "kinds": words.KINDS,
            "kind_words": words.kind_of,
            "rule_of": words.rule_of,
            "statuses": words.STATUSES,
            "language_of": words.language_of,
            "waited": lambda since: words.waited(now - since),
            "me": signed_in().caller.name,
        }

    def _next(self, org: str, item: InboxItem) -> InboxItem | None:
        """What waits longest, after this one was answered or closed."""
        if item.state.status == OPEN:
            return None
        found = self.inbox.list.page(org, InboxFilter(oldest_first=True), count=1).items
        return found[0] if found else None

    def _has_conversation(self, org: str, item: InboxItem) -> bool:
        contact = item.asked.contact
        return valid_id(contact) and self.services.conversations.store.exists(org, contact)

    def _flow_names(self, org: str, items: list[InboxItem]) -> Any:
        """Says what the flow of each item is called."""
        is_unnamed = any(one.asked.flow and not one.asked.flow_name for one in items)
        library = self.services.conversations.flows
        known = FlowPlaces(library, org).entries if is_unnamed else {}

        def name(item: InboxItem) -> str:
            entry = known.get(item.asked.flow)
            return item.asked.flow_name or (entry.draft.name if entry else item.asked.flow)

        return name


def asked_filters() -> dict[str, str]:
    """What the query asks for; what no list can be asked for is left out."""
    asked = {name: request.args.get(name, "").strip()[:MAX_FILTER] for name in FILTERS}
    asked["status"] = asked["status"] if asked["status"] in STATUSES[1:] else ""
    asked["kind"] = asked["kind"] if asked["kind"] in KINDS else ""
    return {name: text for name, text in asked.items() if text}


def filter_of(asked: dict[str, str]) -> InboxFilter:
    """The filter; what waits comes longest first, the rest newest first."""
    status, assigned = asked.get("status", OPEN), asked.get("assigned", "")
    return InboxFilter(
        (status,),
        asked.get("kind", ""),
        asked.get("contact", ""),
        asked.get("flow", ""),
        signed_in().caller.name if assigned == MINE else assigned,
        oldest_first=status == OPEN,
    )


def told(error: FlowhookError, item: InboxItem) -> FlowhookError:
    """What to say where somebody was faster; any other error as it is."""
    state = item.state
    if not isinstance(error, Conflict) or state.status == OPEN:
        return error
    if state.answered_at:
        name = person(state.by)
        return Conflict(
            _("%(name)s answered this before you", name=name),
            fix=_("Read their answer below: yours was not sent."),
        )
    name = person(state.ended_by)
    return Conflict(
        _("%(name)s closed this before you", name=name) if name else _("nobody answered in time"),
        fix=_("Nothing is to be done: whoever asked was told that there is no answer."),
    )


def others(item: InboxItem) -> dict[str, str]:
    """Those to whom an item may be given."""
    known = people(organisation())
    taken = (item.state.assigned, signed_in().caller.name)
    return {name: label for name, label in known.items() if name not in taken}


def is_answerable(item: InboxItem) -> bool:
    """Whether an answer is taken: once, and again where it could not be delivered."""
    state = item.state
    return state.status == OPEN or (state.status == ANSWERED and state.delivery == FAILED)


def typed_before(item: InboxItem) -> dict[str, str]:
    """What stands in the form first."""
    nobody_waits = item.way == words.NOWHERE and item.state.status != CLOSED
    return {"answer": item.state.answer, "approve": "on" if nobody_waits else ""}
