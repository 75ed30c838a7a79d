"""The client against every fault of the fake provider, over both transports."""

from __future__ import annotations

import contextlib
import email.utils
import time
from collections.abc import Callable
from typing import Any

import pytest

from flowhook import errors
from flowhook.errors import FlowhookError
from flowhook.providers.model_client import (
    FilesRequest,
    ModerationRequest,
    PictureRequest,
    SpeechRequest,
    TranscriptionRequest,
)
from flowhook.providers.requests import MAX_RETRIES
from tests.fakes.openai import FakeOpenAI, faults, sounds
from tests.fakes.openai.faults import Fault
from tests.flowhook.providers.asking import MESSAGES, Asker, OpenAsker, question
from tests.knowledge import vector_store

TRIES = MAX_RETRIES + 1
SECRETS = ("sk-fake", "Why is the sky blue")


def fails_as(kind: type[FlowhookError], call: Callable[[], Any]) -> FlowhookError:
    """The error of a call, which is exactly of this kind and tells no secret."""
    with pytest.raises(FlowhookError) as caught:
        call()
    assert type(caught.value) is kind, caught.value.message
    told = str(caught.value.as_dict())
    assert not any(secret in told for secret in SECRETS)
    return caught.value


def test_an_answer_comes_with_its_model_and_usage(asker: Asker, openai: FakeOpenAI) -> None:
    openai.say("Because of scattering.")
    completion = asker.client.chat(question())
    assert completion.first.require_text() == "Because of scattering."
    assert completion.model == asker.client.model == "gpt-6-luna"
    assert completion.usage is not None
    assert completion.usage.input_tokens > 0
    assert asker.client.usage == completion.usage
    asker.ask()
    assert asker.client.usage.input_tokens == 2 * completion.usage.input_tokens


def test_each_kind_of_request_is_answered_by_its_own_model(
    asker: Asker, openai: FakeOpenAI
) -> None:
    client = asker.client
    assert client.draw(PictureRequest("A kite")).pictures[0].content
    assert client.model == "gpt-image-2.5-flare"
    assert client.speak(SpeechRequest("Hello", "alloy")).content.startswith(b"OggS")
    assert openai.last.body["model"] == "gpt-4o-mini-tts"
    openai.say_transcript("Hello")
    file = ("speech.ogg", sounds.ogg_opus(3), "audio/ogg")
    assert client.transcribe(TranscriptionRequest(file)).text == "Hello"
    assert openai.last.body["model"] == "gpt-transcribe"
    assert client.moderate(ModerationRequest("Hello")).flagged is False
    assert openai.last.body["model"] == "omni-moderation-latest"
    files = FilesRequest(MESSAGES, "Be short.", vector_store(openai))
    assert client.answer_from_files(files).first.require_text()
    assert openai.last.body["model"] == "gpt-6-luna"
    assert "gpt-6-luna" in [model.id for model in client.models()]


def test_the_key_organisation_and_project_are_sent(
    open_asker: OpenAsker, openai: FakeOpenAI
) -> None:
    key = openai.add_key("sk-fake-own", organization="org-1", project="proj_1", needs_headers=True)
    open_asker(api_key=key, organization="org-1", project="proj_1").ask()
    sent = openai.last.headers
    assert sent["Authorization"] == "Bearer sk-fake-own"
    assert (sent["OpenAI-Organization"], sent["OpenAI-Project"]) == ("org-1", "proj_1")
    open_asker().ask()
    assert "OpenAI-Organization" not in openai.last.headers
    assert "OpenAI-Project" not in openai.last.headers


def test_connections_are_kept(asker: Asker, openai: FakeOpenAI) -> None:
    asker.ask()
    asker.ask()
    assert [asked.reused for asked in openai.requests] == [False, True]


# --- what cannot be mended by asking again ---

