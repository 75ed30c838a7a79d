"""An organisation's conversations: who is where, one of them in full, and what a person does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from flowhook.errors import FlowhookError, InvalidInput, NotFound
from flowhook.timestamps import timestamp_of
from flows.api.roster_routes import asked_roster
from flows.conversations.interventions import Interventions
from flows.conversations.roster import PAUSED, Place
from flows.conversations.roster_search import RosterSearch
from flows.conversations.turn import valid_id
from web.chat import POLICY, as_seen, media_kind, note_words
from web.contact_facts import facts_of, words_of
from web.fitting_sets import sets_for
from web.flow_pages import attachment, file_name
from web.flow_places import FlowPlaces
from web.inbox_words import STATUSES
from web.language import N_, _
from web.page_security import signed_in
from web.page_services import PageServices
from web.waiting_items import items_of

MOST_SAID = 50  # messages from which on a case may begin
FILTERS = ("q", "flow", "node", "status", "waiting_since")
STATUS_NAMES = {
    "waiting": N_("waits for an answer"),
    "completed": N_("completed"),
    "failed": N_("failed"),
    "paused": N_("paused"),
}
DONE = {
    "pause": N_("Paused. No flow runs in this conversation until you let it go on."),
    "unpause": N_("Flows go on with the contact's next message."),
    "say": N_("Your message is on its way."),
    "restart": N_("The flow began anew."),
    "move": N_("The conversation went on at the node that you chose."),
    "forget": N_("Everything about the contact was removed."),
}


def conversation_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/conversations`."""
    pages = Blueprint("conversations", __name__, url_prefix="/organisations/<org>/conversations")
    search, store = RosterSearch(services.conversations.store), services.conversations.flows

    @pages.get("")
    def index(org: str) -> str | tuple[str, int]:
        """List conversations, those who came where they are last first."""
        asked = asked_filters()
        error: FlowhookError | None = None
        page: dict[str, Any] = {"conversations": [], "next_cursor": None}
        cursor = request.args.get("cursor", "")
        try:
            page = search.page(org, asked_roster({**asked, "cursor": cursor})[0], cursor)
        except ValueError as failure:
            error = InvalidInput(
                f"cursor: {failure}", fix=_("Begin with the newest conversations.")
            )
        except FlowhookError as failure:
            error = failure
        text = render_template(
            "web/conversations.html",
            conversations=page["conversations"],
            next_cursor=page["next_cursor"],
            asked={name: value for name, value in asked.items() if value},
            older=bool(cursor),
            places=FlowPlaces(store, org),
            statuses=STATUS_NAMES,
            a_day_ago=(datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"),
            error=error,
            done=DONE.get(request.args.get("done", "")),
        )
        return (text, error.status) if error else text

    _add_conversation(pages, services)
    return pages


def asked_filters() -> dict[str, str]:
    """The filters of the query. A node is dropped where another flow was chosen since."""
    asked = {name: request.args.get(name, "").strip() for name in FILTERS}
    if asked["flow"] != request.args.get("node_of", asked["flow"]):
        asked["node"] = ""
    return asked


def _add_conversation(pages: Blueprint, services: PageServices) -> None:
    """The page of one conversation, and what a person does there."""
    conversations = services.conversations
    views = ConversationViews(services)

    @pages.get("/<contact>")
    def show(org: str, contact: str) -> AnyResponse:
        """Show a conversation."""
        return views.shown(org, contact)

    @pages.post("/<contact>")
    def act(org: str, contact: str) -> AnyResponse:
        """Pause it, let it go on, say something, begin the flow anew, or move on."""
        try:
            with services.in_flight.place(org):
                action = views.act(org, contact)
        except FlowhookError as error:
            return views.shown(org, contact, error)
        shown = url_for("web.conversations.show", org=org, contact=contact, done=action)
        return redirect(shown, 303)

    @pages.get("/<contact>/export")
    def export(org: str, contact: str) -> Response:
        """What is kept of a conversation, as a file for the contact."""
        return attachment(file_name(contact), conversations.show(org, known(contact)))

    @pages.post("/<contact>/forget")
    def forget(org: str, contact: str) -> AnyResponse:
        """Forget a contact."""
        conversations.forget(org, known(contact))
        return redirect(url_for("web.conversations.index", org=org, done="forget"), 303)


class ConversationViews:
    """One conversation on its page."""

    def __init__(self, services: PageServices) -> None:
        self.services = services
        self.conversations = services.conversations
        self.public_url = services.config.public_url or ""
        self.interventions = Interventions(services.conversations)

    def act(self, org: str, contact: str) -> str:
        """Carry out the form's action, and return it. Raises what Interventions do."""
        does, by = self.interventions, signed_in().caller.name
        action = request.form.get("action", "say")
        if action == "say":
            does.say(org, known(contact), request.form.get("text", "").replace("\r\n", "\n"), by)
        elif action == "move":
            does.move(org, known(contact), request.form.get("node", ""), by)
        elif action in ("pause", "unpause", "restart"):
            getattr(does, action)(org, known(contact), by)
        else:
            raise InvalidInput(_("the form names no action"), fix=_("Load the page again."))
        return action

    def shown(self, org: str, contact: str, error: FlowhookError | None = None) -> AnyResponse:
        conversation = self.conversations.show(org, known(contact))
        places = FlowPlaces(self.conversations.flows, org)
        place = Place.read(self.conversations.store.place(org, contact))
        transcript = as_seen(conversation["transcript"], self.public_url)
        page = render_template(
            "web/conversation.html",
            contact=conversation["contact"],
            facts=facts_of(conversation["contact"]),
            words_of=words_of,
            state=conversation,
            is_paused=conversation["status"] == PAUSED,
            since=timestamp_of(place.since) if place else "",
            transcript=[with_place(entry, places) for entry in transcript],
            places=places,
            inbox_items=items_of(self.services, org, contact),
            inbox_statuses=STATUSES,
            said_before=said_words(conversation["transcript"]),
            sets=sets_for(self.services, org, flow=conversation.get("flow") or "-"),
            may_say=self.interventions.reaches(org, contact),
            statuses=STATUS_NAMES,
            media_kind=media_kind,
            note_words=note_words,
            typed=request.form.get("text", "") if error else "",
            error=error,
            done=DONE.get(request.args.get("done", "")),
        )
        answer = make_response(page, error.status if error else 200)
        answer.headers["Content-Security-Policy"] = POLICY
        return answer


def with_place(entry: dict[str, Any], places: FlowPlaces) -> dict[str, Any]:
    """A note with the title of the node that it is about; any other entry as it is."""
    if entry["direction"] != "note" or not entry.get("node"):
        return entry
    return {**entry, "place": places.node(entry["flow"], entry["node"])}


def said_words(transcript: Iterable[dict[str, Any]]) -> list[tuple[int, str]]:
    """The last things that the contact said, each with its place among all of them."""
    said = [one for one in transcript if one["direction"] == "in"]
    words = [str(one.get("text") or one.get("type", "")) for one in said]
    return list(enumerate(words))[-MOST_SAID:]


def known(contact: str) -> str:
    """The contact's id; raises NotFound for what nobody can be called."""
    if not valid_id(contact):
        raise NotFound("there is no conversation with this contact")
    return contact
