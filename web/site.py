"""Joins the pages: one blueprint `web`, everything of it behind the gate."""

from __future__ import annotations

import threading
from typing import Any

from flask import Blueprint, Flask, g, request

from flowhook.errors import NotFound
from flowhook.organisations.roles import OPERATOR, may
from web.account_pages import account_pages
from web.approved_pages import approved_pages
from web.asked_pages import asked_pages
from web.assets import asset_routes, icons, version
from web.audit_pages import audit_pages
from web.catalogues import catalogue, languages
from web.compiled_templates import load_kept, load_rest, set_up
from web.contact_pages import contact_pages
from web.conversation_pages import conversation_pages
from web.error_pages import in_asked_form
from web.explorer_pages import explorer_pages
from web.flow_pages import flow_pages
from web.functions import function_pages
from web.funnel_pages import funnel_pages
from web.guardrail_pages import guardrail_pages
from web.help_documents import documents
from web.help_pages import help_pages
from web.help_places import question_mark, topic_mark
from web.history_pages import history_pages
from web.home import front_page, home_pages
from web.inbox_pages import inbox_pages
from web.knowledge_pages import knowledge_pages
from web.language import N_, language
from web.language_pages import language_pages, this_page
from web.logs import log_pages
from web.node_pages import node_pages
from web.organisations import organisation_pages
from web.page_security import PageSecurity
from web.page_services import PageServices
from web.privacy_pages import privacy_pages
from web.prompt_pages import prompt_pages
from web.question_set_pages import question_set_pages
from web.saved_prompt_pages import saved_prompt_pages
from web.script_words import script_words
from web.sessions import PageSession, Sessions
from web.settings_pages import settings_pages
from web.sign_in import sign_in_pages
from web.simulator_pages import simulator_pages
from web.tokens import token_pages
from web.trash_pages import trash_pages
from web.usage_pages import usage_pages
from web.waiting_items import waiting

# The pages of an organisation: name, blueprint, first view, icon.
NAVIGATION = (
    (N_("Home"), "home", "show", "house"),
    (N_("Inbox"), "inbox", "index", "inbox"),
    (N_("Functions"), "functions", "index", "lightning"),
    (N_("Prompts"), "saved_prompts", "index", "chat-square-text"),
    (N_("Question sets"), "question_sets", "index", "ui-checks"),
    (N_("Documents"), "knowledge", "index", "files"),
    (N_("Approved answers"), "approved", "index", "patch-check"),
    (N_("Flows"), "flows", "index", "diagram-3"),
    (N_("Conversations"), "conversations", "index", "chat-dots"),
    (N_("What people ask"), "asked", "show", "patch-question"),
    (N_("Logs"), "logs", "index", "list-ul"),
    (N_("Usage"), "usage", "show", "bar-chart"),
    (N_("Privacy"), "privacy", "show", "shield-check"),
    (N_("Settings"), "settings", "show", "gear"),
    (N_("Tokens"), "tokens", "show", "key"),
    (N_("Changes"), "audit", "show", "clock-history"),
    (N_("Deleted"), "trash", "show", "trash"),
)

WITHIN = {
    "accounts": "settings",
    "contacts": "conversations",
    "guardrails": "settings",
    "simulator": "flows",
    "nodes": "flows",
    "history": "flows",
    "prompts": "functions",
    "funnel": "flows",
    "explorer": "flows",
}  # whose menu entry is lit

PAGES = (
    organisation_pages,
    home_pages,
    settings_pages,
    account_pages,
    guardrail_pages,
    token_pages,
    audit_pages,
    trash_pages,
    function_pages,
    prompt_pages,
    saved_prompt_pages,
    question_set_pages,
    knowledge_pages,
    approved_pages,
    flow_pages,
    node_pages,
    history_pages,
    funnel_pages,
    explorer_pages,
    simulator_pages,
    inbox_pages,
    conversation_pages,
    contact_pages,
    asked_pages,
    log_pages,
    usage_pages,
    privacy_pages,
)


def web_routes(services: PageServices) -> Blueprint:
    """All pages."""
    sessions = Sessions(services.redis, services.auth.authenticator)
    secure = (services.config.public_url or "").startswith("https://")
    security = PageSecurity(sessions, services.sections, secure)
    pages = Blueprint("web", __name__, template_folder="templates")
    security.install(pages)
    version_now = version()
    pages.app_context_processor(lambda: around(services, version_now))
    pages.after_app_request(in_asked_form)
    pages.record_once(lambda state: set_up(state.app.jinja_env))
    pages.add_url_rule("/", "front", front_page(services))
    pages.add_url_rule("/organisations/<org>/<path:rest>", "missing", _missing)
    pages.register_blueprint(asset_routes())
    pages.register_blueprint(language_pages(security))
    pages.register_blueprint(sign_in_pages(security, services.auth))
    for make in PAGES:
        pages.register_blueprint(make(services))
    pages.register_blueprint(help_pages())
    return pages


def warm(app: Flask) -> None:
    """Read icons, catalogues and templates: nobody's first page waits for them.

    Documents, and templates that are not kept compiled, follow in turns with the first requests.
    """
    icons()
    for code in languages():
        catalogue(code)
    not_kept = load_kept(app.jinja_env)

    def go_on() -> None:
        load_rest(app.jinja_env, not_kept)
        documents()

    threading.Thread(target=go_on, daemon=True).start()


def around(services: PageServices, version_now: str) -> dict[str, Any]:
    """What the frame around every page shows."""
    session: PageSession | None = g.get("session")
    scope = session.caller.scope if session else ""
    blueprint = (request.blueprint or "").rpartition(".")[2]
    return {
        "csrf": session.csrf if session else "",
        "caller": session.caller if session else None,
        "is_operator": scope == OPERATOR,
        "may": lambda endpoint, method="GET": may(scope, endpoint, method),
        "may_change": may(scope, request.endpoint or "", "POST"),
        "org": _framed_by(blueprint, session),
        "navigation": [one for one in NAVIGATION if may(scope, f"web.{one[1]}.{one[2]}", "GET")],
        "inbox_number": lambda: waiting(services, g.organisation.id) if "organisation" in g else 0,
        "here_blueprint": WITHIN.get(blueprint, blueprint),
        "ask": question_mark(
            blueprint, (request.view_args or {}).get("section", ""), icons()["question-circle"]
        ),
        "page_language": language(),
        "page_languages": languages(),
        "this_page": this_page(),
        "script_words": script_words,
        "ask_about": lambda topic: topic_mark(topic, icons()["question-circle"]),
        "kit": lambda name: f"/assets/{version_now}/kit/{name}",
        "own": lambda name: f"/assets/{version_now}/own/{name}",
        "icon": lambda name: icons()[name],
    }


def _framed_by(blueprint: str, session: PageSession | None) -> str | None:
    """The organisation whose menu the frame shows; around the help, that of who is signed in."""
    if blueprint == "help":
        return session.caller.organization_id if session else None
    return g.organisation.id if "organisation" in g else None


def _missing(org: str, rest: str) -> Any:
    raise NotFound("there is no such page", fix="Choose one from the menu.")
