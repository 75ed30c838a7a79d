"""HTTP in, HTTP out for settings: organisations, sections, accounts, tokens, audit."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from api.answers import json_answer
from errors import InvalidInput, NotFound
from providers.accounts import Accounts
from providers.openai import OpenAIClient
from settings.auth import require_operator
from settings.edge import Edge, masked, read_fields
from settings.notebook import read_warnings
from settings.organisation import Organisation
from settings.schemas import SECTIONS, TITLE_PATTERN, TokenSchema
from settings.store import SettingsStore

PAGE_ORGANISATIONS = 100
MAX_TOKENS = 200
AUDIT_ID = re.compile(r"\d{1,15}-\d{1,10}")

OpenClient = Callable[[Any, Organisation], OpenAIClient]


def settings_routes(
    edge: Edge,
    store: SettingsStore,
    drop_cached: Callable[[str], None],
    accounts: Accounts,
    open_client: OpenClient,
) -> Blueprint:
    """Everything under /settings."""
    routes = Blueprint("settings", __name__, url_prefix="/settings")

    @routes.get("")
    def list_organisations() -> Response:
        """List organisations, 100 a page, by id."""
        require_operator(edge.caller())
        after = request.args.get("cursor", "")
        page = store.page(after, PAGE_ORGANISATIONS + 1)
        shown = page[:PAGE_ORGANISATIONS]
        return json_answer(
            {
                "organizations": [{"id": org, "is_active": active} for org, active in shown],
                "next_cursor": shown[-1][0] if len(page) > len(shown) else None,
            }
        )

    @routes.get("/<org>")
    def show_organisation(org: str) -> Response:
        """Show all of an organisation's sections, masked."""
        edge.admin(org)
        organisation = edge.existing(org)
        sections = {
            name: masked(name, values)
            for name, values in sorted(organisation.sections.items())
            if "/" not in name
        }
        titles = _titles(organisation)
        return json_answer(
            {
                "id": org,
                **sections,
                "accounts": {
                    title: masked("openai", organisation.section(_account(title)))
                    for title in titles
                },
                "warnings": read_warnings(store.redis, org),
            }
        )

    @routes.delete("/<org>")
    def delete_organisation(org: str) -> Response:
        """Delete an organisation and everything it owns."""
        caller = edge.admin(org)
        store.delete_organisation(org, caller.name)
        drop_cached(org)
        return Response(status=204)

    @routes.get("/<org>/audit")
    def show_audit(org: str) -> Response:
        """Show who changed which fields when, newest first."""
        edge.admin(org)
        cursor = request.args.get("cursor", "")
        if cursor and not AUDIT_ID.fullmatch(cursor):
            raise InvalidInput("cursor is not one that this call gave")
        entries = store.audit.read(org, cursor, PAGE_ORGANISATIONS)
        more = len(entries) == PAGE_ORGANISATIONS
        return json_answer(
            {"audit": entries, "next_cursor": entries[-1]["id"] if more else None}
        )

    @routes.get("/<org>/tokens")
    def list_tokens(org: str) -> Response:
        """List an organisation's tokens, never the tokens themselves."""
        edge.admin(org)
        uses = store.token_uses(org)
        tokens = sorted(edge.existing(org).tokens.values(), key=lambda token: token.created_at)
        return json_answer(
            {
                "tokens": [
                    {
                        "id": token.id,
                        "scope": token.scope,
                        "label": token.label,
                        "created_at": token.created_at,
                        "last_used_at": uses.get(token.id),
                    }
                    for token in tokens
                ]
            }
        )

    @routes.post("/<org>/tokens")
    def create_token(org: str) -> Response:
        """Create a token and show it this once."""
        caller = edge.admin(org)
        wanted = read_fields(TokenSchema())
        if len(store.load(org).tokens) >= MAX_TOKENS:
            raise InvalidInput(f"an organisation has at most {MAX_TOKENS} tokens")
        token, text = store.create_token(org, wanted["scope"], wanted["label"], caller.name)
        drop_cached(org)
        created = {"id": token.id, "token": text, "scope": token.scope, "label": token.label}
        return json_answer(created, 201)

    @routes.delete("/<org>/tokens/<token_id>")
    def delete_token(org: str, token_id: str) -> Response:
        """Revoke a token at once."""
        caller = edge.admin(org)
        store.delete_token(org, token_id[:64], caller.name)
        drop_cached(org)
        return Response(status=204)

    @routes.post("/<org>/openai/test", defaults={"title": None})
    @routes.post("/<org>/openai/accounts/<title>/test")
    def test_account(org: str, title: str | None) -> Response:
        """Ask the provider for its models with the stored key."""
        edge.admin(org)
        started = time.perf_counter()
        found = client(org, title).models()
        elapsed = round((time.perf_counter() - started) * 1000)
        return json_answer({"success": True, "models": len(found), "latency_ms": elapsed})

    @routes.get("/<org>/openai/models", defaults={"title": None})
    @routes.get("/<org>/openai/accounts/<title>/models")
    def list_models(org: str, title: str | None) -> Response:
        """List the models this key can use."""
        edge.admin(org)
        kept = ("id", "created", "owned_by", "shutdown_date")
        models = [
            {key: model[key] for key in kept if model.get(key) is not None}
            for model in client(org, title).models()
        ]
        return json_answer({"models": sorted(models, key=lambda model: str(model["id"]))})

    def client(org: str, title: str | None) -> OpenAIClient:
        organisation = edge.existing(org)
        section = edge.section(organisation, _account(title) if title else "openai")
        return open_client(accounts.read(section), organisation)

    @routes.get("/<org>/openai/accounts")
    def list_accounts(org: str) -> Response:
        """List the titles of an organisation's further OpenAI accounts."""
        edge.admin(org)
        return json_answer({"accounts": [{"title": t} for t in _titles(edge.existing(org))]})

    def section_call(org: str, section: str) -> Response:
        caller = edge.admin(org)
        if request.method == "GET":
            values = edge.section(edge.existing(org), section)
            return json_answer(edge.shown(org, section, values))
        if request.method == "DELETE":
            store.delete(org, section, caller.name)
            drop_cached(org)
            return Response(status=204)
        return edge.write(org, section, caller)

    @routes.route("/<org>/openai/accounts/<title>", methods=["GET", "PUT", "PATCH", "DELETE"])
    def account(org: str, title: str) -> Response:
        """Read, create, change or delete a further OpenAI account."""
        if not TITLE_PATTERN.fullmatch(title):
            raise InvalidInput(
                "an account's title is 1 to 64 letters, digits, spaces, dots, _ or -,"
                " the first a letter or digit"
            )
        return section_call(org, _account(title))

    @routes.route("/<org>/<section>", methods=["GET", "PUT", "PATCH", "DELETE"])
    def section(org: str, section: str) -> Response:
        """Read, create, change or delete a section."""
        if section not in SECTIONS:
            edge.admin(org)
            raise NotFound(
                "there is no such settings section",
                fix=f"The sections are {', '.join(SECTIONS)}.",
            )
        return section_call(org, section)

    return routes


def _titles(organisation: Organisation) -> list[str]:
    prefix = _account("")
    return sorted(
        name.removeprefix(prefix) for name in organisation.sections if name.startswith(prefix)
    )


def _account(title: str) -> str:
    return f"openai/accounts/{title}"
