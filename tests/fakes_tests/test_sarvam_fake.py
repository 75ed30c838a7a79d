"""The fake of Sarvam refuses what Sarvam refuses, in its words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.fakes.openai import sounds
from tests.fakes.sarvam import BATCH, KEY, FakeSarvam

HELLO = {"text": "Hello", "target_language_code": "en-IN"}
NOTE = sounds.wav(bytes(16_000), 8_000)


@pytest.fixture
def sarvam() -> Iterator[FakeSarvam]:
    with FakeSarvam() as fake:
        yield fake


def ask(
    sarvam: FakeSarvam, path: str, body: Any = None, method: str = "POST", key: str = KEY
) -> requests.Response:
    headers = {"api-subscription-key": key}
    return requests.request(method, sarvam.url + path, json=body, headers=headers, timeout=10)


def code_of(answer: requests.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    assert set(error) == {"message", "code", "request_id"}
    return answer.status_code, error["code"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 200),
        ({"text": "a" * 2500}, 200),
        ({"text": "a" * 2501}, 400),
        ({"text": ""}, 400),
        ({"target_language_code": "or-IN"}, 422),
        ({"target_language_code": "ur-IN"}, 422),
        ({"speaker": "anushka"}, 400),
        ({"speaker": "anushka", "model": "bulbul:v2"}, 200),
        ({"text": "a" * 1501, "model": "bulbul:v2"}, 400),
        ({"model": "tts-1"}, 422),
        ({"pace": 2.1}, 422),
        ({"output_audio_codec": "opus"}, 422),
    ],
)
def test_speech_has_rules(sarvam: FakeSarvam, changes: dict[str, Any], status: int) -> None:
    assert ask(sarvam, "/text-to-speech", HELLO | changes).status_code == status


def test_a_language_is_required(sarvam: FakeSarvam) -> None:
    assert ask(sarvam, "/text-to-speech", {"text": "Hello"}).status_code == 422
    sarvam.wants_new_name = True
    assert ask(sarvam, "/text-to-speech", HELLO).status_code == 422
    body = {"text": "Hello", "language_code": "en-IN"}
    assert ask(sarvam, "/text-to-speech", body).status_code == 200


def test_keys_and_credits_are_checked(sarvam: FakeSarvam) -> None:
    wrong = ask(sarvam, "/text-to-speech", HELLO, key="Bearer x")
    assert code_of(wrong) == (403, "invalid_api_key_error")
    sarvam.credits = 1
    assert ask(sarvam, "/text-to-speech", HELLO).status_code == 200
    spent = ask(sarvam, "/text-to-speech", HELLO)
    assert code_of(spent) == (429, "insufficient_quota_error")


def test_the_steps_of_a_job_have_an_order(sarvam: FakeSarvam) -> None:
    begun = ask(sarvam, BATCH, {"job_parameters": {"model": "saaras:v3"}})
    assert (begun.status_code, begun.json()["job_state"]) == (202, "Accepted")
    job = begun.json()["job_id"]
    assert ask(sarvam, f"{BATCH}/{job}/start").status_code == 400
    files = {"job_id": job, "files": ["a.wav"]}
    url = ask(sarvam, f"{BATCH}/upload-files", files).json()["upload_urls"]["a.wav"]["file_url"]
    assert requests.put(url, NOTE, timeout=10).status_code == 400
    stored = {"x-ms-blob-type": "BlockBlob"}
    assert requests.put(url, NOTE, headers=stored, timeout=10).status_code == 201
    result = {"job_id": job, "files": ["0.json"]}
    assert ask(sarvam, f"{BATCH}/download-files", result).status_code == 400
    assert ask(sarvam, f"{BATCH}/{job}/start").json()["job_state"] == "Pending"
    assert ask(sarvam, f"{BATCH}/{job}/start").status_code == 400
    status = ask(sarvam, f"{BATCH}/{job}/status", method="GET").json()
    assert status["job_details"][0]["outputs"][0]["file_name"] == "0.json"
    links = ask(sarvam, f"{BATCH}/download-files", result).json()["download_urls"]
    assert requests.get(links["0.json"]["file_url"], timeout=10).json()["transcript"]


def test_unknown_jobs_and_paths_are_not_found(sarvam: FakeSarvam) -> None:
    for path in (f"{BATCH}/none/status", f"{BATCH}/none", "/translate"):
        assert code_of(ask(sarvam, path, method="GET")) == (404, "not_found_error")


def test_a_key_at_the_storage_and_unknown_fields_are_violations(sarvam: FakeSarvam) -> None:
    job = ask(sarvam, BATCH, {"job_parameters": {}}).json()["job_id"]
    ask(sarvam, f"/storage/in/{job}", {}, method="PUT")
    ask(sarvam, "/text-to-speech", HELLO | {"speed": 2})
    assert len(sarvam.violations) == 2
    sarvam.violations.clear()
