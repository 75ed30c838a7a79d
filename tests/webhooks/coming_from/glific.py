"""Glific's webhook functions, field by field."""

from __future__ import annotations

from typing import Any

from flowhook.media.samples import IMAGE, SPEECH
from tests.fakes.google_maps import KEY, address, component
from tests.knowledge import FEES, vector_store
from tests.webhooks.coming_from.posting import Case, World, found, posted

GPT, VISION, STT, TTS = (
    "parse_via_chat_gpt",
    "parse_via_gpt_vision",
    "speech_to_text",
    "text_to_speech",
)
FILES, VOICE = "filesearch-gpt", "voice-filesearch-gpt"
ASKED = {"question_text": "Why is the sky blue?"}
SCHEMA = {
    "type": "object",
    "properties": {"age": {"type": "integer"}},
    "required": ["age"],
    "additionalProperties": False,
}
JSON_SCHEMA = {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}}


def is_active(world: World) -> None:
    world.service.operator("PATCH", "/settings/acme/openai", {"is_active": False})
    assert world.service.call(GPT, ASKED).error["type"] == "inactive"
    world.service.operator("PATCH", "/settings/acme/openai", {"is_active": True})
    world.post(GPT, ASKED)


def api_key(world: World) -> None:
    world.post(GPT, ASKED)
    assert world.openai.last.headers["Authorization"] == f"Bearer {world.openai.key}"
    shown = world.service.admin("GET", "/settings/acme/openai").body
    assert world.openai.key.encode() not in shown


def phrase(world: World) -> None:
    saved = {"phrase": "a phrase that only tests know"}
    world.service.operator("PUT", "/settings/acme/signature", saved)
    body = {**ASKED, "organization_id": "acme"}
    assert world.service.signed_call(GPT, body).status == 200
    assert world.service.signed_call(GPT, body, phrase="another one").status == 401


def result_name(world: World) -> None:
    world.openai.say("Light.")
    assert world.post(GPT, {**ASKED, "result_name": "gpt"}).json["parsed_msg"] == "Light."


def assistant(world: World, function: str, body: dict[str, Any]) -> dict[str, Any]:
    """Call with an assistant_id, which the settings turn into a vector store."""
    store = vector_store(world.openai)
    known = {"asst_1": {"vector_store_id": store, "prompt": "Be short."}}
    world.service.operator("PUT", "/settings/acme/assistants", {"assistants": known})
    answer = world.post(function, {"assistant_id": "asst_1", **body}).json
    sent = world.openai.asked("/responses")[-1].body
    assert found(sent, "tools.0.vector_store_ids") == [store]
    assert "Be short." in sent["instructions"]
    return answer


def files(more: dict[str, Any], key: str = "message") -> Case:
    def case(world: World) -> None:
        answer = assistant(world, FILES, {"question": "When are fees due?", **more})
        assert answer["message"] == FEES
        assert answer[key]

    return case


def files_thread(world: World) -> None:
    first = assistant(world, FILES, {"question": "I am Asha. When are fees due?"})
    again = {"question": "Who am I?", "thread_id": first["thread_id"]}
    assert assistant(world, FILES, again)["thread_id"] == first["thread_id"]
    said = world.openai.asked("/responses")[-1].body["input"]
    assert said[0]["content"] == "I am Asha. When are fees due?"


def voice(more: dict[str, Any], transcription: dict[str, Any] | None = None) -> Case:
    def case(world: World) -> None:
        world.openai.say_transcript("When are fees due?")
        answer = assistant(world, VOICE, {"speech": SPEECH, **more})
        assert answer["message"] == FEES
        assert answer["translated_text"]
        assert answer["media_url"].startswith("http")
        heard = world.asked("/audio/transcriptions")
        for name, value in (transcription or {}).items():
            assert heard[name] == value

    return case


def voice_target(world: World) -> None:
    world.openai.say_transcript("When are fees due?")
    world.openai.say(FEES, "फीस पाँच तारीख को।")
    body = {"speech": SPEECH, "source_language": "english", "target_language": "hindi"}
    answer = assistant(world, VOICE, body)
    assert answer["translated_text"] == "फीस पाँच तारीख को।"
    assert world.asked("/audio/speech")["input"] == "फीस पाँच तारीख को।"


