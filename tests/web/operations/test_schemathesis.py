"""schemathesis reads /openapi.json and tries to break every operation of it.

Each answer must be one the document promises, in the shape it promises, and none may be a 500.
Checks about which wrong input is refused how are left out: our own tests say that more exactly.
"""

from __future__ import annotations

import pytest
import schemathesis
from flask import Response
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from flowhook.organisations.schemas import SECTIONS
from tests.fixtures_app import ADMIN_TOKEN
from webhooks.registry import load_functions


def no_500(context, response, case):
    """A 502 or 503 can be the honest answer of a provider; a 500 never is."""
    assert response.status_code != 500, response.text


load_all_checks()
CHECKS = [
    no_500,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
HEADERS = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
EXAMPLES = 25


def operations_of(service, openai):
    """Every operation that the document names, checked to be every one that the service has."""
    service.organisation(openai, org="acme")
    document = schemathesis.openapi.from_wsgi("/openapi.json", service.app)
    operations = [found.ok() for found in document.get_all_operations()]  # type: ignore[union-attr]
    methods = {(operation.method.upper(), operation.path) for operation in operations}
    functions = load_functions()
    assert {("POST", f"/webhooks/{name}") for name in functions.names()} < methods
    assert {("GET", f"/webhooks/{one.name}") for one in functions if one.show} < methods
    assert {("PUT", f"/settings/{{org}}/{section}") for section in SECTIONS} < methods
    return operations


def test_no_operation_answers_outside_the_document(service, openai):
    for operation in operations_of(service, openai):
        attack(operation)


def test_no_function_answers_outside_the_document_in_xml(service, openai):
    """Bodies in XML or JSON, as the document offers both; answers in XML."""
    called = [one for one in operations_of(service, openai) if one.path.startswith("/webhooks/")]
    asked_as: set[str | None] = set()
    for operation in called:
        attack(operation, asked_as=asked_as, Accept="application/xml")
    assert asked_as >= {None, "application/json", "application/xml"}


@pytest.mark.parametrize(
    "wrong",
    [
        Response(b"{}", mimetype="text/html"),
        Response(b"[]", mimetype="application/json"),
        Response(b"{}", 404, mimetype="application/json"),
        Response(b"{}", 500, mimetype="application/json"),
    ],
)
def test_an_answer_outside_the_document_is_found(service, openai, wrong):
    [operation] = [one for one in operations_of(service, openai) if one.path == "/healthz"]
    rules = {rule.rule: rule.endpoint for rule in service.app.url_map.iter_rules()}
    service.app.view_functions[rules["/healthz"]] = lambda: wrong
    with pytest.raises((FailureGroup, AssertionError)):
        attack(operation)


def attack(operation, asked_as=None, **headers) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def answers_as_documented(case):
        if "org" in (case.path_parameters or {}) and case.method != "DELETE":
            case.path_parameters["org"] = "acme"
        if isinstance(case.body, dict):
            case.body["organization_id"] = "acme"
        if asked_as is not None:
            asked_as.add(case.media_type)
        case.call_and_validate(headers={**HEADERS, **headers}, checks=CHECKS)

    answers_as_documented()
