"""Which role may use which route: every route, by every role, over HTTP and on the pages."""

from __future__ import annotations

import pytest
from flask import Flask

from flowhook.organisations.roles import ROUTES, SCOPES, area_of
from tests.fixtures_app import Service
from tests.web.visitor import Visitor, signed_in

WHO: dict[str, str] = {
    "GET /conversations/<org>": "expert viewer",
    "GET /conversations/<org>/<contact>": "expert viewer",
    "DELETE /conversations/<org>/<contact>": "",
    "POST /conversations/<org>/<contact>/pause": "expert",
    "POST /conversations/<org>/<contact>/unpause": "expert",
    "POST /conversations/<org>/<contact>/say": "expert",
    "POST /conversations/<org>/<contact>/restart": "expert",
    "POST /conversations/<org>/<contact>/move": "expert",
    "POST /conversations/<org>/<contact>/messages": "expert",
    "POST /conversations/<org>/<contact>/resume": "expert",
    "POST /flows/<org>": "author",
    "GET /flows/<org>": "author viewer",
    "GET /flows/<org>/<uuid>": "author viewer",
    "GET /flows/<org>/<uuid>/funnel": "author viewer",
    "DELETE /flows/<org>/<uuid>": "author",
    "PATCH /flows/<org>/<uuid>": "author",
    "PATCH /flows/<org>/<uuid>/nodes/<node>": "author",
    "POST /flows/<org>/<uuid>/publish": "author",
    "GET /flows/<org>/<uuid>/revisions": "author viewer",
    "GET /flows/<org>/<uuid>/revisions/<int:before>/diff/<int:after>": "author viewer",
    "GET /flows/<org>/export": "author viewer",
    "POST /flows/validate": "author",
    "GET /jobs/<job_id>": "author viewer webhook",
    "GET /jobs/dead/<org>": "author viewer",
    "POST /jobs/dead/<org>/<job_id>/replay": "",
    "GET /logs/<org>": "author viewer",
    "GET /logs/<org>/<entry_id>": "author viewer",
    "GET /organisations/<org>": "author expert viewer",
    "GET /organisations/<org>/<path:rest>": "author expert viewer",
    "GET /organisations/<org>/audit": "viewer",
    "POST /organisations/<org>/delete": "",
    "GET /organisations/<org>/conversations": "expert viewer",
    "GET /organisations/<org>/conversations/<contact>": "expert viewer",
    "POST /organisations/<org>/conversations/<contact>": "expert",
    "GET /organisations/<org>/conversations/<contact>/export": "expert viewer",
    "POST /organisations/<org>/conversations/<contact>/forget": "",
    "GET /organisations/<org>/flows": "author viewer",
    "POST /organisations/<org>/flows": "author",
    "GET /organisations/<org>/flows/<uuid>": "author viewer",
    "POST /organisations/<org>/flows/<uuid>/delete": "author",
    "GET /organisations/<org>/flows/<uuid>/export": "author viewer",
    "POST /organisations/<org>/flows/<uuid>/publish": "author",
    "GET /organisations/<org>/flows/<uuid>/funnel": "author viewer",
    "GET /organisations/<org>/flows/<uuid>/history": "author viewer",
    "POST /organisations/<org>/flows/<uuid>/history": "author",
    "GET /organisations/<org>/flows/<uuid>/nodes/<node>": "author viewer",
    "POST /organisations/<org>/flows/<uuid>/nodes/<node>": "author",
    "POST /organisations/<org>/flows/<uuid>/nodes/<node>/issues": "author",
    "GET /organisations/<org>/flows/<uuid>/simulator": "author viewer",
    "POST /organisations/<org>/flows/<uuid>/simulator": "author",
    "GET /organisations/<org>/flows/<uuid>/simulator/script": "author viewer",
    "GET /organisations/<org>/flows/export": "author viewer",
    "GET /organisations/<org>/functions": "author viewer",
    "GET /organisations/<org>/functions/<name>": "author viewer",
    "POST /organisations/<org>/functions/<name>": "author",
    "GET /organisations/<org>/functions/<name>/compare": "author viewer",
    "POST /organisations/<org>/functions/<name>/compare": "author",
    "POST /organisations/<org>/flows/<uuid>/nodes/<node>/prompt": "author",
    "GET /organisations/<org>/logs": "author viewer",
    "GET /organisations/<org>/logs/<entry_id>": "author viewer",
    "POST /organisations/<org>/logs/<entry_id>": "author",
    "GET /organisations/<org>/logs/all.csv": "author viewer",
    "GET /organisations/<org>/logs/newer": "author viewer",
    "GET /organisations/<org>/settings": "viewer",
    "GET /organisations/<org>/settings/<section>": "viewer",
    "POST /organisations/<org>/settings/<section>": "",
    "POST /organisations/<org>/settings/<section>/delete": "",
    "POST /organisations/<org>/settings/<section>/test": "",
    "POST /organisations/<org>/settings/openai/accounts": "",
    "GET /organisations/<org>/settings/openai/accounts/<title>": "viewer",
    "POST /organisations/<org>/settings/openai/accounts/<title>": "",
    "POST /organisations/<org>/settings/openai/accounts/<title>/delete": "",
    "GET /organisations/<org>/settings/openai/accounts/<title>/models": "author viewer",
    "POST /organisations/<org>/settings/openai/accounts/<title>/test": "",
    "GET /organisations/<org>/settings/openai/models": "author viewer",
    "POST /organisations/<org>/settings/openai/test": "",
    "GET /organisations/<org>/tokens": "viewer",
    "POST /organisations/<org>/tokens": "",
    "POST /organisations/<org>/tokens/test": "",
    "POST /organisations/<org>/tokens/<token_id>/revoke": "",
    "GET /organisations/<org>/trash": "author viewer",
    "POST /organisations/<org>/trash/<item_id>/restore": "author",
    "GET /organisations/<org>/usage": "viewer",
    "GET /organisations/<org>/usage.csv": "viewer",
    "GET /settings/<org>": "viewer",
    "DELETE /settings/<org>": "",
    "GET /settings/<org>/<section>": "viewer",
    "PUT /settings/<org>/<section>": "",
    "PATCH /settings/<org>/<section>": "",
    "DELETE /settings/<org>/<section>": "",
    "POST /settings/<org>/<section>/test": "",
    "GET /settings/<org>/audit": "viewer",
    "GET /settings/<org>/openai/accounts": "viewer",
    "GET /settings/<org>/openai/accounts/<title>": "viewer",
    "PUT /settings/<org>/openai/accounts/<title>": "",
    "PATCH /settings/<org>/openai/accounts/<title>": "",
    "DELETE /settings/<org>/openai/accounts/<title>": "",
    "GET /settings/<org>/openai/accounts/<title>/models": "author viewer",
    "POST /settings/<org>/openai/accounts/<title>/test": "",
    "GET /settings/<org>/openai/models": "author viewer",
    "POST /settings/<org>/openai/test": "",
    "GET /settings/<org>/tokens": "viewer",
    "POST /settings/<org>/tokens": "",
    "DELETE /settings/<org>/tokens/<token_id>": "",
    "GET /trash/<org>": "author viewer",
    "POST /trash/<org>/<item_id>/restore": "author",
    "GET /usage/<org>": "viewer",
    "POST /webhooks/<name>": "author webhook",
}
"""Who may, besides the admin and the operator. (`GET /webhooks/<function>` is as its POST.)"""

