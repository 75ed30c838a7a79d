"""A question set's cases as CSV over HTTP, in and out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.answers.api.test_question_set_routes import FARM, PATH
from tests.fixtures_app import Answer, Service

CSV = "text/csv"


@pytest.fixture
def acme(service: Service) -> Service:
    service.organisation()
    assert service.admin("PUT", PATH, FARM).status == 201
    return service


def send(service: Service, raw: bytes, media_type: str = CSV, path: str = PATH) -> Answer:
    headers = {"Content-Type": media_type}
    return service.admin("POST", f"{path}/import", raw=raw, headers=headers)


def cases(service: Service, path: str = PATH) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.admin("GET", path).json["cases"]
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_hindi_out_of_excel_comes_in_right(acme: Service, encoding: str) -> None:
    text = 'Question;Answer;contains\r\n"बीज?\nकब?";"पहले; गेहूँ";"गेहूँ\nधान"\r\n'
    imported = send(acme, text.encode(encoding), "application/vnd.ms-excel; charset=x")
    assert imported.json == {"added": 1, "replaced": 0, "cases": 3}
    added = cases(acme)[2]
    assert added.pop("id")
    assert added == {
        "question": "बीज?\nकब?",
        "answer": "पहले; गेहूँ",
        "checks": [{"contains": ["गेहूँ", "धान"]}],
    }


def test_the_same_file_again_changes_nothing(acme: Service) -> None:
    raw = b"question,answer\nWhy?,So.\nHow?,Thus.\n"
    assert send(acme, raw).json == {"added": 2, "replaced": 0, "cases": 4}
    before = acme.admin("GET", PATH)
    assert send(acme, raw).json == {"added": 0, "replaced": 2, "cases": 4}
    assert acme.admin("GET", PATH).headers["ETag"] == before.headers["ETag"]
    assert send(acme, b"id,question\nseed,When?\n").json["replaced"] == 1
    assert cases(acme)[0] == {**FARM["cases"][0], "question": "When?"}


def test_what_is_exported_comes_in_as_the_same(acme: Service) -> None:
    exported = acme.admin("GET", f"{PATH}/export")
    assert exported.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert exported.headers["Content-Disposition"] == "attachment; filename=crops.csv"
    other = "/question-sets/acme/other"
    acme.admin("PUT", other, {"target": FARM["target"]})
    assert send(acme, exported.body, path=other).json["added"] == 2
    assert cases(acme, other) == FARM["cases"]
    assert acme.admin("GET", f"{other}/export").body == exported.body


def test_with_one_fault_nothing_is_stored(acme: Service) -> None:
    refused = send(acme, b"question,matches\nWhy?,x\nHow?,(\n")
    assert (refused.status, refused.error["type"]) == (400, "invalid_input")
    assert list(refused.error["fields"]) == ["row 3, matches"]
    assert cases(acme) == FARM["cases"]


@pytest.mark.parametrize(
    ("raw", "media_type", "status"),
    [
        (b"", CSV, 400),
        (b"\x00\x01\xff" * 100, CSV, 400),
        (b"PK\x03\x04 a workbook, not CSV", CSV, 400),
        (b"question\n" + b"\n" * 60_000, CSV, 400),
        (b'question\n"never ends', CSV, 400),
        (b"question\n" + b"," * 1_000_000 + b"x", CSV, 400),
        (b"question\n" + b"q\n" * 10_000, CSV, 413),
        (b"question\nx\n", "application/json", 415),
        (b"question\nx\n", "application/x-www-form-urlencoded", 415),
        (b"question\n" + b"x" * 8 * 1024 * 1024, CSV, 413),
    ],
)
def test_hostile_files_are_refused(acme: Service, raw: bytes, media_type: str, status: int) -> None:
    refused = send(acme, raw, media_type)
    assert (refused.status, len(refused.body) < 20_000) == (status, True), refused.body[:500]
    assert cases(acme) == FARM["cases"]


def test_a_set_that_is_not_there_takes_no_file(acme: Service) -> None:
    assert send(acme, b"question\nx\n", path="/question-sets/acme/none").status == 404
    assert acme.admin("GET", "/question-sets/acme/none/export").status == 404
