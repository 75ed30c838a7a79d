"""The error classes against the table of the public contract."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flowhook import errors
from flowhook.errors import FlowhookError

TABLE = {
    400: "invalid_input empty_input unresolved_variable invalid_json",
    401: "unauthorized",
    403: "forbidden inactive missing_api_key",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    429: "rate_limited budget_exceeded provider_rate_limited",
    500: "internal",
    502: "invalid_api_key insufficient_quota model_not_found refused content_filter truncated"
    " provider_rejected provider_error invalid_response",
    503: "provider_unavailable overloaded",
    504: "provider_timeout",
}
STATUSES = {name: status for status, names in TABLE.items() for name in names.split()}


def every(root: type[FlowhookError] = FlowhookError) -> Iterator[type[FlowhookError]]:
    for child in root.__subclasses__():
        yield child
        yield from every(child)


def own() -> list[type[FlowhookError]]:
    return [found for found in every() if found.__module__ == errors.__name__]


def test_the_types_are_those_of_the_contract() -> None:
    assert {found.type for found in own()} == set(STATUSES)


@pytest.mark.parametrize("found", own(), ids=lambda found: found.__name__)
def test_each_has_its_status_and_someone_who_fixes_it(found: type[FlowhookError]) -> None:
    assert found.status == STATUSES[found.type]
    assert found.fixed_by in (
        errors.FLOW_AUTHOR,
        errors.CALLER,
        errors.ORGANISATION_ADMIN,
        errors.OPERATOR,
        errors.PROVIDER,
    )
    assert found.fix.endswith((".", '".'))


def test_an_error_tells_type_message_and_fix() -> None:
    assert errors.NotFound("nothing here").as_dict() == {
        "type": "not_found",
        "message": "nothing here",
        "fix": errors.NotFound.fix,
    }


def test_an_error_may_bring_its_own_fix_and_fields() -> None:
    error = errors.InvalidInput("wrong", fix="Do it right.", fields={"a": ["Missing."]})
    assert error.as_dict()["fix"] == "Do it right."
    assert error.as_dict()["fields"] == {"a": ["Missing."]}
    assert errors.InvalidInput.fix != "Do it right."