def voice_thread(world: World) -> None:
    world.openai.say_transcript("When are fees due?", "And in May?")
    first = assistant(world, VOICE, {"speech": SPEECH})
    assistant(world, VOICE, {"speech": SPEECH, "thread_id": first["thread_id"]})
    assert len(world.openai.asked("/responses")[-1].body["input"]) == 3


def transcribed(more: dict[str, Any], sends: dict[str, Any]) -> Case:
    def case(world: World) -> None:
        world.openai.say_transcript("Hello")
        assert world.post(STT, {"speech": SPEECH, **more}).json["response"] == "Hello"
        sent = world.asked("/audio/transcriptions")
        for name, value in sends.items():
            assert sent[name] == value

    return case


def output_language(world: World) -> None:
    world.openai.say_transcript("Hello")
    world.openai.say("नमस्ते")
    body = {"speech": SPEECH, "language": "english", "output_language": "hindi"}
    assert world.post(STT, body).json["response"] == "नमस्ते"


def geolocation(world: World) -> None:
    world.maps.place(12.9, 77.5, address("x", component("India", "country")))
    world.service.operator("PUT", "/settings/acme/google_maps", {"api_key": KEY})
    assert world.post("geolocation", {"lat": "12.9", "long": "77.5"}).json["country"] == "India"


