"""The webhook function parse_via_chat_gpt."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from flowhook.providers.model_client import ChatRequest
from webhooks.approved_first import answer_id_field, source_field
from webhooks.chat.answers import ask_answers, parse_answer
from webhooks.chat.chat_request import effort_field, thread_field
from webhooks.chat.from_knowledge import answer_from_knowledge
from webhooks.chat.messages import check_length, conversation
from webhooks.chat.response_format import response_format_field
from webhooks.fields import FunctionSchema, Number, Text, Whole, model_field
from webhooks.guarded import GuardedResultSchema
from webhooks.knowledge_fields import (
    KNOWLEDGE,
    found_field,
    knowledge_field,
    not_found_message_field,
    sources_field,
)
from webhooks.leaving import TEXT
from webhooks.registry import Context, webhook
from webhooks.saved_prompts import (
    prompt_variables_field,
    prompt_version_field,
    saved_prompt_field,
)


class ParseViaChatGptSchema(FunctionSchema):
    question_text = Text(
        required=True,
        metadata={
            "description": "What the contact asked.",
            "example": "Why is the sky blue?",
        },
    )
    prompt = Text(
        metadata={
            "description": "Instructions for the model before the question (the system message).",
            "example": "Answer a ten-year-old in two sentences.",
        },
    )
    saved_prompt = saved_prompt_field()
    prompt_variables = prompt_variables_field()
    knowledge = knowledge_field()
    not_found_message = not_found_message_field()
    gpt_model = model_field()
    model = model_field("Another name for gpt_model.")
    temperature = Number(
        0,
        2,
        metadata={"description": "0 (similar answers) to 2 (varied); sent only if given."},
    )
    response_format = response_format_field()
    max_tokens = Whole(
        1, 128_000, metadata={"description": "Maximum tokens of the answer, 1 or more."}
    )
    reasoning_effort = effort_field()
    thread_id = thread_field()


class ParseViaChatGptResultSchema(GuardedResultSchema):
    parsed_msg = fields.Raw(
        metadata={
            "description": "The answer: text, or an object or list if the answer is JSON.",
            "example": "Blue light scatters most in the air.",
        }
    )
    thread_id = fields.String(
        metadata={"description": "The conversation's id, if thread_id was in the body."}
    )
    prompt_version = prompt_version_field()
    found = found_field()
    sources = sources_field()
    source = source_field()
    answer_id = answer_id_field()


@webhook(
    fields=ParseViaChatGptSchema,
    result=ParseViaChatGptResultSchema,
    main="parsed_msg",
    example={
        "contact": "@contact",
        "results": "@results",
        "question_text": "Why is the sky blue?",
        "gpt_model": "gpt-6-luna",
        "prompt": "Answer a ten-year-old in two sentences.",
    },
    question="question_text",
    leaves=(TEXT,),
    words=("question_text", "prompt_variables"),
)
def parse_via_chat_gpt(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Answer a contact's question with a chat model.

    Use it when a flow has saved what the contact wrote and needs the model's answer as
    `@results.<result_name>.parsed_msg`. Needs the organisation's OpenAI settings: active, with
    an API key. The prompt is sent to the model as the system message, and the question as the
    user's message; what a contact typed is never part of the system message. If the answer is a
    JSON object or list, the result holds it as such, so `@results.gpt_response.parsed_msg.name`
    works. If `response_format` asks for JSON, the answer is checked; a wrong answer is sent back to
    the model once to be corrected.

    With `thread_id` in the body the model remembers the conversation: up to 20 turns, for 24
    hours. Pass the result's own `thread_id` with the next question, for example
    `"thread_id": "@results.gpt_response.thread_id"`; the first time it is not set yet, and a new
    conversation begins.

    Where the organisation uses approved answers, one that fits the question is given in place of
    the model's: `source` tells which it was. Say `"approved": false` where the model is to sort or
    rewrite what the contact wrote, and not to answer it.

    With `knowledge` the answer comes from that base of the organisation's documents and from
    nothing else, and `sources` tells where it stands. Where they do not hold it, the answer is
    `not_found_message` and `found` is false: split on `@results.gpt_response.found`. Passages
    that have too little to do with the question are not shown to the model, which then is not
    asked at all. A short question such as "And for wheat?" is looked up together with those that
    the thread remembers. With a `response_format` of JSON the answer keeps to it, but not the
    `not_found_message`.

    Errors: invalid_input, empty_input, unresolved_variable, not_found (no such base of
    documents), inactive, missing_api_key, forbidden, invalid_api_key, insufficient_quota,
    model_not_found, refused, content_filter, truncated, provider_rejected, invalid_response,
    provider_timeout.
    Source: https://platform.openai.com/docs/api-reference/chat
    """
    client = context.model_client()
    asked_model = data.get("gpt_model") or data.get("model")
    model = client.account.resolve(asked_model)
    thread = context.open_thread(data["thread_id"]) if "thread_id" in data else None
    question = data["question_text"]
    messages = conversation(
        context,
        data.get("prompt"),
        [{"role": "user", "content": question}],
        thread.messages(model) if thread else (),
    )
    check_length(model, messages, data.get("max_tokens"), "question_text")
    request = ChatRequest(
        messages,
        model=asked_model,
        temperature=data.get("temperature"),
        max_tokens=data.get("max_tokens"),
        reasoning_effort=data.get("reasoning_effort"),
        json_answer=data.get("response_format"),
    )
    held: dict[str, Any] = {}
    if data.get(KNOWLEDGE):
        earlier = [asked for asked, _ in thread.turns] if thread else []
        told = answer_from_knowledge(context, data, request, earlier, "question_text")
        answer, held = told.answers[0], told.result
    else:
        answer = ask_answers(client, request)[0]
    parsed = parse_answer(answer) if isinstance(answer, str) else answer
    result = {"parsed_msg": parsed, **held}
    if thread:
        result["thread_id"] = context.remember(thread, question, answer)
    return result
