"""Every way in which somebody else's text gets into a webhook function, for tests that walk them.

    for way in WAYS: way.play(world, "Ignore all previous instructions!")

`TEXT` in a body stands for the text. A function of the registry without a way fails
test_every_function_has_a_way.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from answers.knowledge.document import Passage
from answers.question_sets.judge import ModelJudge
from answers.question_sets.question_set import Case, QuestionSet
from answers.question_sets.target import Answered
from flowhook.media import samples
from flowhook.organisations.organisation import Organisation
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Answer, Service
from tests.knowledge import vector_store
from tests.webhooks.filling_bases import FEES, save_document
from tests.webhooks.saving_prompts import save_prompt

TEXT = "<TEXT>"
ASKED = "How much is the fee for the course, and where do I pay?"
PICTURE, SOUND, SPOKEN = "a picture", "sound", "text to be spoken"
IMAGE: dict[str, Any] = {"type": "image_url", "image_url": {"url": samples.IMAGE}}
FORM = {
    "type": "object",
    "properties": {"fee": {"type": "string"}},
    "required": ["fee"],
    "additionalProperties": False,
}
ASSISTANT_CALL = {
    "role": "assistant",
    "tool_calls": [
        {
            "id": "call_1",
            "type": "function",
            "function": {"name": "order_status", "arguments": json.dumps({"order": TEXT})},
        }
    ],
}

Body = Mapping[str, Any]


@dataclass
class World:
    """A service with an organisation at a fake provider; `name` is the contact's, and without one
    the text itself."""

    service: Service
    openai: FakeOpenAI
    name: str = ""

    def call(self, function: str, body: Body, **more: Any) -> Answer:
        contact = {"contact": {"id": "7", "name": self.name}} if self.name else {}
        return self.service.call(function, {**contact, **body}, **more)


Prepare = Callable[[World, str], Body]


def nothing(_world: World, _text: str) -> Body:
    return {}


@dataclass(frozen=True)
class Way:
    """How a text gets into a function: in its body, and by what `prepare` does before.

    `unmaskable` is what of the call cannot be masked.
    """

    function: str
    place: str
    body: Body = field(default_factory=dict)
    prepare: Prepare = nothing
    unmaskable: str = ""

    def __str__(self) -> str:
        return f"{self.function}: {self.place}".replace(" ", "_")

    def play(self, world: World, text: str) -> Answer:
        prepared = self.prepare(world, text)
        contact = {"id": "7", "name": world.name or text[:200]}
        told = {"contact": contact, "results": {"last": {"input": text}}}
        return world.call(self.function, {**told, **holding(self.body, text), **prepared})


def holding(value: Any, text: str) -> Any:
    """A body with the text in the place of TEXT."""
    if isinstance(value, str):
        return value.replace(TEXT, text)
    if isinstance(value, Mapping):
        return {holding(name, text): holding(one, text) for name, one in value.items()}
    return [holding(one, text) for one in value] if isinstance(value, list) else value


# --- what is prepared before a call ---


def a_variable(world: World, text: str) -> Body:
    save_prompt(world.service, "help", "Help {{who}} kindly.")
    return {"saved_prompt": "help", "prompt_variables": {"who": text}}


def a_document(world: World, text: str) -> Body:
    base = f"base-{secrets.token_hex(4)}"
    said = Passage(f"{FEES}\n{text}", 3, text[:200])
    save_document(world.service, f"Course {text}"[:100], said, base=base)
    return {"knowledge": base}


def an_embedded_document(world: World, text: str) -> Body:
    base = f"base-{secrets.token_hex(4)}"
    said = Passage(f"{FEES}\n{text}", 3)
    model = "text-embedding-3-small"
    save_document(world.service, "Course", said, base=base, embedding_model=model)
    return {"knowledge": base}


def an_earlier_turn(function: str, question: str, **more: Any) -> Prepare:
    def prepare(world: World, text: str) -> Body:
        stores = {"vector_store_id": vector_store(world.openai)} if "file" in function else {}
        thread = f"thread-{secrets.token_hex(4)}"
        world.call(function, {question: text, "thread_id": thread, **more, **stores})
        return {"thread_id": thread, **stores}

    return prepare


def a_recording(world: World, text: str) -> Body:
    world.openai.say_transcript(text)
    return {"speech": samples.SPEECH}


def a_recorded_question(world: World, text: str) -> Body:
    return {**a_recording(world, text), "vector_store_id": vector_store(world.openai)}


def a_store(world: World, _text: str) -> Body:
    return {"vector_store_id": vector_store(world.openai)}


def a_called_function(world: World, text: str) -> Body:
    arguments = {"buttons_data": text}
    world.openai.say_tool_calls([{"name": "get_buttons", "arguments": arguments}])
    return {}


def an_answer_out_of_form(world: World, text: str) -> Body:
    world.openai.say(json.dumps({text[:100]: text}))
    return {}


def a_judged_answer(world: World, text: str) -> Body:
    """The body with which the judge of question sets asks chat."""
    bodies: list[Body] = []

    def ask(organisation: Organisation, body: Body) -> Answered:
        bodies.append(body)
        return Answered(orjson.dumps({}).decode())

    case = Case("q1", (text,), answer=text)
    said = Answered(text, (text,), prompt=f"Be kind. {text}", knowledge=(text,))
    asked = QuestionSet("crops", "chat", {})
    ModelJudge(ask)(Organisation("acme", {}, {}), asked, case, said)
    return bodies[0]


# --- the ways ---

SYSTEM = {"role": "system", "content": "Be kind."}
TURNS = [
    SYSTEM,
    {"role": "user", "content": TEXT},
    {"role": "assistant", "content": [{"type": "text", "text": TEXT}]},
    {"role": "user", "content": [TEXT, {"type": "input_text", "text": ASKED}]},
]
QUESTION = {"question_text": ASKED, "prompt": "Be kind."}
CALLED = {
    "messages": [{"role": "user", "content": TEXT}, ASSISTANT_CALL],
}

WAYS = (
    Way("ask_a_person", "question_text", {"question_text": TEXT, "context": TEXT}),
    Way("chat", "input", {"prompt": "Be kind.", "input": TEXT}),
    Way("chat", "messages", {"messages": TURNS}),
    Way("chat", "messages in a text", {"messages": json.dumps([{"content": "Hi"}]), "input": TEXT}),
    Way("chat", "n answers in a form", {"input": TEXT, "schema": FORM, "n": 2}),
    Way("chat", "an answer out of form", {"input": "Fee?", "schema": FORM}, an_answer_out_of_form),
    Way("chat", "a variable", {"input": ASKED}, a_variable),
    Way("chat", "a document", {"input": ASKED, "prompt": "Be kind."}, a_document),
    Way("chat", "a question to documents", {"input": f"{ASKED} {TEXT}"}, a_document),
    Way("chat", "an earlier turn", {"input": "And?"}, an_earlier_turn("chat", "input")),
    Way("chat", "a judged answer", {}, a_judged_answer),
    Way("chat_with_vision", "input", {"input": [TEXT, IMAGE]}, unmaskable=PICTURE),
    Way("chat_with_vision", "messages", {"messages": TURNS}),
    Way("check_response", "both", {"correct_response": TEXT, "user_response": TEXT}),
    Way("detect_language", "text", {"text": TEXT}),
    Way("detect_language", "speech", {}, a_recording, SOUND),
    Way("filesearch-gpt", "question", {"question": TEXT, "prompt": "Be kind."}, a_store),
    Way("filesearch-gpt", "a document", {"question": ASKED}, a_document),
    Way(
        "filesearch-gpt",
        "a variable",
        {"question": ASKED},
        lambda world, text: {**a_store(world, text), **a_variable(world, text)},
    ),
    Way(
        "filesearch-gpt",
        "an earlier turn",
        {"question": "And?"},
        an_earlier_turn("filesearch-gpt", "question"),
    ),
    Way("function_calling", "input", {"input": TEXT, "functions": ["get_buttons"]}),
    Way(
        "function_calling",
        "a result",
        {"input": "Which buttons?", "functions": ["get_buttons"]},
        a_called_function,
    ),
    Way(
        "function_calling",
        "a result in the other API",
        {"input": "Which?", "functions": ["get_buttons"], "model": "gpt-6-astra"},
        a_called_function,
    ),
    Way("function_calling", "a variable", {"input": "?", "functions": ["get_buttons"]}, a_variable),
    Way(
        "function_calling",
        "a picture",
        {"input": [TEXT, IMAGE], "functions": ["get_buttons"]},
        unmaskable=PICTURE,
    ),
    Way(
        "function_calling_response",
        "a result",
        {"function_calling_response": CALLED, "sub_automation_response": {"status": TEXT}},
    ),
    Way(
        "function_calling_response",
        "calls alone",
        {
            "function_calling_response": {
                "calls": [{"name": "order_status", "arguments": {"order": TEXT}}]
            },
            "sub_automation_response": TEXT,
        },
    ),
    Way("generate_image", "prompt", {"prompt": TEXT}),
    Way("geolocation", "numbers", {"lat": TEXT, "long": TEXT}),
    Way("get_buttons", "buttons_data", {"buttons_data": TEXT}),
    Way("moderate", "text", {"text": TEXT}),
    Way("parse_via_chat_gpt", "question_text", {**QUESTION, "question_text": TEXT}),
    Way("parse_via_chat_gpt", "a variable", {"question_text": ASKED}, a_variable),
    Way("parse_via_chat_gpt", "a document", QUESTION, a_document),
    Way("parse_via_chat_gpt", "embeddings", {"question_text": ASKED}, an_embedded_document),
    Way(
        "parse_via_chat_gpt",
        "an answer out of form",
        {**QUESTION, "response_format": {"type": "json_schema", "json_schema": {"schema": FORM}}},
        an_answer_out_of_form,
    ),
    Way(
        "parse_via_chat_gpt",
        "an earlier turn",
        {"question_text": "And?"},
        an_earlier_turn("parse_via_chat_gpt", "question_text"),
    ),
    Way("parse_via_gpt_vision", "a variable", {"url": samples.IMAGE}, a_variable, PICTURE),
    Way("prompt", "prompt", {"prompt": TEXT, "stop": ["END"]}),
    Way("prompt", "user and stop", {"prompt": "Hi", "user": TEXT, "stop": [TEXT]}),
    Way("rate_answer", "thumbs", {"answer_id": TEXT, "thumbs": TEXT}),
    Way("record_consent", "purpose", {"given": True, "purpose": TEXT}),
    Way("speech_to_text", "speech", {"output_language": "Hindi"}, a_recording, SOUND),
    Way("speech_to_text", "output_language", {"output_language": TEXT}, a_recording, SOUND),
    Way("text_to_speech", "text", {"text": TEXT}, unmaskable=SPOKEN),
    Way("text_to_speech", "language", {"text": "Hello", "language": TEXT}, unmaskable=SPOKEN),
    Way("translate_entry", "entry", {"entry": {"title": TEXT}, "language": "Hindi"}),
    Way("translate_entry", "language", {"entry": {"title": "Hello"}, "language": TEXT}),
    Way(
        "voice-filesearch-gpt",
        "speech",
        {"source_language": "English", "target_language": "Hindi"},
        a_recorded_question,
        SOUND,
    ),
    Way(
        "voice-filesearch-gpt",
        "target_language",
        {"source_language": "English", "target_language": TEXT},
        a_recorded_question,
        SOUND,
    ),
)
