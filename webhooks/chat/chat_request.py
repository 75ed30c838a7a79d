"""The fields, request and result that all chat functions share.

A function adds the field `messages` with its own reader (text only, or text and images) and
calls `answer_chat`.
"""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from flowhook.errors import EmptyInput
from flowhook.json_schema import check_schema
from flowhook.providers.model_client import ChatRequest, JsonAnswer
from webhooks.chat.answers import ask_answers
from webhooks.chat.from_knowledge import answer_from_knowledge
from webhooks.chat.messages import ROLES, Message, check_length, conversation, text_of
from webhooks.chat.sanitize import sanitize_text
from webhooks.fields import (
    Choice,
    Flag,
    FunctionSchema,
    Json,
    Number,
    Pasted,
    Text,
    Whole,
    model_field,
)
from webhooks.guarded import IN_REPLY, REPEATED, GuardedResultSchema
from webhooks.knowledge_fields import KNOWLEDGE
from webhooks.registry import Context, Result

RESPONSE_TYPES = ("text", "json", "structured")
ALSO_RESPONSE_TYPES = {
    **{"text output": "text", "json output": "json", "json object": "json"},
    **{"json_object": "json", "structured output": "structured", "json_schema": "structured"},
}
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
NO_MESSAGES = "messages, or prompt and input, are needed: nobody said anything"


