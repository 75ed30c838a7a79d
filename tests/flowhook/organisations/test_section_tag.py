"""What a section's ETag tells, and what If-Match keeps from being lost."""

from __future__ import annotations

import pytest

from flowhook.organisations.section_tag import changed_since, section_tag
from flowhook.redis.connect import Client
from tests.fixtures_app import OpenService, Service

NAMES = ("a", "b", "c", "d")
STORED = {b"limits:": b"1", b"limits:a": b"1", b"limits:b": b"2", b"openai:a": b"9"}
PATH = "/settings/acme/limits"


def test_a_tag_names_what_was_added_changed_and_removed() -> None:
    tag = section_tag(STORED, "limits")
    assert changed_since(tag, STORED, "limits", NAMES) is None
    assert changed_since("*", STORED, "limits", NAMES) is None
    assert changed_since(tag, {**STORED, b"openai:a": b"8"}, "limits", NAMES) is None
    later = {b"limits:": b"1", b"limits:b": b"3", b"limits:c": b"1"}
    assert changed_since(tag, later, "limits", NAMES) == ["a", "b", "c"]


@pytest.mark.parametrize("tag", ["", "x", "!!!", "é", "AAAAAAAAAAA="])
def test_another_tag_fits_nothing(tag: str) -> None:
    assert changed_since(tag, STORED, "limits", NAMES) is not None


@pytest.fixture
def acme(open_service: OpenService, any_redis: Client) -> Service:
    service = open_service(any_redis)
    service.operator("PUT", PATH, {"requests_per_minute": 600, "concurrent_calls": 5})
    return service


def tag_of(acme: Service) -> str:
    return str(acme.operator("GET", PATH).headers["ETag"])


def test_every_answer_with_a_section_has_its_tag(acme: Service) -> None:
    tag = tag_of(acme)
    assert tag == tag_of(acme)
    assert tag == acme.operator("HEAD", PATH).headers["ETag"]
    changed = acme.operator("PATCH", PATH, {"concurrent_calls": 6}, headers={"If-Match": tag})
    assert changed.status == 200
    assert changed.headers["ETag"] == tag_of(acme) != tag
    replaced = acme.operator(
        "PUT", PATH, {"concurrent_calls": 6}, headers={"If-Match": tag_of(acme)}
    )
    assert (replaced.status, replaced.headers["ETag"]) == (200, tag_of(acme))


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_tag_that_no_longer_fits_is_refused_by_what_changed(acme: Service, method: str) -> None:
    tag = tag_of(acme)
    acme.operator("PATCH", PATH, {"requests_per_minute": None, "monthly_tokens": 9})
    before = acme.operator("GET", PATH).json
    body = None if method == "DELETE" else {"concurrent_calls": 1}
    refused = acme.operator(method, PATH, body, headers={"If-Match": tag})
    assert (refused.status, refused.error["type"]) == (412, "conflict")
    assert set(refused.error["fields"]) == {"monthly_tokens", "requests_per_minute"}
    assert "by operator at 20" in refused.error["fields"]["monthly_tokens"][0]
    assert acme.operator("GET", PATH).json == before
    assert acme.operator(method, PATH, body, headers={"If-Match": tag_of(acme)}).status in (
        200,
        204,
    )


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_section_that_is_gone_fits_no_tag(acme: Service, method: str) -> None:
    tag = tag_of(acme)
    acme.operator("DELETE", PATH)
    refused = acme.operator(method, PATH, {"concurrent_calls": 1}, headers={"If-Match": tag})
    assert (refused.status, refused.error["type"]) == (412, "conflict")
    assert acme.operator("GET", PATH).status == 404
    assert acme.operator("PUT", PATH, {"concurrent_calls": 1}).status == 201
    assert (
        acme.operator("PUT", PATH, {"concurrent_calls": 1}, headers={"If-Match": "*"}).status == 200
    )


def test_of_several_tags_one_has_to_fit(acme: Service) -> None:
    several = {"If-Match": f'"x", {tag_of(acme)}, "y"'}
    changed = acme.operator("PATCH", PATH, {"concurrent_calls": 6}, headers=several)
    assert changed.status == 200
    stale = acme.operator("PATCH", PATH, {"concurrent_calls": 7}, headers=several)
    assert stale.status == 412
    removed = acme.operator("DELETE", PATH, headers={"If-Match": f'"x", W/{tag_of(acme)}'})
    assert (removed.status, "Content-Type" in removed.headers) == (204, False)