AT_ONCE: list[tuple[str, Fault, type[FlowhookError]]] = [
    ("400", faults.status(400), errors.ProviderRejected),
    ("401", faults.status(401), errors.InvalidApiKey),
    ("403", faults.status(403), errors.ProviderRejected),
    ("404 model", faults.status(404), errors.ModelNotFound),
    ("404 page", faults.status(404, body=b"<html>", content_type="text/html"),
     errors.ProviderRejected),
    ("422", faults.status(422), errors.ProviderRejected),
    ("418", faults.status(418), errors.ProviderRejected),
    ("too long", faults.status(400, code="context_length_exceeded"), errors.ProviderRejected),
    ("filter", faults.status(400, code="content_filter"), errors.ContentFilter),
    ("redirect", faults.redirect("http://127.0.0.1:1/v1"), errors.InvalidResponse),
    ("html", faults.html(), errors.InvalidResponse),
    ("not json", faults.not_json(), errors.InvalidResponse),
    ("empty body", faults.empty_body(), errors.InvalidResponse),
    ("json array", faults.json_array(), errors.InvalidResponse),
    ("empty choices", faults.empty_choices(), errors.InvalidResponse),
    ("null content", faults.null_content(), errors.InvalidResponse),
    ("huge", faults.huge_body(), errors.InvalidResponse),
    ("quota", faults.insufficient_quota(), errors.InsufficientQuota),
    ("credit", faults.insufficient_quota("credit_balance_exhausted"), errors.InsufficientQuota),
    ("spend", faults.insufficient_quota("project_spend_limit_exceeded"),
     errors.InsufficientQuota),
    ("told not to", faults.status(500, headers={"x-should-retry": "false"}),
     errors.ProviderError),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "kind"), [row[1:] for row in AT_ONCE], ids=[row[0] for row in AT_ONCE]
)
def test_some_failures_are_not_retried(
    asker: Asker, openai: FakeOpenAI, fault: Fault, kind: type[FlowhookError]
) -> None:
    openai.fail(fault)
    fails_as(kind, asker.ask)
    assert len(openai.requests) == 1
    assert asker.pauses == []
    asker.ask()  # and the client is as good as new


def test_a_wrong_key_is_named_without_being_repeated(open_asker: OpenAsker) -> None:
    asker = open_asker(api_key="sk-wrong-key-0123456789")
    error = fails_as(errors.InvalidApiKey, asker.ask)
    assert "sk-wrong" not in str(error.as_dict())


# --- what is asked again ---

RETRIED: list[tuple[str, Fault, type[FlowhookError]]] = [
    ("reset", faults.reset(), errors.ProviderError),
    ("disconnect", faults.disconnect(), errors.ProviderError),
    ("half answer", faults.half_answer(), errors.ProviderError),
    ("half chunked", faults.half_chunked(), errors.ProviderError),
    ("408", faults.status(408), errors.ProviderTimeout),
    ("409", faults.status(409), errors.ProviderError),
    ("429", faults.status(429), errors.ProviderRateLimited),
    ("500", faults.status(500), errors.ProviderError),
    ("html 502", faults.html_502(), errors.ProviderError),
    ("503", faults.status(503), errors.ProviderError),
    ("529", faults.status(529), errors.ProviderError),
    ("told to", faults.status(400, headers={"x-should-retry": "true"}), errors.ProviderRejected),
]
EVERY_RETRIED = pytest.mark.parametrize(
    ("fault", "kind"), [row[1:] for row in RETRIED], ids=[row[0] for row in RETRIED]
)


@EVERY_RETRIED
def test_two_failures_are_mended(
    asker: Asker, openai: FakeOpenAI, fault: Fault, kind: type[FlowhookError]
) -> None:
    openai.fail(fault, times=MAX_RETRIES)
    assert asker.ask()
    assert len(openai.requests) == TRIES
    assert len(asker.pauses) == MAX_RETRIES
    assert 0.375 <= asker.pauses[0] <= 0.5
    assert 0.75 <= asker.pauses[1] <= 1.0


@EVERY_RETRIED
def test_the_third_failure_is_the_answer(
    asker: Asker, openai: FakeOpenAI, fault: Fault, kind: type[FlowhookError]
) -> None:
    openai.fail(fault, times=None)
    fails_as(kind, asker.ask)
    assert len(openai.requests) == TRIES


def test_a_refused_connection_is_unavailable(open_asker: OpenAsker) -> None:
    asker = open_asker(base_url=FakeOpenAI.closed_base_url())
    fails_as(errors.ProviderUnavailable, asker.ask)
    assert len(asker.pauses) == MAX_RETRIES


def test_an_unknown_host_is_unavailable(open_asker: OpenAsker) -> None:
    fails_as(errors.ProviderUnavailable, open_asker(base_url="http://no-such.invalid/v1").ask)


def test_quota_is_not_retried_even_where_told_to(asker: Asker, openai: FakeOpenAI) -> None:
    openai.fail(
        faults.status(
            429,
            type="insufficient_quota",
            code="insufficient_quota",
            headers={"x-should-retry": "true", "retry-after": "1"},
        )
    )
    fails_as(errors.InsufficientQuota, asker.ask)
    assert len(openai.requests) == 1


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "1500.5"}, 1.5005),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after-ms": "100", "retry-after": "30"}, 0.1),
        ({"Retry-After": "2"}, 2.0),
    ],
)
def test_the_provider_says_how_long_to_wait(
    asker: Asker, openai: FakeOpenAI, headers: dict[str, str], pause: float
) -> None:
    openai.fail(faults.status(429, headers=headers))
    assert asker.ask()
    assert asker.pauses == [pytest.approx(pause)]


def test_the_provider_says_until_when_to_wait(asker: Asker, openai: FakeOpenAI) -> None:
    moment = email.utils.formatdate(time.time() + 10, usegmt=True)
    openai.fail(faults.status(503, headers={"retry-after": moment}))
    assert asker.ask()
    assert asker.pauses == [pytest.approx(9.5, abs=0.75)]


