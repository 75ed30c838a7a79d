"""The webhook function ask_a_person."""

from __future__ import annotations

from typing import Any

import orjson
from marshmallow import fields

from answers.inbox.item import ASK_A_PERSON, NOWHERE, TEXT_CHARACTERS, NewItem
from answers.inbox.store import new_id
from webhooks.asker import asker_of
from webhooks.fields import FunctionSchema, ResultSchema, Text
from webhooks.leaving import NOTHING
from webhooks.registry import Context, webhook

JOB = {"kind": "job"}
"""The way of an answer that completes the job under whose id the question is in the inbox."""


class AskAPersonSchema(FunctionSchema):
    question_text = Text(
        required=True,
        max_length=TEXT_CHARACTERS,
        metadata={
            "description": "What the person is asked, at most 8,000 characters.",
            "example": "Can I take this medicine while I breastfeed?",
        },
    )
    context = Text(
        tells_more=True,
        max_length=TEXT_CHARACTERS,
        metadata={
            "description": "What the person should know beside it, at most 8,000 characters.",
            "example": "Mother of a child of two months",
        },
    )


class AskAPersonResultSchema(ResultSchema):
    status = fields.String(
        metadata={"description": "answered, or pending until somebody does.", "example": "answered"}
    )
    response = fields.String(
        metadata={"description": "What the person answered.", "example": "Yes, it is safe."}
    )
    ticket_id = fields.String(
        metadata={
            "description": "The id of the question in the inbox.",
            "example": "T5bQp0y2Zk3mXvR8aWc1Nw",
        }
    )


@webhook(
    fields=AskAPersonSchema,
    result=AskAPersonResultSchema,
    main="response",
    example={"question_text": "Can I take this medicine while I breastfeed?"},
    spends_tokens=False,
    asks_person=True,
    leaves=NOTHING,
)
def ask_a_person(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Put a question into the inbox, and get the answer that a person gives.

    Use it where the bot must not or cannot answer. The call is a job until somebody answers: it
    waits as long as its `wait_seconds`, at most 120, then the answer comes by `callback_url`, to
    the Glific flow that asked, or to `GET /jobs/<job_id>`. A flow of this service parks at once and
    goes on with the answer. After 7 days without one, or where the question was closed, the outcome
    is the error `not_answered`. A model that calls it, and a page that tries it, do not wait: its
    `status` is pending.

    Errors: empty_input, rate_limited, not_answered.
    Source: Flowhook.
    """
    call = context.call
    if call is not None and call.called_by:  # a question set asks no people
        return result_of("", "")
    body = call.body if call else {}
    asker = asker_of(body)
    job = call.job_id.partition(".")[2] if call else ""
    new = NewItem(
        ASK_A_PERSON,
        data["question_text"],
        data.get("context") or "",
        contact=context.contact,
        name=asker.name,
        flow=context.flow,
        flow_name=asker.flow_name,
        language=asker.language,
        way=JOB if job else NOWHERE,
    )
    # The same call again, of a turn whose process was killed, is the same question.
    same = orjson.dumps([context.contact, body], option=orjson.OPT_SORT_KEYS) if job else b""
    is_repeatable = bool(context.contact and same)
    added = context.service.intake.add(
        context.organisation.id, new, job or new_id(), same.decode() if is_repeatable else ""
    )
    return result_of(added.id, "")


def result_of(ticket_id: str, response: str) -> dict[str, Any]:
    """The function's result; pending while the response is empty."""
    status = "answered" if response else "pending"
    return {"status": status, "response": response, "ticket_id": ticket_id}