PLACES = {
    "int:before": "1",
    "int:after": "2",
    "org": "acme",
    "contact": "7",
    "uuid": "u",
    "node": "n",
    "job_id": "acme.0123456789abcdef012345",
    "entry_id": "e",
    "token_id": "0123456789ab",
    "item_id": "i",
    "section": "limits",
    "name": "get_buttons",
    "title": "x",
    "path:rest": "y",
}


def own_routes(app: Flask) -> set[str]:
    """Every route of an organisation, with its method."""
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        if "<org>" in rule.rule and not rule.rule.startswith("/channels/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_of_an_organisation_is_in_the_table(service: Service) -> None:
    operators = {"POST /organisations/<org>/name", "PATCH /organizations/<org>"}
    beside = {"POST /flows/validate", "POST /webhooks/<name>", "GET /jobs/<job_id>"}
    assert own_routes(service.app) - operators | beside == set(WHO)
    known = {rule.endpoint for rule in service.app.url_map.iter_rules()}
    blueprints = {endpoint.rpartition(".")[0] for endpoint in known}
    assert set(ROUTES) <= known | blueprints


@pytest.mark.parametrize("route", sorted(WHO))
def test_who_may(service: Service, route: str) -> None:
    service.organisation()
    method, _, rule = route.partition(" ")
    path = rule
    for name, value in PLACES.items():
        path = path.replace(f"<{name}>", value)
    allowed = {*WHO[route].split(), "admin"}
    for scope in (*sorted(set(SCOPES) - {"admin"}), "admin"):  # an admin may end it
        is_page = path.startswith("/organisations/")
        if is_page and scope == "webhook":
            continue  # which cannot sign in
        token = service.token("acme", scope)
        if is_page:
            told = visit(signed_in(service, token), method, path)
        else:
            told = str(service.request(method, path, {}, token=token).body)
        is_refused = f"a token of scope {scope} cannot" in told.lower()
        assert is_refused == (scope not in allowed), f"{scope}: {told[:300]}"


def visit(visitor: Visitor, method: str, path: str) -> str:
    visitor.get("/organisations/acme")
    return (visitor.get(path) if method == "GET" else visitor.post(path)).text


def test_a_members_token_is_of_no_use_for_another_organisation(service: Service) -> None:
    service.organisation()
    service.organisation(org="other")
    for scope in SCOPES:
        token = service.token("other", scope)
        assert service.request("GET", "/flows/acme", token=token).status == 403


def test_a_route_that_nobody_listed_is_the_admins() -> None:
    assert area_of("a.b") == "admin"