def read_schema(value: Any) -> dict[str, Any] | None:
    """Read the schema of a structured answer, bare or as OpenAI's {"name", "schema"}."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        raise ValidationError("Is not JSON.")
    if isinstance(value, dict) and "type" not in value and isinstance(value.get("schema"), dict):
        value = value["schema"]
    return check_schema(value, "schema")


def prompt_field(example: str) -> Text:
    description = "Instructions for the model (the system message)."
    return Text(metadata={"description": description, "example": example})


def input_field(example: str) -> Text:
    description = "What the contact said; added as the last message after `messages`."
    return Text(metadata={"description": description, "example": example})


def max_tokens_field() -> Whole:
    return Whole(1, 2048, metadata={"description": "Maximum tokens of the answer, 1 to 2048."})


def temperature_field() -> Number:
    return Number(
        0, 2, metadata={"description": "0 (similar answers) to 2 (varied); sent only if given."}
    )


def effort_field() -> Choice:
    return Choice(
        EFFORTS,
        metadata={
            "description": "How long a model that reasons may think before it answers; sent only"
            " if given, and left out for a model that takes none.",
            "example": "low",
        },
    )


def role_field() -> Choice:
    return Choice(
        ROLES,
        metadata={
            "description": "Who says `input`; user if not given.",
            "example": "user",
            "default": "user",
        },
    )


def penalty_field(of: str) -> Number:
    return Number(-2, 2, metadata={"description": f"Makes {of} rarer, -2 to 2; 0 is neutral."})


def choices_field() -> Whole:
    return Whole(
        1,
        3,
        metadata={
            "description": "How many answers to give, 1 to 3.",
            "example": 1,
            "default": 1,
        },
    )


def sanitize_field() -> Flag:
    return Flag(
        load_default=False,
        metadata={
            "description": "Leave only letters, digits, spaces and sentence punctuation in a"
            " text answer: no Markdown, no emoji.",
            "example": False,
        },
    )


def thread_field() -> Text:
    return Pasted(
        max_length=200,
        keeps_variables=True,
        metadata={
            "description": "The thread_id of an earlier result continues that conversation (kept"
            " 24 hours), and so does a name that you choose; if it is empty or was never set,"
            " a new conversation begins.",
            "example": "@results.gpt_response.thread_id",
        },
    )


class ChatFieldsSchema(FunctionSchema):
    """The fields of a chat except `messages`."""

    prompt = prompt_field("Answer a ten-year-old in two sentences.")
    input = input_field("Why is the sky blue?")
    role = role_field()
    model = model_field()
    response_type = Choice(
        RESPONSE_TYPES,
        ALSO_RESPONSE_TYPES,
        metadata={
            "description": "text, json (any JSON object) or structured (JSON as in `schema`).",
            "example": "text",
        },
    )
    schema = Json(
        reads=read_schema,
        metadata={
            "description": "JSON Schema of a structured answer: at most 100 properties and 5"
            " levels, every property required, additionalProperties false.",
        },
    )
    max_tokens = max_tokens_field()
    temperature = temperature_field()
    n = choices_field()
    frequency_penalty = penalty_field("words that were used often")
    presence_penalty = penalty_field("words that were used at all")
    reasoning_effort = effort_field()
    sanitize_text = sanitize_field()
    thread_id = thread_field()

    @validates_schema
    def check_together(self, data: dict[str, Any], **_: Any) -> None:
        kind, has_schema = data.get("response_type"), data.get("schema") is not None
        if kind == "structured" and not has_schema:
            raise ValidationError({"schema": ["Is needed for a structured answer."]})
        if kind in ("text", "json") and has_schema:
            raise ValidationError({"response_type": ["Must be structured where schema is given."]})


class ChatResultSchema(GuardedResultSchema):
    response = fields.Raw(
        metadata={
            "description": "The first answer: text, or an object if JSON was asked for.",
            "example": "Blue light scatters most in the air.",
        }
    )
    responses = fields.List(
        fields.Raw(),
        metadata={
            "description": "All n answers, including the first.",
            "example": ["Blue light scatters most in the air."],
            IN_REPLY: REPEATED,
        },
    )
    thread_id = fields.String(
        metadata={"description": "The conversation's id, if thread_id was in the body."}
    )


def answer_chat(data: dict[str, Any], context: Context) -> Result:
    """Ask the model; returns the result of a chat function."""
    prompt, said = what_was_said(data)
    client = context.model_client()
    model = client.account.resolve(data.get("model"))
    thread = context.open_thread(data["thread_id"]) if "thread_id" in data else None
    remembered = thread.messages(model) if thread else ()
    messages = conversation(context, prompt, said, remembered)
    asked_in = "messages" if data.get("messages") else "input"
    check_length(model, messages, data.get("max_tokens"), asked_in)
    request, held = chat_request(data, messages), {}
    asked = [text_of(one["content"]) for one in said if one["role"] == "user"]
    if data.get(KNOWLEDGE):
        earlier = [*(asked for asked, _ in (thread.turns if thread else ())), *asked[:-1]]
        told = answer_from_knowledge(context, data, request, earlier, asked_in)
        answers, held = told.answers, told.result
    else:
        answers = ask_answers(client, request)
    if data.get("sanitize_text"):
        answers = [sanitize_text(one) if isinstance(one, str) else one for one in answers]
    result: Result = {"response": answers[0], "responses": answers, **held}
    if thread:
        result["thread_id"] = context.remember(thread, asked[-1] if asked else "", answers[0])
    return result


def what_was_said(data: dict[str, Any]) -> tuple[str | None, list[Message]]:
    """Return the instructions and the messages of this call; raises EmptyInput without any.

    A prompt without `input` and messages is what is asked. One with an empty `input` is not: the
    contact said nothing, and the author's instructions are no question.
    """
    said: list[Message] = [*(data.get("messages") or ())]
    prompt, role = data.get("prompt"), data.get("role") or "user"
    if data.get("input"):
        said.append({"role": role, "content": data["input"]})
    elif prompt and not said and "input" not in data:
        said, prompt = [{"role": role, "content": prompt}], None
    if not any(message["role"] != "system" for message in said):
        raise EmptyInput(NO_MESSAGES, fields={"input": ["Must not be empty without messages."]})
    return prompt, said


def chat_request(data: dict[str, Any], messages: list[Message]) -> ChatRequest:
    """Make the request from a chat function's validated fields and the whole conversation."""
    return ChatRequest(
        messages,
        model=data.get("model"),
        max_tokens=data.get("max_tokens"),
        temperature=data.get("temperature"),
        frequency_penalty=data.get("frequency_penalty"),
        presence_penalty=data.get("presence_penalty"),
        choices=data.get("n"),
        user=data.get("user"),
        top_p=data.get("top_p"),
        stop=data.get("stop"),
        reasoning_effort=data.get("reasoning_effort"),
        json_answer=_json_answer(data),
    )


def _json_answer(data: dict[str, Any]) -> JsonAnswer | None:
    """The JSON asked for, in the call's own fields or by its saved prompt."""
    if data.get("schema") is not None:
        return JsonAnswer(data["schema"])
    of_prompt: JsonAnswer | None = data.get("response_format")
    return JsonAnswer() if data.get("response_type") == "json" else of_prompt
