"""The simulator: a chat with a flow's newest draft, beside its picture with the current node."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from flowhook.errors import FlowhookError
from flows.conversations.node_counts import NodeCounts
from flows.definition.titles import target_title
from flows.library.publishing import newest, with_subflows
from flows.model.contact import LANGUAGES, Language
from flows.play.case_turns import turns_of
from flows.play.contact_profiles import MAX_PROFILES, ContactProfile, ContactProfiles
from flows.play.simulation import Simulation, Simulations
from web.case_turn_words import turn_words
from web.chat import POLICY, media_kind, note_words
from web.fitting_sets import sets_for
from web.flow_picture import Pictures
from web.flow_words import MESSAGES, STATUSES
from web.form_values import pretty
from web.language import translated
from web.page_security import organisation, signed_in
from web.page_services import PageServices
from web.simulator_forms import profile_of, said, typed_profile

BASE = "en"  # a contact without another language gets the flow as it is written
LOCALES = frozenset(one.locale for one in LANGUAGES)


def simulator_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/flows/<uuid>/simulator`."""
    pages = Blueprint(
        "simulator", __name__, url_prefix="/organisations/<org>/flows/<uuid>/simulator"
    )
    stage = Stage(services)

    @pages.get("")
    def show(org: str, uuid: str) -> AnyResponse:
        """Show the simulation."""
        return stage.shown(org, uuid, stage.simulations.find(org, player(), uuid))

    @pages.post("")
    def act(org: str, uuid: str) -> AnyResponse:
        """Start, say something, let time pass, or change the language or what is pretended."""
        simulation = stage.simulations.find(org, player(), uuid)
        try:
            with services.in_flight.place(org):
                played = stage.play(uuid, simulation)
            return stage.shown(org, uuid, played)
        except FlowhookError as error:
            return stage.shown(org, uuid, simulation, error)

    @pages.get("/script")
    def script(org: str, uuid: str) -> AnyResponse:
        """The conversation as a file for `flowhook play --script`."""
        simulation = stage.simulations.find(org, player(), uuid) or Simulation(uuid)
        written = stage.simulations.script(organisation(), simulation)
        answer = Response(written, content_type="application/json")
        answer.headers.set("Content-Disposition", "attachment", filename=f"{uuid}.script.json")
        return answer

    return pages


class Stage:
    """One simulation on its page."""

    def __init__(self, services: PageServices) -> None:
        self.services = services
        conversations = services.conversations
        self.pictures = Pictures()
        self.flows = conversations.flows
        self.media = services.media
        self.profiles = ContactProfiles(services.redis, conversations.store.cipher)
        self.simulations = Simulations(
            services.redis,
            conversations.store.cipher,
            conversations.flows,
            services.tried,
            conversations.outgoing,
            services.pretended,
            conversations.open_sheets,
        )

    def play(self, uuid: str, simulation: Simulation | None) -> Simulation | None:
        """Carry out the form's action."""
        form, current = request.form, organisation()
        action = form.get("action", "set" if "settings" in form else "say")
        if action == "add_contact":
            self.profiles.add(current.id, profile_of(form))
            return simulation
        if action == "remove_contact":
            self.profiles.remove(current.id, form.get("contact", ""))
            return simulation
        pretend, language = settings_of(form, simulation)
        chosen = form.get("contact", simulation.contact if simulation else "")
        is_other = chosen != (simulation.contact if simulation else "")
        if simulation is None or simulation.session is None or action == "start" or is_other:
            profile = self.profiles.all(current.id).get(chosen)
            language = profile.language if profile and is_other else language
            begun = Simulation(uuid, pretend, language, contact=chosen if profile else "")
            contact = (profile or ContactProfile()).as_contact(begun.now())
            contact.set_language(language)
            return self.simulations.start(current, player(), begun, contact)
        if action == "wake":
            return self.simulations.wake(current, player(), simulation)
        if action == "set":
            return self.simulations.configure(current, player(), simulation, language, pretend)
        message = said(form, request.files.get("file"), self.media.keep, current.id)
        return self.simulations.say(current, player(), simulation, message)

    def shown(
        self, org: str, uuid: str, simulation: Simulation | None, error: FlowhookError | None = None
    ) -> AnyResponse:
        entry, flow = newest(self.flows, org, uuid)
        state = simulation.state if simulation else {}
        within = state.get("flow", uuid)
        if within != uuid and within in self.flows.library(org).entries:
            _, flow = newest(self.flows, org, within)
        page = render_template(
            "web/simulator.html",
            entry=entry.shown,
            drawn=flow.name,
            picture=self.pictures.of(flow, (), NodeCounts()),
            lit=state.get("node") if state.get("status") == "waiting" else None,
            simulation=simulation,
            state=state,
            at=target_title(flow, state["node"]) if state.get("node") else "",
            results=pretty(state.get("results", {})),
            contact=pretty(simulation.variables) if simulation else "",
            profiles=self.profiles.all(org),
            most_profiles=MAX_PROFILES,
            made_up=ContactProfile().name,
            typed_profile=typed_profile(request.form if error else {}),
            pretty=pretty,
            media_kind=media_kind,
            note_words=note_words,
            status_words=status_words,
            languages=self.languages(org, uuid),
            all_languages=LANGUAGES,
            kinds=MESSAGES,
            turn_words=turn_words,
            turns=turns_of(simulation.recording) if simulation else [],
            sets=sets_for(self.services, org, flow=uuid),
            typed=request.form if error else {},
            error=error,
        )
        answer = make_response(page, error.status if error else 200)
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    def languages(self, org: str, uuid: str) -> list[Language]:
        """The base language, and those that the flow or one that it enters is translated into."""
        translated = {BASE}
        for entered in with_subflows(self.flows, org, uuid):
            translated |= newest(self.flows, org, entered)[1].localization.keys()
        return [one for one in LANGUAGES if one.locale in translated]


def status_words(status: str) -> str:
    """What became of a flow that does not wait."""
    return translated(STATUSES.get(status, status))


def settings_of(form: Mapping[str, str], simulation: Simulation | None) -> tuple[bool, str]:
    """Whether to pretend, and the contact's language: as the form says, else as before."""
    if "settings" not in form:
        return (simulation.pretend, simulation.language) if simulation else (True, BASE)
    language = form.get("language", "")
    return form.get("pretend") == "on", language if language in LOCALES else BASE


def player() -> str:
    """Who plays: everybody signed in has simulations of their own."""
    return signed_in().key.rpartition(":")[2][:16]
