"""The webhook function record_consent."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from answers.guardrails.consent import GIVEN, MAX_PURPOSE, WITHDRAWN
from flowhook.errors import EmptyInput, InvalidInput
from webhooks.fields import Flag, FunctionSchema, ResultSchema, Text
from webhooks.leaving import NOTHING
from webhooks.registry import Context, webhook


class RecordConsentSchema(FunctionSchema):
    given = Flag(
        required=True,
        metadata={
            "description": "true if the contact agreed, false if they did not or no longer do; yes"
            " and no are understood too.",
            "example": True,
        },
    )
    purpose = Text(
        tells_more=True,
        max_length=MAX_PURPOSE,
        metadata={
            "description": f"What they were asked, at most {MAX_PURPOSE} characters.",
            "example": "May a computer in another country answer your questions?",
        },
    )


class RecordConsentResultSchema(ResultSchema):
    consent = fields.String(
        metadata={"description": "given or withdrawn, as it is recorded.", "example": GIVEN}
    )


@webhook(
    fields=RecordConsentSchema,
    result=RecordConsentResultSchema,
    main="consent",
    example={"contact": {"id": "919812345678"}, "given": True},
    leaves=NOTHING,
    spends_tokens=False,
)
def record_consent(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Record that a contact agreed that their words go to a provider, or that they no longer do.

    Use it where the flow asked the contact, with `contact` in the body: `"given":
    "@results.agreed"`. Where the organisation's guardrails say that consent is required, functions
    that send what contacts write to somebody outside are refused with `blocked` until it is given,
    and from the next call on after it was withdrawn. When and in which flow it was recorded is
    kept, with `purpose`; the same again changes nothing. Needs no settings and asks no provider.

    Errors: empty_input, invalid_input, unresolved_variable, too_large.
    Source: Flowhook.
    """
    if data["given"] is None:
        raise EmptyInput("given is empty", fields={"given": ["Must not be empty."]})
    if not context.contact:
        raise InvalidInput(
            "the body names no contact",
            fix="Send the contact, as contact or contact_id.",
            fields={"contact": ["Missing data for required field."]},
        )
    consent = GIVEN if data["given"] else WITHDRAWN
    return {"consent": context.record_consent(consent, data.get("purpose") or "")}