def test_a_moment_in_the_past_is_now(asker: Asker, openai: FakeOpenAI) -> None:
    headers = {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}
    openai.fail(faults.status(503, headers=headers))
    assert asker.ask()
    assert asker.pauses == [0.0]


@pytest.mark.parametrize("text", ["soon", "-5", "1e9", "NaN", "", "99999999999999"])
def test_nonsense_is_as_if_nothing_was_said(asker: Asker, openai: FakeOpenAI, text: str) -> None:
    openai.fail(faults.status(503, headers={"retry-after": text}))
    assert asker.ask()
    assert 0.375 <= asker.pauses[0] <= 0.5


def test_a_wait_of_more_than_two_minutes_stops(asker: Asker, openai: FakeOpenAI) -> None:
    openai.fail(faults.status(429, headers={"retry-after": "121"}))
    error = fails_as(errors.ProviderRateLimited, asker.ask)
    assert len(openai.requests) == 1
    assert error.retry_after_seconds is not None
    assert error.retry_after_seconds >= 120


def test_a_wait_that_does_not_fit_the_time_left_stops(
    open_asker: OpenAsker, openai: FakeOpenAI
) -> None:
    openai.fail(faults.status(429, headers={"retry-after": "30"}))
    asker = open_asker(timeout_seconds=20)
    error = fails_as(errors.ProviderRateLimited, asker.ask)
    assert error.retry_after_seconds == 30
    assert (len(openai.requests), asker.pauses) == (1, [])


# --- time ---


@pytest.mark.parametrize("fault", [faults.hang(), faults.slow(5)], ids=lambda fault: fault.name)
def test_the_whole_call_is_bounded_and_a_time_out_is_not_retried(
    open_asker: OpenAsker, openai: FakeOpenAI, fault: Fault
) -> None:
    openai.fail(fault, times=None)
    asker = open_asker(timeout_seconds=0.3)
    began = time.monotonic()
    fails_as(errors.ProviderTimeout, asker.ask)
    assert time.monotonic() - began >= 0.25
    assert len(openai.requests) == 1


def test_retries_and_all_stay_within_the_time(
    openai: FakeOpenAI, open_asker: OpenAsker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock that goes on with the pauses."""
    openai.fail(faults.status(500, headers={"retry-after": "8"}), times=None)
    asker, clock = open_asker(timeout_seconds=15), time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: clock() + sum(asker.pauses))
    fails_as(errors.ProviderError, asker.ask)
    assert (len(openai.requests), asker.pauses) == (2, [8.0])


# --- pooled connections ---


def test_an_idle_connection_that_was_closed_is_not_used(asker: Asker, openai: FakeOpenAI) -> None:
    asker.ask()
    assert openai.close_idle_connections() == 1
    asker.ask()
    assert (len(openai.requests), asker.pauses) == (2, [])


def test_a_connection_closed_after_the_answer_costs_one_retry_at_most(
    asker: Asker, openai: FakeOpenAI
) -> None:
    openai.fail(faults.close_after_answer())
    asker.ask()
    assert asker.ask()
    assert len(asker.pauses) <= 1


def test_a_connection_that_turns_out_stale_is_asked_again_anew(
    asker: Asker, openai: FakeOpenAI
) -> None:
    openai.fail(faults.stale())
    asker.ask()
    assert asker.ask()
    assert len(openai.requests) == 3


def test_what_a_broken_answer_left_behind_is_not_read_as_the_next(
    asker: Asker, openai: FakeOpenAI
) -> None:
    openai.say("the lost answer", "the next answer", "the answer after")
    openai.fail(faults.wrong_content_length())
    with contextlib.suppress(errors.InvalidResponse):  # or asked again, where it is noticed
        assert asker.ask() == "the next answer"
    assert asker.ask() in ("the next answer", "the answer after")


# --- what the model says ---


def test_a_refusal_is_no_answer(asker: Asker, openai: FakeOpenAI) -> None:
    openai.say_refusal()
    fails_as(errors.Refused, asker.ask)


def test_a_content_filter_is_no_answer(asker: Asker, openai: FakeOpenAI) -> None:
    openai.say_content_filter("Half a sen")
    fails_as(errors.ContentFilter, asker.ask)


def test_a_cut_off_text_is_an_answer_but_not_a_whole_one(asker: Asker, openai: FakeOpenAI) -> None:
    openai.say_cut_off("Half a sen")
    assert asker.ask() == "Half a sen"
    openai.say_cut_off("Half a sen")
    choice = asker.client.chat(question()).first
    fails_as(errors.Truncated, lambda: choice.require_text(whole=True))
    openai.say_cut_off("")
    fails_as(errors.Truncated, asker.ask)
