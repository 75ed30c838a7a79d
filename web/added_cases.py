"""Cases out of what there is: calls in the log, simulations, conversations, an exploration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from answers.api.question_set_answers import asked_function
from answers.question_sets.case_of_log import case_of_log
from answers.question_sets.question_set import NAME, QuestionSet, Turn
from answers.question_sets.schema import MAX_CHARACTERS, MAX_TURNS, read_case
from answers.question_sets.stored_set import PRETEND, SetHead, set_of
from flowhook.errors import Conflict, FlowhookError, Forbidden, InvalidInput
from flowhook.organisations.roles import may
from flowhook.strict_json import read_json
from flows.model.session import Message
from flows.play.case_turns import turn_of, turns_of
from flows.play.contact_profiles import ContactProfile
from web.conversation_pages import known
from web.language import _
from web.new_prompts import Shown
from web.page_security import signed_in
from web.page_services import PageServices
from web.question_set_views import PAGE_CASES
from web.simulator_pages import Stage, player

MESSAGE = frozenset(name for name in Message.__slots__ if name != "id")

Json = dict[str, Any]


def add_adding(pages: Blueprint, services: PageServices) -> None:
    """`add-case`."""
    sets = services.question_runs.sets

    @pages.post("/add-case")
    def add_cases(org: str) -> Shown:
        """Add a call of the log, or conversations, to a question set, and show them there."""
        name = request.form.get("set", "")
        try:
            head = _set_of(services, org, name, request.form.get("flow", ""))
            found = [read_case(body, is_flow="flow" in head.target)
                     for body in asked_cases(services, org, head, request.form)]  # fmt: skip
            contact, by = _contact(services, org, request.form), signed_in().caller.name
            ids = [sets.add_case(org, name, case, by, contact) for case in found]
        except FlowhookError as error:
            return render_template("web/not_added.html", error=error), error.status
        last = sets.head(org, name).count - len(ids)
        place = url_for(
            "web.question_sets.show",
            org=org,
            name=name,
            done="added_all" if "case" in request.form else "added",
            start=last // PAGE_CASES * PAGE_CASES or None,
        )
        return redirect(f"{place}#case-{ids[0]}", 303)


def _set_of(services: PageServices, org: str, name: str, flow: str) -> SetHead:
    """The head of a set; with a `flow` that of a new set, which asks it with pretended webhooks.

    Raises InvalidInput, Conflict and NotFound.
    """
    sets = services.question_runs.sets
    if not flow:
        return sets.head(org, name)
    services.conversations.flows.entry(org, flow)
    if not NAME.fullmatch(name):
        raise InvalidInput(_("A name is 1 to 64 of a-z 0-9 _ -"), fix=_("Choose another name."))
    if any(head.name == name for head in sets.heads(org)):
        words = _("There is a question set %(name)s already.", name=name)
        raise Conflict(words, fix=_("Choose another name."))
    asked = QuestionSet(name, flow=flow, body={PRETEND: True})
    return sets.put(org, asked, signed_in().caller.name).head


def asked_cases(
    services: PageServices, org: str, head: SetHead, form: Mapping[str, Any]
) -> list[Json]:
    """The cases that a form asks for. Raises InvalidInput, NotFound, Conflict."""
    if form.get("log_id"):
        functions = services.dispatcher.functions
        entry = services.log.get(org, form["log_id"])
        return [case_of_log(entry, set_of(head), lambda one: asked_function(functions, one))]
    if form.get("simulation"):
        return [case_of_simulation(services, org, form["simulation"], _number(form, "turns"))]
    if form.get("conversation"):
        return [case_of_conversation(services, org, form["conversation"], _number(form, "from"))]
    chosen = request.form.getlist("case")
    if not chosen:
        raise InvalidInput(_("nothing was chosen"), fix=_("Tick what is to be added."))
    return [read_json(one.encode()) for one in chosen]


def _contact(services: PageServices, org: str, form: Mapping[str, Any]) -> str:
    """The contact of whose words cases are made; empty where it is nobody."""
    log_id = form.get("log_id")
    return str(services.log.get(org, log_id)["contact"] if log_id else form.get("conversation", ""))


def case_of_simulation(services: PageServices, org: str, uuid: str, count: int) -> Json:
    """The first turns of who is signed in with a flow in the simulator, with what the flow said
    last as the reference."""
    stage = Stage(services)
    simulation = stage.simulations.find(org, player(), uuid)
    recording = simulation.recording if simulation else None
    turns = turns_of(recording)[: count or None]
    if simulation is None or not turns:
        raise InvalidInput(
            _("there is no conversation in the simulator"), fix=_("Talk to the flow first.")
        )
    profile = stage.profiles.all(org).get(simulation.contact)
    body = {"contact": profile_body(profile)} if profile else {}
    return {"turns": turns, "answer": said_last(recording, len(turns)), "body": body}


def said_last(recording: Mapping[str, Any] | None, count: int) -> str:
    """What a flow said after so many turns of the contact."""
    said: list[str] = []
    for step in (recording or {}).get("turns", ()):
        is_turn = bool(turns_of({"turns": [step]}))
        if is_turn and not count:
            break
        said = [] if is_turn else said
        sent = (one if isinstance(one, str) else one["text"] for one in step.get("sent", ()))
        said += [text for text in sent if text]
        count -= is_turn
    return "\n".join(said)[:MAX_CHARACTERS]


def profile_body(profile: ContactProfile) -> Json:
    """A made-up contact, as the body of a case takes it."""
    known = {"name": profile.name, "phone": profile.phone, "language": profile.language}
    return {**known, "fields": dict(profile.fields)}


def case_of_conversation(services: PageServices, org: str, contact: str, first: int) -> Json:
    """What a contact said, from one of their messages on. Raises Forbidden for who may not read
    conversations, and NotFound."""
    if not may(signed_in().caller.scope, "web.conversations.show", "GET"):
        raise Forbidden(_("your token may not read conversations"), fix=_("Ask an admin."))
    turns = said_turns(services.conversations.show(org, known(contact))["transcript"])[first:]
    if not turns:
        raise InvalidInput(_("the contact has said nothing"), fix=_("Choose another conversation."))
    return {"turns": turns[:MAX_TURNS]}


def said_turns(transcript: Iterable[Json]) -> list[Turn]:
    """What the contact said in a conversation, as turns of a case."""
    said = [one for one in transcript if one["direction"] == "in"]
    return [
        turn_of(Message(**{name: one[name] for name in MESSAGE if name in one})) for one in said
    ]


def _number(form: Mapping[str, Any], name: str) -> int:
    text = str(form.get(name, ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
