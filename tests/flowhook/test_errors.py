"""The error classes against the table of the public contract."""

from __future__ import annotations

import pytest

from flowhook import errors
from flowhook.errors import FlowhookError, error_classes, read_error

TABLE = {
    400: "invalid_input empty_input unresolved_variable invalid_json",
    401: "unauthorized",
    403: "blocked forbidden inactive missing_api_key",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict gate_failed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "rate_limited budget_exceeded provider_rate_limited",
    500: "internal",
    502: "invalid_api_key insufficient_quota model_not_found refused content_filter truncated"
    " provider_rejected provider_error invalid_response",
    503: "provider_unavailable overloaded",
    504: "provider_timeout not_answered",
}
STATUSES = {name: status for status, names in TABLE.items() for name in names.split()}


def own() -> list[type[FlowhookError]]:
    return [found for found in error_classes() if found.__module__ == errors.__name__]


def test_the_types_are_those_of_the_contract() -> None:
    assert {found.type for found in own()} == set(STATUSES)


@pytest.mark.parametrize("found", own(), ids=lambda found: found.__name__)
def test_each_has_its_status_and_someone_who_fixes_it(found: type[FlowhookError]) -> None:
    assert found.status == (412 if found is errors.Changed else STATUSES[found.type])
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


def test_a_failure_answers_with_its_message_under_the_main_key_too() -> None:
    error = errors.NotFound("nothing here")
    plain = {"success": False, "error": error.as_dict(), "request_id": "r1"}
    assert error.answer("r1") == plain
    assert error.answer("r1", "response") == {**plain, "response": "nothing here"}


def test_what_may_succeed_later_is_retryable() -> None:
    assert {found.type for found in own() if found.retryable} == {
        *("provider_unavailable", "provider_error", "provider_timeout", "provider_rate_limited"),
        *("rate_limited", "overloaded"),
    }


@pytest.mark.parametrize("found", own(), ids=lambda found: found.__name__)
def test_an_error_that_was_told_is_read_again(found: type[FlowhookError]) -> None:
    error = found("wrong", fix="Mend it.", fields={"a": ["Missing."]})
    read = read_error(error.as_dict())
    assert read.as_dict() == error.as_dict()
    assert issubclass(found, type(read))


def test_an_error_of_an_unknown_type_is_read_as_the_services_own() -> None:
    told = {"type": "of_tomorrow", "message": "wrong", "fix": "Mend it."}
    assert read_error(told).as_dict() == {**told, "type": "internal"}
