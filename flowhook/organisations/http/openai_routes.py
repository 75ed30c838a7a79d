"""HTTP for what an OpenAI account can do: the test, its models, and further accounts."""

from __future__ import annotations

from flask import Blueprint, Response

from flowhook.errors import InvalidInput
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented
from flowhook.organisations.account_checks import AccountChecks
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.http.section_calls import answer_section_call
from flowhook.organisations.kinds import TITLE_PATTERN
from flowhook.organisations.section_service import SectionService, account_section, account_titles


def openai_routes(auth: AdminAuth, sections: SectionService, checks: AccountChecks) -> Blueprint:
    """`/settings/<org>/openai/...`."""
    routes = Blueprint("openai", __name__, url_prefix="/settings/<org>/openai")

    @routes.post("/test", defaults={"title": None})
    @routes.post("/accounts/<title>/test")
    @documented(answer={"type": "object", "required": ["success", "models", "latency_ms"]})
    def test_account(org: str, title: str | None) -> Response:
        """Ask the provider for its models with the stored key."""
        auth.member(org)
        return json_answer(checks.test(org, title))

    @routes.get("/models", defaults={"title": None})
    @routes.get("/accounts/<title>/models")
    @documented(answer={"type": "object", "required": ["models"]})
    def list_models(org: str, title: str | None) -> Response:
        """List the models this key can use."""
        auth.member(org)
        return json_answer({"models": checks.models(org, title)})

    @routes.get("/accounts")
    @documented(answer={"type": "object", "required": ["accounts"]})
    def list_accounts(org: str) -> Response:
        """List the titles of an organisation's further OpenAI accounts."""
        auth.member(org)
        titles = account_titles(sections.existing(org))
        return json_answer({"accounts": [{"title": title} for title in titles]})

    @routes.route("/accounts/<title>", methods=["GET", "PUT", "PATCH", "DELETE"])
    @documented()
    def account(org: str, title: str) -> Response:
        """Read, create, change or delete a further OpenAI account."""
        if not TITLE_PATTERN.fullmatch(title):
            auth.member(org)
            raise InvalidInput(
                "an account's title is 1 to 64 letters, digits, spaces, dots, _ or -,"
                " the first a letter or digit"
            )
        return answer_section_call(auth, sections, org, account_section(title))

    return routes