CASES: dict[str, Case] = {
    "Settings: OpenAI (ChatGPT): Is active": is_active,
    "Settings: OpenAI (ChatGPT): API key": api_key,
    "Settings: signature phrase": phrase,
    "Call a webhook: Function": posted(GPT, ASKED, gives={"success": True}),
    "Call a webhook: Function Body": posted(
        GPT,
        {"contact": "@contact", "results": "@results", **ASKED},
        sends={"messages.-1.content": ASKED["question_text"]},
    ),
    "Call a webhook: Webhook Result Name": result_name,
    "Call a webhook: `contact`, `results`": posted(
        GPT, {**ASKED, "contact": {"id": 5, "name": "Asha"}, "results": {"a": 1}}
    ),
    f"`{GPT}`: `question_text`": posted(
        GPT, ASKED, sends={"messages": [{"role": "user", "content": "Why is the sky blue?"}]}
    ),
    f"`{GPT}`: `prompt`": posted(
        GPT,
        {**ASKED, "prompt": "Be brief."},
        sends={"messages.0": {"role": "system", "content": "Be brief."}},
    ),
    f"`{GPT}`: `gpt_model`": posted(
        GPT, {**ASKED, "gpt_model": "gpt-6-sol"}, sends={"model": "gpt-6-sol"}
    ),
    f"`{GPT}`: `gpt_model`: `gpt-3.5-turbo-16k`": posted(
        GPT, {**ASKED, "gpt_model": "gpt-3.5-turbo-16k"}, gives={"success": True}
    ),
    f"`{GPT}`: `model`": posted(GPT, {**ASKED, "model": "gpt-6-sol"}, sends={"model": "gpt-6-sol"}),
    f"`{GPT}`: `temperature`": posted(
        GPT, {**ASKED, "temperature": "0", "model": "gpt-4.1"}, sends={"temperature": 0}
    ),
    f"`{GPT}`: `response_format`: `json_object`": posted(
        GPT,
        {**ASKED, "prompt": "Answer in JSON.", "response_format": {"type": "json_object"}},
        says={"why": "light"},
        sends={"response_format.type": "json_object"},
        gives={"parsed_msg.why": "light"},
    ),
    f"`{GPT}`: `response_format`: `json_schema`": posted(
        GPT,
        {**ASKED, "response_format": JSON_SCHEMA, "model": "gpt-6-sol"},
        says={"age": 5},
        sends={"response_format.json_schema.schema": SCHEMA, "model": "gpt-6-sol"},
        gives={"parsed_msg.age": 5},
    ),
    f"`{GPT}`: the answer, `parsed_msg`": posted(
        GPT, ASKED, says="Light.", gives={"success": True, "parsed_msg": "Light."}
    ),
    f"`{VISION}`: `url`": posted(
        VISION, {"url": IMAGE}, sends={"messages.-1.content.1.image_url.url": IMAGE}
    ),
    f"`{VISION}`: `prompt`": posted(
        VISION,
        {"url": IMAGE, "prompt": "Which plant?"},
        sends={"messages.-1.content.0.text": "Which plant?"},
    ),
    f"`{VISION}`: `model`": posted(
        VISION, {"url": IMAGE, "model": "gpt-6-sol"}, sends={"model": "gpt-6-sol"}
    ),
    f"`{VISION}`: `response_format`": posted(
        VISION,
        {"url": IMAGE, "response_format": JSON_SCHEMA},
        says={"age": 5},
        gives={"response.age": 5},
    ),
    f"`{VISION}`: the answer, `response`": posted(
        VISION, {"url": IMAGE}, says="A rose.", gives={"response": "A rose."}
    ),
    f"`{STT}`: `speech`": transcribed({}, {}),
    f"`{STT}`: `language`": transcribed({"language": "hindi"}, {"language": "hi"}),
    f"`{STT}`: `output_language`": output_language,
    f"`{STT}`: `provider`": transcribed({"provider": "google"}, {}),
    f"`{STT}`: `model`": transcribed(
        {"model": "gpt-4o-transcribe"}, {"model": "gpt-4o-transcribe"}
    ),
    f"`{STT}`: the answer, `response`": transcribed({}, {}),
    f"`{TTS}`: `text`": posted(
        TTS, {"text": "Hello"}, sends={"input": "Hello"}, at="/audio/speech"
    ),
    f"`{TTS}`: `language`": posted(
        TTS,
        {"text": "नमस्ते", "language": "hindi"},
        sends={"instructions": "Speak in Hindi."},
        at="/audio/speech",
    ),
    f"`{TTS}`: `voice`": posted(
        TTS, {"text": "Hello", "voice": "Kore"}, sends={"voice": "alloy"}, at="/audio/speech"
    ),
    f"`{TTS}`: `provider`": posted(
        TTS, {"text": "Hello", "provider": "google"}, gives={"media_url": ...}
    ),
    f"`{TTS}`: `model`": posted(
        TTS, {"text": "Hello", "model": "tts-1"}, sends={"model": "tts-1"}, at="/audio/speech"
    ),
    f"`{TTS}`: the answer, `media_url`": posted(TTS, {"text": "Hello"}, gives={"media_url": ...}),
    f"`{FILES}`: `question`": files({}),
    f"`{FILES}`: `assistant_id`": files({}),
    f"`{FILES}`: `thread_id`": files_thread,
    f"`{FILES}`: `remove_citation`": files({"remove_citation": True}),
    f"`{FILES}`: `wait_time`": files({"wait_time": "120"}),
    f"`{FILES}`: the answer, `message`": files({}, "thread_id"),
    f"`{VOICE}`: `speech`": voice({}),
    f"`{VOICE}`: `assistant_id`": voice({}),
    f"`{VOICE}`: `source_language`": voice({"source_language": "hindi"}, {"language": "hi"}),
    f"`{VOICE}`: `target_language`": voice_target,
    f"`{VOICE}`: `speech_engine`": voice({"speech_engine": "open_ai"}),
    f"`{VOICE}`: `remove_citation`, `wait_time`": voice(
        {"remove_citation": True, "wait_time": 180}
    ),
    f"`{VOICE}`: `thread_id`": voice_thread,
    f"`{VOICE}`: the answer, `translated_text`, `media_url`": voice({}),
    "`geolocation`: `lat`, `long`": geolocation,
    "`get_buttons`: `buttons_data`": posted(
        "get_buttons",
        {"buttons_data": "Yes|No"},
        gives={"buttons.button_2": "No", "button_count": 2},
    ),
    "`check_response`: `correct_response`, `user_response`": posted(
        "check_response",
        {"correct_response": "Yes", "user_response": "Yes"},
        gives={"response": True},
    ),
    "the old Bhashini nodes: `speech_to_text_with_bhasini`": transcribed(
        {"contact": "@contact"}, {}
    ),
    "the old Bhashini nodes: `text_to_speech_with_bhasini`, `nmt_tts_with_bhasini`": posted(
        TTS, {"text": "Hello", "language": "hindi"}, gives={"media_url": ...}
    ),
}
