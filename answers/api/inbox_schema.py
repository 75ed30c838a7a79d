"""The bodies and the query of the inbox's routes."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import RAISE, Schema, fields, validate

from answers.approved.schema import MAX_QUESTION, shows_something
from answers.inbox.item import ANSWER_CHARACTERS, KINDS, OPEN, STATUSES
from answers.inbox.listing import InboxFilter
from answers.knowledge.finding.tokens import tokens
from flowhook.blanks import is_visible
from flowhook.errors import InvalidInput
from flowhook.organisations.kinds import Unpadded

MAX_FILTER = 200
ORDERS = ("newest", "oldest")
QUERY = {
    "status": f"Any of {', '.join(STATUSES)}, with commas between them (default {OPEN}).",
    "kind": f"One of {', '.join(KINDS)}.",
    "contact": "The id of the contact who asked.",
    "flow": "The id or the name of the flow in which they asked.",
    "assigned": "Who is to answer, or - for what nobody took.",
    "order": f"{ORDERS[0]} (default) or {ORDERS[1]} first.",
    "cursor": "The next_cursor of the page before.",
}


class AnswerSchema(Schema):
    """A person's answer to what waits in the inbox."""

    class Meta:
        unknown = RAISE

    answer = Unpadded(
        required=True,
        validate=[validate.Length(1, ANSWER_CHARACTERS), shows_something],
        metadata={
            "description": f"What the contact is told, 1 to {ANSWER_CHARACTERS} characters.",
            "example": "Yes, from 9 to 12.",
        },
    )
    approve = fields.Boolean(
        load_default=False,
        metadata={
            "description": "true: the next who asks this gets the answer at once.",
            "example": True,
        },
    )
    as_question = Unpadded(
        allow_none=True,
        load_default=None,
        validate=validate.Length(0, MAX_QUESTION),
        metadata={
            "description": "The question that is approved, without what is about this contact"
            f" alone, up to {MAX_QUESTION} characters (default: as it was asked).",
            "example": "Is the clinic open on Sundays?",
        },
    )


class AssignSchema(Schema):
    """Who is to answer what waits in the inbox."""

    class Meta:
        unknown = RAISE

    to = Unpadded(
        required=True,
        validate=validate.Length(0, 64),
        metadata={
            "description": "A name, up to 64 characters; nobody in particular where it is empty.",
            "example": "Meera",
        },
    )


def check_approvable(question: str) -> None:
    """Raises InvalidInput for a question that no approved answer can have: to be called before the
    answer is sent."""
    if not is_visible(question):
        raise wrong("as_question", "Write the question: this one shows nothing.")
    if not tokens(question):
        raise wrong("as_question", "Write the question in words: this one has none.")
    if len(question) > MAX_QUESTION:
        raise wrong("as_question", f"Say the question in at most {MAX_QUESTION:,} characters.")


def asked_filter(query: Mapping[str, str]) -> tuple[InboxFilter, str]:
    """The filter and the cursor of a query. Raises InvalidInput."""
    texts = {name: query.get(name, "").strip() for name in QUERY}
    for name, text in texts.items():
        if len(text) > MAX_FILTER:
            raise wrong(name, f"At most {MAX_FILTER} characters.")
    statuses = [part.strip() for part in texts["status"].split(",") if part.strip()] or [OPEN]
    if not set(statuses) <= set(STATUSES):
        raise wrong("status", f"Any of {', '.join(STATUSES)}.")
    if texts["kind"] not in ("", *KINDS):
        raise wrong("kind", f"One of {', '.join(KINDS)}.")
    if texts["order"] not in ("", *ORDERS):
        raise wrong("order", f"One of {', '.join(ORDERS)}.")
    wanted = InboxFilter(
        tuple(dict.fromkeys(statuses)),
        texts["kind"],
        texts["contact"],
        texts["flow"],
        texts["assigned"],
        texts["order"] == ORDERS[1],
    )
    return wanted, texts["cursor"]


def wrong(name: str, message: str) -> InvalidInput:
    return InvalidInput(f"{name}: {message}", fields={name: [message]})
