"""The keys of a webhook call's body that every function accepts besides its own fields.

Each has its description, and its type in JSON Schema where it is not any.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Described = Mapping[str, Mapping[str, Any]]

NAME_FIELDS = (
    *("name", "full_name", "first_name", "middle_name", "last_name", "surname", "nickname"),
    *("father_name", "mother_name", "husband_name", "wife_name", "child_name"),
)
"""The fields of a contact that hold names of people, as flows call them."""

# Keys that chatbot builders add to every call, ignored if unused.
BUILDER: Described = {
    "contact": {"description": "The contact, as the flow's @contact writes it."},
    "results": {"description": "The flow's results so far."},
    "wa_group": {"description": "The WhatsApp group, in a flow of a group."},
    "flow": {"description": "The flow, as its builder writes it."},
    "organization_id": {
        "description": "The organisation: needed with the operator's token and with Glific's"
        " signature; else it must be that of the token.",
    },
    "flow_id": {
        "description": "The flow's id. With contact and result_name, Glific's flow goes on with"
        " an answer that comes late; the log shows it.",
    },
    "contact_id": {"description": "The contact's id; the log shows it."},
    "webhook_log_id": {"description": "The number of the call in Glific's own log."},
    "result_name": {"description": "The result under which the flow gets a late answer."},
}
# Keys that control a call of any function.
CALL: Described = {
    "account": {
        "type": "string",
        "description": "The title of a further OpenAI account (default: the main one).",
    },
    "approved": {
        "type": ["boolean", "string"],
        "description": "false: an approved answer is not given, the model is asked in any case;"
        " where the organisation uses approved answers.",
        "example": False,
    },
    "failure_status": {
        "type": ["integer", "string"],
        "description": "200 answers failures with status 200 too, for builders that show a body"
        " only then; success is false.",
        "example": 200,
    },
    "wait_seconds": {
        "type": ["number", "string"],
        "description": "Seconds to wait for the answer, 0 to 120. What takes longer is answered"
        " with 202 and a job_id, and goes on as a job.",
        "example": 4,
    },
    "callback_url": {
        "type": "string",
        "description": "An https address that gets the answer of a job as a signed POST. Without"
        " wait_seconds the call does not wait at all.",
        "example": "https://example.org/answers",
    },
}
COMMON: Described = {**BUILDER, **CALL}
BUILDER_KEYS = frozenset(BUILDER)
COMMON_KEYS = frozenset(COMMON)
