"""schemathesis reads /openapi.json and tries to break every operation of it.

Each answer must be one the document promises, in the shape it promises, and none may be a 500.
Checks about which wrong input is refused how are left out: our own tests say that more exactly.
"""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fixtures_app import ADMIN_TOKEN


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


def test_no_operation_answers_outside_the_document(service, openai):
    service.organisation(openai, org="acme")
    document = schemathesis.openapi.from_wsgi("/openapi.json", service.app)
    operations = [found.ok() for found in document.get_all_operations()]  # type: ignore[union-attr]
    assert len(operations) > 20
    for operation in operations:
        attack(operation)


def attack(operation) -> None:
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
        case.call_and_validate(headers=HEADERS, checks=CHECKS)

    answers_as_documented()
