"""HTTP for what an OpenAI account can do: the test, its models, and further accounts."""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import Blueprint, Response

from api.answers import json_answer
from api.documented import documented
from errors import InvalidInput
from providers.account import Account
from providers.accounts import Accounts
from providers.openai import OpenAIClient
from settings.edge import Edge, account_section, account_titles
from settings.organisation import Organisation
from settings.schemas import TITLE_PATTERN

MODEL_KEYS = ("id", "created", "owned_by", "shutdown_date")

OpenClient = Callable[[Account, Organisation], OpenAIClient]


def openai_routes(edge: Edge, accounts: Accounts, open_client: OpenClient) -> Blueprint:
    """`/settings/<org>/openai/...`."""
    routes = Blueprint("openai", __name__, url_prefix="/settings/<org>/openai")

    def client(org: str, title: str | None) -> OpenAIClient:
        edge.admin(org)
        organisation = edge.existing(org)
        section = edge.section(organisation, account_section(title) if title else "openai")
        return open_client(accounts.read(section), organisation)

    @routes.post("/test", defaults={"title": None})
    @routes.post("/accounts/<title>/test")
    @documented(answer={"type": "object", "required": ["success", "models", "latency_ms"]})
    def test_account(org: str, title: str | None) -> Response:
        """Ask the provider for its models with the stored key."""
        asked = client(org, title)
        started = time.perf_counter()
        found = asked.models()
        elapsed = round((time.perf_counter() - started) * 1000)
        return json_answer({"success": True, "models": len(found), "latency_ms": elapsed})

    @routes.get("/models", defaults={"title": None})
    @routes.get("/accounts/<title>/models")
    @documented(answer={"type": "object", "required": ["models"]})
    def list_models(org: str, title: str | None) -> Response:
        """List the models this key can use."""
        models = [
            {key: model[key] for key in MODEL_KEYS if model.get(key) is not None}
            for model in client(org, title).models()
        ]
        return json_answer({"models": sorted(models, key=lambda model: str(model["id"]))})

    @routes.get("/accounts")
    @documented(answer={"type": "object", "required": ["accounts"]})
    def list_accounts(org: str) -> Response:
        """List the titles of an organisation's further OpenAI accounts."""
        edge.admin(org)
        titles = account_titles(edge.existing(org))
        return json_answer({"accounts": [{"title": title} for title in titles]})

    @routes.route("/accounts/<title>", methods=["GET", "PUT", "PATCH", "DELETE"])
    def account(org: str, title: str) -> Response:
        """Read, create, change or delete a further OpenAI account."""
        if not TITLE_PATTERN.fullmatch(title):
            edge.admin(org)
            raise InvalidInput(
                "an account's title is 1 to 64 letters, digits, spaces, dots, _ or -,"
                " the first a letter or digit"
            )
        return edge.section_call(org, account_section(title))

    return routes
