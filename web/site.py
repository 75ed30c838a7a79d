"""Joins the pages: one blueprint `web`, everything of it behind the gate."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import orjson
from babel.dates import format_date, format_datetime
from flask import Blueprint, Flask, g, request
from markupsafe import Markup, escape

from flowhook.durations import duration
from flowhook.errors import NotFound
from flowhook.organisations.roles import OPERATOR, may
from flowhook.organisations.token_end import end_of
from web.account_pages import account_pages
from web.assets import asset_routes, icons, version
from web.audit_pages import audit_pages
from web.catalogues import catalogue, languages
from web.conversation_pages import conversation_pages
from web.error_pages import in_asked_form
from web.explanations import fixer, status_words
from web.field_labels import choice_label
from web.flow_pages import flow_pages
from web.functions import function_pages
from web.funnel_pages import funnel_pages
from web.help_documents import documents
from web.help_pages import help_pages
from web.help_places import question_mark, topic_mark
from web.history_pages import history_pages
from web.home import front_page, home_pages
from web.language import N_, language, speak, translated
from web.language_pages import language_pages, this_page
from web.logs import log_pages
from web.node_pages import node_pages
from web.organisations import organisation_pages
from web.page_security import PageSecurity
from web.page_services import PageServices
from web.page_words import in_page_words, sentence
from web.prompt_pages import prompt_pages
from web.script_words import script_words
from web.sessions import PageSession, Sessions
from web.settings_pages import settings_pages
from web.sign_in import sign_in_pages
from web.simulator_pages import simulator_pages
from web.tokens import token_pages
from web.trash_pages import trash_pages
from web.usage_pages import usage_pages

# The pages of an organisation: name, blueprint, first view, icon.
NAVIGATION = (
    (N_("Home"), "home", "show", "house"),
    (N_("Functions"), "functions", "index", "lightning"),
    (N_("Flows"), "flows", "index", "diagram-3"),
    (N_("Conversations"), "conversations", "index", "chat-dots"),
    (N_("Logs"), "logs", "index", "list-ul"),
    (N_("Usage"), "usage", "show", "bar-chart"),
    (N_("Settings"), "settings", "show", "gear"),
    (N_("Tokens"), "tokens", "show", "key"),
    (N_("Changes"), "audit", "show", "clock-history"),
    (N_("Deleted"), "trash", "show", "trash"),
)

MOMENT, DAY = "d MMM yyyy, HH:mm:ss", "d MMMM yyyy"
CODE = re.compile(r"`([^`]+)`")
WITHIN = {
    "accounts": "settings",
    "simulator": "flows",
    "nodes": "flows",
    "history": "flows",
    "prompts": "functions",
    "funnel": "flows",
}  # whose menu entry is lit


def web_routes(services: PageServices) -> Blueprint:
    """All pages."""
    sessions = Sessions(services.redis, services.auth.authenticator)
    secure = (services.config.public_url or "").startswith("https://")
    security = PageSecurity(sessions, services.sections, secure)
    pages = Blueprint("web", __name__, template_folder="templates")
    security.install(pages)
    version_now = version()
    pages.app_context_processor(lambda: around(version_now))
    pages.after_app_request(in_asked_form)
    pages.record_once(lambda state: speak(state.app.jinja_env))
    pages.add_app_template_filter(translated)
    pages.add_app_template_filter(moment)
    pages.add_app_template_filter(ending)
    pages.add_app_template_filter(day)
    pages.add_app_template_filter(number)
    pages.add_app_template_filter(duration)
    pages.add_app_template_filter(wire)
    pages.add_app_template_filter(prose)
    pages.add_app_template_filter(in_page_words)
    pages.add_app_template_filter(choice_label)
    pages.add_app_template_filter(status_words)
    pages.add_app_template_filter(fixer)
    pages.add_app_template_filter(sentence)
    pages.add_url_rule("/", "front", front_page(services))
    pages.add_url_rule("/organisations/<org>/<path:rest>", "missing", _missing)
    pages.register_blueprint(asset_routes())
    pages.register_blueprint(language_pages(security))
    pages.register_blueprint(sign_in_pages(security, services.auth))
    pages.register_blueprint(organisation_pages(services))
    pages.register_blueprint(home_pages(services))
    pages.register_blueprint(settings_pages(services))
    pages.register_blueprint(account_pages(services))
    pages.register_blueprint(token_pages(services))
    pages.register_blueprint(audit_pages(services))
    pages.register_blueprint(trash_pages(services))
    pages.register_blueprint(function_pages(services))
    pages.register_blueprint(prompt_pages(services))
    pages.register_blueprint(flow_pages(services))
    pages.register_blueprint(node_pages(services))
    pages.register_blueprint(history_pages(services))
    pages.register_blueprint(funnel_pages(services))
    pages.register_blueprint(simulator_pages(services))
    pages.register_blueprint(conversation_pages(services))
    pages.register_blueprint(log_pages(services))
    pages.register_blueprint(usage_pages(services))
    pages.register_blueprint(help_pages())
    return pages


def warm(app: Flask) -> None:
    """Read templates, icons, documents and catalogues: nobody's first page waits for them."""
    icons()
    documents()
    for code in languages():
        catalogue(code)
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)


def around(version_now: str) -> dict[str, Any]:
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


def moment(text: str) -> str:
    """An ISO time as people read it; UTC."""
    if not text:
        return ""
    return f"{format_datetime(datetime.fromisoformat(text), MOMENT, locale=language())} UTC"


def ending(text: str) -> str:
    """A token's end, which is a day or a moment, as people read it; UTC."""
    if len(text) == len("2026-11-28"):
        return day(date.fromisoformat(text))
    return moment(datetime.fromtimestamp(end_of(text), UTC).isoformat())


def day(date: date) -> str:
    """A date as people read it."""
    return format_date(date, DAY, locale=language())


def wire(value: Any) -> str:
    """A value as it stands in a body: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def prose(text: str) -> Markup:
    """A text of ours with `code` in it."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704


def number(value: Any) -> str:
    """1,234,567, or 0.0123 for money; nothing for nothing."""
    if value is None:
        return ""
    return f"{value:,.4f}" if isinstance(value, float) else f"{value:,}"
