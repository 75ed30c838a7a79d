"""Approved answers before the model: a call of a function that answers questions looks there first.

Nothing here is reached by a call of an organisation that does not use approved answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from answers.approved.answer import ApprovedAnswer
from flowhook.errors import InvalidInput
from webhooks.asker import language_of, object_in
from webhooks.context import Context
from webhooks.fields import Flag
from webhooks.knowledge_fields import FOUND, KNOWLEDGE, SOURCES
from webhooks.registry import WebhookFunction

APPROVED = "approved"  # the key of a body, and the source of such an answer
MODEL = "model"
SOURCE = "source"
ANSWER_ID = "answer_id"
THREAD = "thread_id"

_FLAG = Flag()


def read_approved(body: Mapping[str, Any], context: Context) -> bool:
    """Whether a call looks among the approved answers, as its body says. Raises InvalidInput."""
    try:
        wanted = _FLAG.deserialize(body.get(APPROVED))
    except ValidationError as error:
        raise InvalidInput(
            "approved must be true or false", fields={APPROVED: error.messages}
        ) from None
    return context.asks_approved if wanted is None else bool(wanted)


def find_approved(
    function: WebhookFunction, body: Mapping[str, Any], data: Mapping[str, Any], context: Context
) -> ApprovedAnswer | None:
    """The approved answer to a call's question, where it asks for no answer as JSON."""
    if data.get("response_format") is not None:
        return None
    question = data.get(function.question)
    if not isinstance(question, str):
        return None
    language = language_of(object_in(body.get("contact")))
    return context.service.approved.find(context.organisation, question, language)


def approved_result(
    function: WebhookFunction, data: Mapping[str, Any], found: ApprovedAnswer, context: Context
) -> dict[str, Any]:
    """The function's result with this answer; its conversation goes on as with a model's.

    Where the function tells whether documents held the answer, an approved one counts as found.
    """
    result: dict[str, Any] = {function.main: found.answer, SOURCE: APPROVED, ANSWER_ID: found.id}
    if data.get(KNOWLEDGE) or (FOUND in function.result.fields and function.begins_thread):
        result |= {FOUND: True, SOURCES: []}
    if THREAD in data or function.begins_thread:
        thread = context.open_thread(data.get(THREAD))
        question = data[function.question]
        result[THREAD] = context.remember(thread, question, found.answer)
    return result


def source_field() -> fields.String:
    return fields.String(
        metadata={
            "description": "approved if a person of the organisation wrote the answer, else model;"
            " absent where the organisation uses no approved answers.",
            "example": APPROVED,
        }
    )


def answer_id_field() -> fields.String:
    return fields.String(
        metadata={
            "description": "The approved answer's id, for rate_answer; absent with source model.",
            "example": "fe6d2b80c41a5d3c9b27",
        }
    )
