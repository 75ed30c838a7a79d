"""What a contact asked, and who answered, as a call in the log tells it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from answers.question_sets.target import OK

MAX_CHARACTERS = 500  # of a question as it is shown and compared
ASK_A_PERSON = "ask_a_person"

APPROVED, KNOWLEDGE, MODEL, PERSON, NOBODY = "approved", "knowledge", "model", "person", "nobody"
GUARDRAIL = "guardrail"
ANSWERED_BY = (APPROVED, KNOWLEDGE, MODEL, PERSON, GUARDRAIL, NOBODY)


@dataclass(frozen=True, slots=True)
class Question:
    """A question in a contact's words; `at` in epoch seconds, `by` is one of ANSWERED_BY.

    `log_id` is the call's entry in the log. `contact` is empty where the caller named none.
    """

    text: str = field(repr=False)
    at: float
    by: str
    log_id: str
    function: str
    contact: str = ""


VARIABLE = re.compile(r"@[\w.]+")
QUESTION_FIELDS = frozenset(("question_text", "question"))
"""What functions call the field of a contact's question; other texts are to be translated, say."""


class Asks(Protocol):
    """A webhook function, as far as its calls are questions: the field with the contact's words."""

    @property
    def main_field(self) -> str: ...


def question_of(
    entry: Mapping[str, Any], at: float, find: Callable[[str], Asks | None]
) -> Question | None:
    """The question of a log entry; None where it asked none, or the log has not its words, such as
    where the flow never set the variable that should hold them."""
    function = find(entry["function"])
    request = entry.get("request")
    if function is None or function.main_field not in QUESTION_FIELDS:
        return None
    text = request.get(function.main_field) if isinstance(request, dict) else None
    if not isinstance(text, str) or not text.strip() or VARIABLE.fullmatch(text.strip()):
        return None
    return Question(
        " ".join(text[: 2 * MAX_CHARACTERS].split())[:MAX_CHARACTERS],
        at,
        answered_by(entry),
        entry["id"],
        entry["function"],
        entry["contact"],
    )


def answered_by(entry: Mapping[str, Any]) -> str:
    """Who answered a call: one of ANSWERED_BY."""
    response = entry.get("response")
    if entry["status"] != OK or not isinstance(response, dict) or response.get("found") is False:
        return NOBODY
    if response.get("source") == APPROVED:
        return APPROVED
    if is_reply_of_rule(entry, response):
        return GUARDRAIL
    if entry["function"] == ASK_A_PERSON:
        return PERSON if response.get("status") == "answered" else NOBODY
    return KNOWLEDGE if response.get("found") is True else MODEL


def is_reply_of_rule(entry: Mapping[str, Any], response: Mapping[str, Any]) -> bool:
    """Whether a rule of the guardrails replied in the place of an answer.

    Entries of the release before this one say only which rule spoke: it replied where no model was
    asked, and the reply has no source.
    """
    if entry.get("replied"):
        return True
    return bool(entry.get("guardrail")) and not entry.get("model") and "source" not in response
