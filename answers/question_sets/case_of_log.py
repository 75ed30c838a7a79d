"""Makes a case of a call in the log: what was asked, and what was answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import orjson

from answers.question_sets.question_set import Json, QuestionSet
from answers.question_sets.schema import MAX_CHARACTERS
from answers.question_sets.target import OK
from flowhook.common_keys import COMMON_KEYS
from flowhook.errors import Conflict, InvalidInput
from flowhook.records.redact import REDACTED

ACCOUNT = "account"
SAVED_PROMPT = "saved_prompt"
HOW_IT_IS_ASKED = frozenset(
    ("prompt", "model", "gpt_model", "temperature", "max_tokens", "response_format")
)
"""What a saved prompt may give; a field of a body would be taken before it."""
LEFT_OUT = (COMMON_KEYS - {ACCOUNT}) | {"thread_id"}
"""Who was answered, where and how; in a case nobody is, and each has a thread of its own."""
MESSAGES = "messages"


class Asked(Protocol):
    """A webhook function, as far as a case needs it: the field with the contact's words, and the
    result with the answer."""

    @property
    def main_field(self) -> str: ...

    @property
    def main(self) -> str: ...


def case_of_log(entry: Mapping[str, Any], asked: QuestionSet, find: Callable[[str], Asked]) -> Json:
    """The case of a log entry, as PUT takes it.

    What the set's own body says is left to it, and so is how a saved prompt that it names asks.
    Raises Conflict where the entry is a call of something else, InvalidInput where the log does not
    hold all of it, as of a large call or one with secrets, or there were no words, and what `find`
    does.
    """
    if not asked.function:
        raise Conflict(
            "this question set asks a flow, and the log holds calls of functions",
            fix='Send the conversation as a case: {"turns": [...]}.',
        )
    if entry["function"] != asked.function:
        raise Conflict(
            f"this call asked {entry['function'] or 'no function'}, and the question set asks"
            f" {asked.function}",
            fix=f"Choose a call of {asked.function}, or a question set for what was called.",
        )
    function = find(asked.function)
    request = entry.get("request")
    if not isinstance(request, dict):
        raise InvalidInput(
            "the log does not hold the whole of this call any more",
            fix="Write the question as a case; of a very large call only the beginning is kept.",
        )
    question, rest = _question(request, function.main_field)
    body = {name: value for name, value in rest.items() if not _is_left_out(name, value, asked)}
    if REDACTED in question or REDACTED.encode() in orjson.dumps(body):
        raise InvalidInput(
            "the log holds this call without the secrets that were in it",
            fix="Write the question as a case.",
        )
    if isinstance(body.get(SAVED_PROMPT), str):
        body[SAVED_PROMPT] = body[SAVED_PROMPT].partition("@")[0]  # else no other version is tried
    answer = _answer(entry, function.main)
    return {
        "question": question,
        **({"body": body} if body else {}),
        **({"answer": answer} if answer else {}),
    }


def _question(request: Mapping[str, Any], main_field: str) -> tuple[str, Json]:
    """The contact's words, and the rest of the request."""
    rest = {name: value for name, value in request.items() if name != main_field}
    words = request.get(main_field)
    messages = request.get(MESSAGES)
    if not words and isinstance(messages, list) and messages:
        last = messages[-1]
        words = last.get("content") if isinstance(last, dict) else None
        rest[MESSAGES] = messages[:-1]
    if isinstance(words, int | float) and not isinstance(words, bool):
        words = str(words)
    if not isinstance(words, str) or not words:
        raise InvalidInput(
            f"this call has no text in {main_field}", fix="Write the question as a case."
        )
    return words, rest


def _is_left_out(name: str, value: Any, asked: QuestionSet) -> bool:
    if name in LEFT_OUT or name in asked.body or value in (None, "", [], {}):
        return True
    return SAVED_PROMPT in asked.body and name in HOW_IT_IS_ASKED


def _answer(entry: Mapping[str, Any], main: str) -> str:
    """What was answered, as text; nothing of a call that failed."""
    response = entry.get("response")
    if entry["status"] != OK or not isinstance(response, dict):
        return ""
    answer = response.get(main)
    if not isinstance(answer, str):
        answer = "" if answer is None else orjson.dumps(answer).decode()
    return answer[:MAX_CHARACTERS]
