"""What the body and headers of a call say of its caller."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.errors import InvalidInput
from flowhook.jobs.call import Call, new_job_id, organisation_of_job, wait_seconds


@pytest.mark.parametrize(
    ("body", "prefer", "seconds"),
    [
        ({}, "", None),
        ({"wait_seconds": ""}, "", None),
        ({"wait_seconds": "2.5"}, "wait=9", 2.5),
        ({"wait_seconds": 0}, "", 0.0),
        ({}, "wait=4", 4.0),
        ({}, 'handling=lenient, Wait = "7"', 7.0),
        ({}, "wait=999999", 120.0),
        ({}, "respond-async", 0.0),
        ({}, "respond-async, wait=3", 3.0),
        ({}, "unrespond-async", None),
        ({"callback_url": "https://x.example"}, "", 0.0),
        ({"callback_url": ""}, "", None),
    ],
)
def test_how_long_a_caller_waits(body: dict[str, Any], prefer: str, seconds: float | None) -> None:
    assert wait_seconds(body, prefer) == seconds


@pytest.mark.parametrize("asked", [-1, 121, "soon", True, [4], {"s": 4}, "nan"])
def test_a_wait_that_is_no_time_is_refused(asked: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        wait_seconds({"wait_seconds": asked})
    assert list(refused.value.fields or {}) == ["wait_seconds"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"contact_id": "7", "flow_id": "3"}, True),
        ({"contact": {"id": 7}, "flow": {"id": 3}}, True),
        ({"contact_id": "7", "flow": {"id": 3}}, True),
        ({"contact_id": "7"}, False),
        ({"flow_id": "3"}, False),
        ({"contact_id": "", "contact": {}, "flow_id": "3"}, False),
        ({}, False),
    ],
)
def test_a_call_of_a_flow_names_contact_and_flow(body: dict[str, Any], expected: bool) -> None:
    assert Call("acme", "chat", body, "r1").comes_from_flow is expected


def test_a_jobs_id_names_its_organisation() -> None:
    assert organisation_of_job(new_job_id("acme")) == "acme"
    assert organisation_of_job("acme.short") is None
