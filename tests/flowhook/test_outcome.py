"""The one place where what goes wrong in a call becomes its outcome."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from flowhook.errors import EmptyInput, FlowhookError
from flowhook.outcome import as_error, failed

SECRET = "the contact's own words"


def raised(failure: Exception) -> Exception:
    try:
        raise failure
    except Exception as found:
        return found


def test_an_error_of_ours_stays_what_it_is() -> None:
    error = EmptyInput("question_text is empty")
    assert as_error(error, "r1") is error


def test_a_store_that_is_away_is_an_overload_that_may_pass() -> None:
    error = as_error(RedisConnectionError("redis://user:secret@host"), "r1")
    assert (error.type, error.status, error.retryable) == ("overloaded", 503, True)
    assert "secret" not in error.message


def test_what_is_unforeseen_is_logged_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        error = as_error(raised(KeyError(SECRET)), "r1")
    assert (error.type, error.retryable) == ("internal", False)
    [record] = caplog.records
    assert vars(record)["request_id"] == "r1"
    assert "builtins.KeyError" in caplog.text
    assert "in raised" in caplog.text
    assert SECRET not in caplog.text + error.message


def test_a_failure_has_its_status_and_its_json() -> None:
    error = EmptyInput("question_text is empty")
    outcome = failed(error, "r1", "parsed_msg")
    assert (outcome.status, outcome.error) == (400, error)
    assert outcome.answer == {
        "success": False,
        "error": error.as_dict(),
        "request_id": "r1",
        "parsed_msg": "question_text is empty",
    }


@pytest.mark.parametrize(
    ("asked", "status"), [(200, 200), ("200", 200), (500, 502), ("", 502), (None, 502), (True, 502)]
)
def test_the_body_may_ask_for_200(asked: Any, status: int) -> None:
    class Odd(FlowhookError):
        status = 502

    outcome = failed(Odd("odd"), "r1", body={"failure_status": asked})
    assert outcome.status == status
    assert outcome.answer["success"] is False
