"""Which role may use which route: every route, by every role, over HTTP and on the pages."""

from __future__ import annotations

import pytest
from flask import Flask

from flowhook.organisations.roles import ROUTES, SCOPES, area_of
from tests.fixtures_app import Service
from tests.web.visitor import Visitor, signed_in

RUN = "/organisations/<org>/question-sets/<name>/runs/<run_id>"
WHO: dict[str, str] = {
    "GET /conversations/<org>": "expert viewer",
    "GET /conversations/<org>/<contact>": "expert viewer",
    "DELETE /conversations/<org>/<contact>": "",
    "GET /contacts/<org>/<path:contact>/export": "",
    "DELETE /contacts/<org>/<path:contact>": "",
    "POST /conversations/<org>/<contact>/pause": "expert",
    "POST /conversations/<org>/<contact>/unpause": "expert",
    "POST /conversations/<org>/<contact>/say": "expert",
    "POST /conversations/<org>/<contact>/restart": "expert",
    "POST /conversations/<org>/<contact>/move": "expert",
    "POST /conversations/<org>/<contact>/messages": "expert",
    "POST /conversations/<org>/<contact>/resume": "expert",
    "GET /contacts/<org>/<path:contact>/consent": "",
    "PUT /contacts/<org>/<path:contact>/consent": "",
    "GET /privacy/<org>": "viewer",
    "GET /organisations/<org>/privacy": "viewer",
    "GET /organisations/<org>/privacy.csv": "viewer",
    "GET /inbox/<org>": "expert viewer",
    "GET /inbox/<org>/<item_id>": "expert viewer",
    "POST /inbox/<org>/<item_id>/answer": "expert",
    "POST /inbox/<org>/<item_id>/assign": "expert",
    "POST /inbox/<org>/<item_id>/close": "expert",
    "POST /flows/<org>": "author",
    "GET /flows/<org>": "author viewer",
    "GET /flows/<org>/<uuid>": "author viewer",
    "GET /flows/<org>/<uuid>/funnel": "author viewer",
    "POST /flows/<org>/<uuid>/explore": "author",
    "DELETE /flows/<org>/<uuid>": "author",
    "PATCH /flows/<org>/<uuid>": "author",
    "PATCH /flows/<org>/<uuid>/nodes/<node>": "author",
    "POST /flows/<org>/<uuid>/publish": "author",
    "GET /flows/<org>/<uuid>/gate": "author viewer",
    "PUT /flows/<org>/<uuid>/gate": "author",
    "DELETE /flows/<org>/<uuid>/gate": "author",
    "GET /flows/<org>/<uuid>/revisions": "author viewer",
    "GET /flows/<org>/<uuid>/revisions/<int:before>/diff/<int:after>": "author viewer",
    "GET /flows/<org>/export": "author viewer",
    "POST /flows/validate": "author",
    "GET /jobs/<job_id>": "author viewer webhook",
    "GET /jobs/dead/<org>": "author viewer",
    "POST /jobs/dead/<org>/<job_id>/replay": "",
    "GET /logs/<org>": "author viewer",
    "GET /logs/<org>/<entry_id>": "author viewer",
    "GET /question-sets/<org>": "author viewer",
    "GET /question-sets/<org>/<name>": "author viewer",
    "PUT /question-sets/<org>/<name>": "author",
    "DELETE /question-sets/<org>/<name>": "author",
    "GET /question-sets/<org>/<name>/export": "author viewer",
    "POST /question-sets/<org>/<name>/import": "author",
    "GET /question-sets/<org>/<name>/cases": "author viewer",
    "POST /question-sets/<org>/<name>/cases": "author",
    "GET /question-sets/<org>/<name>/cases/<case_id>": "author viewer",
    "PUT /question-sets/<org>/<name>/cases/<case_id>": "author",
    "DELETE /question-sets/<org>/<name>/cases/<case_id>": "author",
    "GET /answers/<org>": "author expert viewer",
    "POST /answers/<org>": "author expert",
    "GET /answers/<org>/<answer_id>": "author expert viewer",
    "PUT /answers/<org>/<answer_id>": "author expert",
    "DELETE /answers/<org>/<answer_id>": "author expert",
    "GET /answers/<org>/export": "author expert viewer",
    "POST /answers/<org>/import": "author expert",
    "GET /organisations/<org>": "author expert viewer",
    "GET /organisations/<org>/<path:rest>": "author expert viewer",
    "GET /organisations/<org>/audit": "viewer",
    "POST /organisations/<org>/delete": "",
    "POST /organisations/<org>/settings/guardrails/try": "viewer",
    "POST /organisations/<org>/settings/guardrails/ask": "",
    "POST /settings/<org>/guardrails/try": "viewer",
    "GET /organisations/<org>/contacts": "",
    "GET /organisations/<org>/contacts/export": "",
    "POST /organisations/<org>/contacts/consent": "",
    "POST /organisations/<org>/contacts/erase": "",
    "GET /organisations/<org>/conversations": "expert viewer",
    "GET /organisations/<org>/conversations/<contact>": "expert viewer",
    "POST /organisations/<org>/conversations/<contact>": "expert",
    "GET /organisations/<org>/conversations/<contact>/export": "expert viewer",
    "POST /organisations/<org>/conversations/<contact>/forget": "",
    "GET /organisations/<org>/inbox": "expert viewer",
    "GET /organisations/<org>/inbox/<item_id>": "expert viewer",
    "POST /organisations/<org>/inbox/<item_id>": "expert",
    "GET /organisations/<org>/flows": "author viewer",
    "POST /organisations/<org>/flows": "author",
    "GET /organisations/<org>/flows/<uuid>": "author viewer",
    "POST /organisations/<org>/flows/<uuid>/delete": "author",
    "GET /organisations/<org>/flows/<uuid>/export": "author viewer",
    "POST /organisations/<org>/flows/<uuid>/gate": "author",
    "POST /organisations/<org>/flows/<uuid>/publish": "author",
    "GET /organisations/<org>/asked": "author expert viewer",
    "GET /organisations/<org>/answers": "author expert viewer",
    "POST /organisations/<org>/answers": "author expert",
    "GET /organisations/<org>/answers/new": "author expert viewer",
    "POST /organisations/<org>/answers/draft": "author expert",
    "GET /organisations/<org>/answers/try": "author expert viewer",
    "POST /organisations/<org>/answers/import": "author expert",
    "GET /organisations/<org>/answers/export": "author expert viewer",
    "GET /organisations/<org>/answers/<answer_id>": "author expert viewer",
    "POST /organisations/<org>/answers/<answer_id>": "author expert",
    "POST /organisations/<org>/answers/<answer_id>/delete": "author expert",
    "GET /organisations/<org>/knowledge": "author expert viewer",
    "POST /organisations/<org>/knowledge": "author",
    "GET /organisations/<org>/knowledge/<base>": "author expert viewer",
    "GET /organisations/<org>/knowledge/<base>/search": "author expert viewer",
    "POST /organisations/<org>/knowledge/<base>/settings": "author",
    "POST /organisations/<org>/knowledge/<base>/delete": "author",
    "POST /organisations/<org>/knowledge/<base>/documents": "author",
    "POST /organisations/<org>/knowledge/<base>/documents/<document>/delete": "author",
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
    "GET /organisations/<org>/new-prompt": "author viewer",
    "POST /organisations/<org>/new-prompt": "author",
    "POST /organisations/<org>/new-prompt/draft": "author",
    "GET /organisations/<org>/prompt-wizard": "author viewer",
    "POST /organisations/<org>/prompt-wizard": "author",
    "GET /organisations/<org>/prompts": "author viewer",
    "GET /organisations/<org>/prompts/<name>": "author viewer",
    "POST /organisations/<org>/prompts/<name>": "author",
    "POST /organisations/<org>/prompts/<name>/delete": "author",
    "POST /organisations/<org>/prompts/<name>/draft": "author",
    "POST /organisations/<org>/prompts/<name>/gate": "author",
    "POST /organisations/<org>/prompts/<name>/live": "author",
    "POST /organisations/<org>/add-case": "author",
    "GET /organisations/<org>/flows/<uuid>/explore": "author viewer",
    "POST /organisations/<org>/flows/<uuid>/explore": "author",
    "GET /organisations/<org>/new-question-set": "author viewer",
    "POST /organisations/<org>/new-question-set": "author",
    "GET /organisations/<org>/question-sets": "author viewer",
    "GET /organisations/<org>/question-sets/<name>": "author viewer",
    "POST /organisations/<org>/question-sets/<name>/cases": "author",
    "POST /organisations/<org>/question-sets/<name>/delete": "author",
    "GET /organisations/<org>/question-sets/<name>/export": "author viewer",
    "POST /organisations/<org>/question-sets/<name>/import": "author",
    "POST /organisations/<org>/question-sets/<name>/runs": "author",
    "GET /organisations/<org>/question-sets/<name>/runs/<run_id>": "author viewer",
    f"GET {RUN}/calls/<request_id>": "author viewer",
    "GET /organisations/<org>/question-sets/<name>/runs/<run_id>/compare": "author viewer",
    "POST /organisations/<org>/question-sets/<name>/runs/<run_id>/delete": "author",
    "POST /organisations/<org>/question-sets/<name>/runs/<run_id>/labels": "author",
    "POST /organisations/<org>/question-sets/<name>/runs/<run_id>/stop": "author",
    "POST /organisations/<org>/question-sets/<name>/settings": "author",
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
    "GET /knowledge/<org>": "author expert viewer",
    "GET /knowledge/<org>/<base>": "author expert viewer",
    "PUT /knowledge/<org>/<base>": "author",
    "DELETE /knowledge/<org>/<base>": "author",
    "POST /knowledge/<org>/<base>/search": "author expert viewer",
    "GET /knowledge/<org>/<base>/documents": "author expert viewer",
    "POST /knowledge/<org>/<base>/documents": "author",
    "GET /knowledge/<org>/<base>/documents/<document>": "author expert viewer",
    "DELETE /knowledge/<org>/<base>/documents/<document>": "author",
    "GET /prompts/<org>": "author viewer",
    "GET /prompts/<org>/<name>": "author viewer",
    "GET /prompts/<org>/<name>/<int:number>": "author viewer",
    "POST /prompts/<org>/<name>": "author",
    "POST /prompts/<org>/<name>/live": "author",
    "GET /prompts/<org>/<name>/gate": "author viewer",
    "PUT /prompts/<org>/<name>/gate": "author",
    "DELETE /prompts/<org>/<name>/gate": "author",
    "DELETE /prompts/<org>/<name>": "author",
    "GET /question-sets/<org>/<name>/runs": "author viewer",
    "POST /question-sets/<org>/<name>/runs": "author",
    "GET /question-sets/<org>/<name>/runs/<run_id>": "author viewer",
    "DELETE /question-sets/<org>/<name>/runs/<run_id>": "author",
    "GET /question-sets/<org>/<name>/runs/<run_id>/compare/<other_id>": "author viewer",
    "POST /question-sets/<org>/<name>/runs/<run_id>/labels": "author",
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
    "int:number": "1",
    "run_id": "x",
    "other_id": "y",
    "request_id": "z",
    "org": "acme",
    "contact": "7",
    "uuid": "u",
    "node": "n",
    "job_id": "acme.0123456789abcdef012345",
    "case_id": "c",
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
