"""The worker's last resort: what it tells of requests that no application answered."""

from __future__ import annotations

import json
import logging
import socket
import time
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from gunicorn import util
from gunicorn.http.errors import InvalidHeader, InvalidResponseHeader, LimitRequestLine

from service.gunicorn_worker import FlowhookWorker, http_date
from tests.versions import check_versions


@pytest.mark.parametrize(
    ("failure", "status", "error_type"),
    [
        (InvalidHeader("x"), 400, "invalid_input"),
        (LimitRequestLine(9000, 8190), 413, "too_large"),
        (InvalidResponseHeader("x"), 500, "internal"),
        (RuntimeError("what a contact said"), 500, "internal"),
    ],
)
def test_only_what_a_client_did_wrong_is_called_malformed(
    failure: Exception, status: int, error_type: str, caplog: pytest.LogCaptureFixture
) -> None:
    worker = cast(FlowhookWorker, SimpleNamespace(log=logging.getLogger("worker")))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        FlowhookWorker.handle_error(worker, None, ours, None, failure)
        head, _, body = theirs.recv(65_536).partition(b"\r\n\r\n")
    found: dict[str, Any] = json.loads(body)
    assert (int(head.split()[1]), found["error"]["type"]) == (status, error_type)
    assert b"contact" not in body
    logged = [vars(record)["request_id"] for record in caplog.records]
    assert logged == ([found["request_id"]] if status == 500 else [])


def test_the_date_of_an_answer_is_the_second_it_leaves_in() -> None:
    assert http_date(784111777.9) == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert http_date(784111778.1) == "Sun, 06 Nov 1994 08:49:38 GMT"
    before = int(time.time())
    shown = parsedate_to_datetime(http_date()).timestamp()
    assert before <= shown <= time.time()
    assert util.http_date is http_date


def test_the_gunicorn_whose_worker_master_and_logger_are_extended() -> None:
    check_versions("gunicorn", ">=27.0.1,<27.1")
