"""Errors inside replies of status 200."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.providers.openai.hidden_errors import with_true_status
from flowhook.providers.transport import HttpReply
from tests.flowhook.providers.openai.replies import reply

HALF = {"message": {"content": "Because the"}, "finish_reason": "error"}
WHOLE = {"message": {"content": "Because."}, "finish_reason": "stop"}


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"error": {"code": 429, "message": "slow down"}, "choices": None}, 429),
        ({"error": {"code": "503", "message": "no instances"}}, 503),
        ({"error": {"type": "invalid_request_error", "message": "x"}}, 400),
        ({"error": "out of memory"}, 502),
        ({"error": {"code": 200, "message": "odd"}}, 502),
        ({"choices": [HALF]}, 502),
        ({"choices": [{**HALF, "error": {"code": 504, "message": "x"}}]}, 504),
        ({"status": "failed", "error": {"code": "rate_limit_exceeded"}, "output": []}, 429),
        ({"status": "failed", "error": {"code": "vector_store_timeout"}, "output": []}, 408),
        ({"status": "failed", "error": None, "output": []}, 502),
        ({"choices": [WHOLE, HALF]}, 200),
        ({"choices": [WHOLE], "error": None}, 200),
        ({"choices": [WHOLE], "error": {}}, 200),
        ({"choices": [], "note": "error"}, 200),
        (["error"], 200),
    ],
)
def test_an_error_inside_counts_as_its_status(answer: Any, status: int) -> None:
    assert with_true_status(reply(answer)).status == status


def test_what_is_no_json_stays_as_it_is() -> None:
    sound = HttpReply(200, {}, b'OggS "error" \x00')
    assert with_true_status(sound) is sound
