"""Texts read aloud over the Realtime API, at the fake server that speaks its events."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from flowhook import errors
from flowhook.providers.model_client import Speech, SpeechRequest, Usage
from flowhook.providers.openai import realtime
from flowhook.providers.openai.realtime import ReadAloud
from flowhook.providers.transport import ReplyTooLarge
from tests.examples import check_examples
from tests.fakes.openai import FakeOpenAI, faults
from tests.fakes.openai.readings import Reading
from tests.fakes.openai.realtime import VOICES
from tests.flowhook.providers.asking import Asker, OpenAsker
from webhooks.media.speech import VOICES as OFFERED

MODEL = "gpt-realtime-2.1-mini"
TEXT = "The school opens at nine. Bring your own lunch!"
OTHER = "Good morning, the school opens at nine, and lunch is yours to bring."


@pytest.fixture
def speaker(open_asker: OpenAsker) -> Asker:
    return open_asker(speech_model=MODEL)


def speak(speaker: Asker, text: str = TEXT, **more: Any) -> Speech:
    return speaker.client.speak(SpeechRequest(text, **{"voice": "coral", **more}))


def events(openai: FakeOpenAI, kind: str = "response.create") -> list[dict[str, Any]]:
    """The events of a kind, of all conversations."""
    return [
        event
        for asked in openai.asked("/realtime")
        for event in asked.body
        if event["type"] == kind
    ]


def test_a_text_is_read_word_for_word_as_mp3(speaker: Asker, openai: FakeOpenAI) -> None:
    speech = speak(speaker, language="Hindi")
    assert (speech.content_type, speech.spoken) == ("audio/mpeg", None)
    assert speech.content[:2] in (b"\xff\xf3", b"\xff\xfb")  # MPEG-2 and MPEG-1, layer III
    assert openai.last.query == {"model": MODEL}
    assert openai.last.headers["Authorization"] == f"Bearer {openai.key}"
    [update] = events(openai, "session.update")
    assert update["session"]["output_modalities"] == ["audio"]
    assert update["session"]["audio"]["output"]["voice"] == "coral"
    assert "word for word" in update["session"]["instructions"]
    assert "Hindi" in update["session"]["instructions"]
    [create] = events(openai)
    assert create["response"]["conversation"] == "none"
    assert create["response"]["max_output_tokens"] == 4096
    assert openai.last.heard == [("user", TEXT)]
    assert speaker.client.model == MODEL


def test_what_it_cost_is_counted_over_all_readings(speaker: Asker, openai: FakeOpenAI) -> None:
    speak(speaker)
    once = speaker.client.usage
    assert once.input_tokens > 0
    assert once.output_tokens > 0
    openai.read_aloud(Reading(says=OTHER))
    speak(speaker)
    assert speaker.client.usage.input_tokens == 3 * once.input_tokens
    assert speaker.client.usage.output_tokens > 3 * once.output_tokens
    assert isinstance(once, Usage)


def test_what_failed_is_counted_too(speaker: Asker, openai: FakeOpenAI) -> None:
    readings = [Reading(has_sound=False), Reading(says="Sure, how can I help you today?")]
    openai.read_aloud(*readings)
    with pytest.raises(errors.InvalidResponse):
        speak(speaker)
    used = speaker.client.usage
    assert used.input_tokens + used.output_tokens == openai.account(openai.key).used_tokens


@pytest.mark.parametrize(
    "says",
    [
        "the school opens at nine bring your own lunch",
        TEXT.upper(),
        "The school opens… at nine — Bring your own lunch",
    ],
)
def test_case_and_punctuation_are_not_heard(speaker: Asker, openai: FakeOpenAI, says: str) -> None:
    openai.read_aloud(Reading(says=says))
    assert speak(speaker).spoken is None
    assert len(events(openai)) == 1


def test_what_is_worded_otherwise_is_asked_for_once_more(
    speaker: Asker, openai: FakeOpenAI
) -> None:
    openai.read_aloud(Reading(says=OTHER))
    assert speak(speaker).spoken is None
    assert len(events(openai)) == 2
    assert len(openai.asked("/realtime")) == 1  # on the same connection


@pytest.mark.parametrize("closer_first", [True, False])
def test_the_closer_of_two_readings_is_taken_and_told(
    speaker: Asker, openai: FakeOpenAI, closer_first: bool
) -> None:
    closer = "The school opens at nine. Please bring your own lunch!"
    says = [closer, OTHER] if closer_first else [OTHER, closer]
    openai.read_aloud(*(Reading(says=text) for text in says))
    assert speak(speaker).spoken == closer
    assert len(events(openai)) == 2


def test_another_text_is_no_reading(speaker: Asker, openai: FakeOpenAI) -> None:
    openai.read_aloud(Reading(says="Sure, how can I help?"), Reading(says="At nine, I think."))
    with pytest.raises(errors.InvalidResponse, match="something else than the text"):
        speak(speaker)


def test_an_answer_in_text_only_is_asked_for_once_more(speaker: Asker, openai: FakeOpenAI) -> None:
    openai.read_aloud(Reading(has_sound=False))
    assert speak(speaker).content
    openai.read_aloud(Reading(has_sound=False), Reading(has_sound=False))
    with pytest.raises(errors.InvalidResponse, match="in text only"):
        speak(speaker)
    assert len(events(openai)) == 4
    openai.read_aloud(Reading(says=OTHER), Reading(has_sound=False))
    assert speak(speaker).spoken == OTHER


def test_a_long_text_is_read_in_passages_all_at_once(speaker: Asker, openai: FakeOpenAI) -> None:
    sentences = [f"This is sentence number {number} of a long answer." for number in range(60)]
    openai.read_aloud(Reading(), Reading(says="Nothing of the kind."))
    speech = speak(speaker, " ".join(sentences))
    assert speech.spoken is None
    asked = [text for _, text in openai.last.heard]
    assert len(asked) == 6  # five passages, one of them twice
    assert asked[-1] == asked[1]
    assert " ".join(asked[:-1]) == " ".join(sentences)
    assert all(len(text) <= 600 for text in asked)
    assert len(speech.content) > len(speak(speaker, sentences[0]).content)


@pytest.mark.parametrize("voice", OFFERED)
def test_a_voice_that_realtime_lacks_is_spoken_by_the_nearest(
    speaker: Asker, openai: FakeOpenAI, voice: str
) -> None:
    speak(speaker, "Hello", voice=voice)
    [update] = events(openai, "session.update")
    assert update["session"]["audio"]["output"]["voice"] == (
        voice if voice in VOICES else realtime.NEAREST_VOICES[voice]
    )


# --- errors ---


def test_a_wrong_key_is_told_after_the_connection_opened(
    open_asker: OpenAsker, openai: FakeOpenAI
) -> None:
    with pytest.raises(errors.InvalidApiKey):
        speak(open_asker(speech_model=MODEL, api_key="sk-wrong-0123456789"))
    assert len(openai.requests) == 1


@pytest.mark.parametrize("model", ["gpt-realtime-9", "gpt-realtime-x-mini"])
def test_an_unknown_model(open_asker: OpenAsker, openai: FakeOpenAI, model: str) -> None:
    with pytest.raises(errors.ModelNotFound):
        speak(open_asker(speech_model=model))
    assert len(openai.requests) == 1


@pytest.mark.parametrize(
    ("failure", "error", "tries"),
    [
        (("insufficient_quota", "insufficient_quota"), errors.InsufficientQuota, 1),
        (("invalid_request_error", "credit_balance_exhausted"), errors.InsufficientQuota, 1),
        (("invalid_request_error", "model_not_found"), errors.ModelNotFound, 1),
        (("invalid_request_error", "rate_limit_exceeded"), errors.ProviderRateLimited, 3),
        (("tokens", "rate_limit_exceeded"), errors.ProviderRateLimited, 3),
        (("server_error", "server_error"), errors.ProviderError, 3),
        (("invalid_request_error", "invalid_value"), errors.ProviderRejected, 1),
    ],
)
def test_a_response_that_failed_is_the_error_that_it_names(
    speaker: Asker, openai: FakeOpenAI, failure: tuple[str, str], error: type[Exception], tries: int
) -> None:
    openai.read_aloud(*[Reading(failure=failure)] * tries)
    with pytest.raises(error):
        speak(speaker)
    assert len(openai.requests) == tries


@pytest.mark.parametrize(
    ("cut_by", "error"),
    [("max_output_tokens", errors.Truncated), ("content_filter", errors.ContentFilter)],
)
def test_half_a_speech_is_none(
    speaker: Asker, openai: FakeOpenAI, cut_by: str, error: type[Exception]
) -> None:
    openai.read_aloud(Reading(cut_by=cut_by))
    with pytest.raises(error):
        speak(speaker)


@pytest.mark.parametrize("times", [1, 2])
def test_a_connection_that_drops_is_tried_again(
    speaker: Asker, openai: FakeOpenAI, times: int
) -> None:
    openai.read_aloud(*[Reading(drops=True)] * times)
    assert speak(speaker).spoken is None
    assert len(speaker.pauses) == times


def test_a_connection_that_always_drops_is_an_error(speaker: Asker, openai: FakeOpenAI) -> None:
    openai.read_aloud(*[Reading(drops=True)] * 3)
    with pytest.raises(errors.ProviderError, match="broke off"):
        speak(speaker)


@pytest.mark.parametrize("lies", ["[]", "{", '"x"'])
def test_what_is_no_event_is_said(speaker: Asker, openai: FakeOpenAI, lies: str) -> None:
    openai.read_aloud(Reading(lies=lies))
    with pytest.raises(errors.InvalidResponse, match="event"):
        speak(speaker)


@pytest.mark.parametrize("delta", ["?", "AAA", 5, None])
def test_sound_that_is_no_base64_is_said(speaker: Asker, openai: FakeOpenAI, delta: Any) -> None:
    event = {"type": "response.output_audio.delta", "response_id": "r", "delta": delta}
    openai.read_aloud(Reading(lies=json.dumps(event)))
    with pytest.raises(errors.InvalidResponse, match="base64"):
        speak(speaker)


def test_more_sound_than_any_text_needs_is_refused(
    speaker: Asker, openai: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime, "MAX_SOUND_BYTES", 100_000)
    openai.read_aloud(Reading(sound_bytes=200_000))
    with pytest.raises(errors.InvalidResponse, match="longer"):
        speak(speaker)


def test_silence_ends_at_the_time_out(open_asker: OpenAsker, openai: FakeOpenAI) -> None:
    openai.read_aloud(Reading(hangs=True))
    with pytest.raises(errors.ProviderTimeout):
        speak(open_asker(speech_model=MODEL, timeout_seconds=0.5))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.status(401), errors.InvalidApiKey),
        (faults.status(404), errors.ModelNotFound),
        (faults.status(404, body=b"Not Found"), errors.ProviderRejected),
        (faults.html_502(), errors.ProviderError),
        (faults.html(), errors.ProviderRejected),
        (faults.empty_body(), errors.ProviderRejected),
        (faults.insufficient_quota(), errors.InsufficientQuota),
        (faults.reset(), errors.ProviderError),
        (faults.disconnect(), errors.ProviderError),
        (faults.half_answer(), errors.ProviderError),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_server_that_opens_no_websocket(
    speaker: Asker, openai: FakeOpenAI, fault: faults.Fault, error: type[Exception]
) -> None:
    openai.fail(fault, times=None, path="/realtime")
    with pytest.raises(error):
        speak(speaker)
    openai.violations.clear()  # the fake has no endpoint for the other half of an answer


def test_the_sound_is_whole(speaker: Asker, openai: FakeOpenAI) -> None:
    openai.read_aloud(Reading(sound_bytes=48_000 * 10))
    speech = speak(speaker)
    seconds = len(speech.content) * 8 / 48_000
    assert 9.9 < seconds < 10.2


def test_a_transcript_longer_than_any_text_is_refused() -> None:
    dialogue = reading()
    with pytest.raises(ReplyTooLarge):
        for _ in range(100):
            hear(dialogue, "response.output_audio_transcript.done", transcript="so " * 100)


def test_more_readings_than_were_asked_for_are_refused() -> None:
    dialogue = reading()
    with pytest.raises(errors.InvalidResponse, match="more readings"):
        for number in range(100):
            hear(dialogue, "response.output_audio.delta", response_id=str(number), delta="")


def test_a_session_begins_once() -> None:
    assert hear(reading(), "session.created") == []


# --- what servers may leave out ---


def reading(text: str = TEXT) -> ReadAloud:
    """A dialogue whose passages have been asked for."""
    dialogue = ReadAloud(SpeechRequest(text, "alloy"), MODEL)
    assert len(list(hear(dialogue, "session.created"))) == 1 + len(dialogue.passages)
    return dialogue


def hear(dialogue: ReadAloud, kind: str, **values: Any) -> list[str]:
    return list(dialogue.hear(json.dumps({"type": kind, **values})))


def read(dialogue: ReadAloud, says: str, **response: Any) -> list[str]:
    """One response as it comes, and what is asked after it."""
    sound = base64.b64encode(bytes(9600)).decode()
    hear(dialogue, "response.output_audio.delta", response_id="r", delta=sound)
    hear(dialogue, "response.output_audio_transcript.done", response_id="r", transcript=says)
    return hear(dialogue, "response.done", response={"id": "r", "status": "completed", **response})


def test_a_single_passage_needs_no_metadata() -> None:
    dialogue = reading()
    assert read(dialogue, TEXT) == []
    assert dialogue.reply is not None
    assert dialogue.read(dialogue.reply).spoken is None


@pytest.mark.parametrize("metadata", [None, {}, {"passage": "7"}, {"passage": 0}, [], "0"])
def test_one_of_several_passages_is_named(metadata: Any) -> None:
    dialogue = reading("A sentence of some words. " * 40)
    with pytest.raises(errors.InvalidResponse, match="which passage"):
        read(dialogue, "A sentence of some words.", metadata=metadata)


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("invalid_request_error.invalid_api_key", {"invalid_request_error", "invalid_api_key"}),
        ("going away", None),
        ("", None),
    ],
)
def test_a_close_may_be_all_that_tells_the_error(reason: str, error: set[str] | None) -> None:
    dialogue = reading()
    dialogue.end(reason)
    told = json.loads(dialogue.reply.body)["error"] if dialogue.reply else None
    assert (set(told.values()) if told else None) == error


def test_a_close_after_the_reading_changes_nothing() -> None:
    dialogue = reading()
    read(dialogue, TEXT)
    dialogue.end("server_error.server_error")
    assert dialogue.reply is not None
    assert dialogue.reply.body == b""


@pytest.mark.parametrize("status", ["cancelled", "failed", "in_progress", None])
def test_a_response_that_is_not_completed_is_the_servers_failure(status: str | None) -> None:
    dialogue = reading()
    read(dialogue, TEXT, status=status)
    assert dialogue.reply is not None
    assert json.loads(dialogue.reply.body)["error"]["type"] == "server_error"


def test_a_dialogue_that_begins_anew_forgets_all_but_what_it_cost() -> None:
    dialogue = reading()
    usage = {"input_tokens": 40, "output_tokens": 60}
    read(dialogue, OTHER, usage=usage)
    dialogue.begin()
    hear(dialogue, "session.created")
    read(dialogue, TEXT, usage=usage)
    assert dialogue.reply is not None
    speech = dialogue.read(dialogue.reply)
    assert (speech.spoken, speech.usage) == (None, Usage(80, 120))


def test_a_text_without_words_is_read_once() -> None:
    dialogue = reading("👍")
    assert read(dialogue, "Thumbs up!") == []
    assert dialogue.reply is not None


def test_events_that_nobody_needs_are_passed_over() -> None:
    dialogue = reading()
    for event in ({"type": "rate_limits.updated"}, {"type": 5}, {}, {"type": "response.new"}):
        assert list(dialogue.hear(json.dumps(event))) == []
    assert dialogue.reply is None


def test_examples() -> None:
    check_examples(realtime)
