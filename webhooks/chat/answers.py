"""Ask for text, or for JSON, which is also checked here; and read text as a flow gets it.

JSON that does not parse or does not match its schema gets one corrective retry, which tells the
model what is wrong; a second failure is `invalid_response`. A cut-off is
`truncated`, a refusal `refused`; neither is tried again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from answers.prompts.prompt import filled
from flowhook.errors import FlowhookError, InvalidResponse
from flowhook.json_schema import validate_answer
from flowhook.providers.model_client import (
    ChatRequest,
    CompletionChoice,
    JsonAnswer,
    Message,
    ModelClient,
)
from webhooks.chat.json_in_text import NOT_FOUND, find_json
from webhooks.chat.messages import text_of, with_rules

SAY_JSON = "Answer with one JSON object and nothing else."
CORRECTION = f"This is not the JSON that was asked for:\n{{{{problems}}}}\n{SAY_JSON}"


class _Unfit(Exception):
    """An answer that is not the requested JSON, with the correction for the model."""

    def __init__(self, text: str, problems: Sequence[str]) -> None:
        super().__init__("unfit")
        self.text = text
        self.problems = problems


def ask_answers(client: ModelClient, request: ChatRequest) -> list[Any]:
    """Ask for the answers of a chat request; returns at least one, in order, or raises its error.

    Of several choices, those that the model declined or cut off are left out if another is usable.
    """
    wanted = request.json_answer
    if wanted is None:
        return _usable([_text_or_error(choice) for choice in client.chat(request).choices])
    if wanted.schema is None:
        request = replace(request, messages=saying_json(request.messages))
    found = [_read(choice, wanted) for choice in client.chat(request).choices]
    unfit = [answer for answer in found if isinstance(answer, _Unfit)]
    if unfit:
        again = iter(_ask_again(client, request, wanted, unfit))
        found = [next(again, one) if isinstance(one, _Unfit) else one for one in found]
    return _usable([_as_error(one) if isinstance(one, _Unfit) else one for one in found])


def parse_answer(text: str, *, must_be_json: bool = False) -> Any:
    """Parse an object or list, also in a code fence; any other text is returned as it is.

    Raises InvalidResponse if it must be JSON, then also among words, and there is none.
    """
    found = find_json(text, among_words=must_be_json)
    if found is not NOT_FOUND:
        return found
    if must_be_json:
        raise InvalidResponse(
            "the model answered something else than the JSON that was asked for",
            fix="Say in the prompt which JSON is wanted, or use a json_schema.",
        )
    return text.strip()


def _ask_again(
    client: ModelClient, request: ChatRequest, wanted: JsonAnswer, unfit: list[_Unfit]
) -> list[Any]:
    problems = {"problems": "\n".join(unfit[0].problems)}  # which may quote the answer
    correction = filled(CORRECTION, problems)
    corrected = replace(
        request,
        messages=[
            *request.messages,
            {"role": "assistant", "content": unfit[0].text or "{}"},
            {"role": "user", "content": correction},
        ],
        choices=None if request.choices is None else len(unfit),
    )
    return [_read(choice, wanted) for choice in client.chat(corrected).choices]


def _read(choice: CompletionChoice, wanted: JsonAnswer) -> Any:
    """Read the JSON of a choice, or what is wrong with it."""
    try:
        text = choice.require_text(whole=True)
    except FlowhookError as error:
        return error
    try:
        value = parse_answer(text, must_be_json=True)
    except InvalidResponse:
        return _Unfit(text, ["The answer is not JSON."])
    if not isinstance(value, dict):
        return _Unfit(text, ["The answer is not a JSON object."])
    if wanted.schema is not None:
        problems = validate_answer(value, wanted.schema)
        if problems:
            return _Unfit(text, problems)
    return value


def _text_or_error(choice: CompletionChoice) -> Any:
    try:
        return choice.require_text()
    except FlowhookError as error:
        return error


def _usable(found: list[Any]) -> list[Any]:
    """Return the answers; raises the first error if there is none, or if JSON stayed wrong."""
    errors = [one for one in found if isinstance(one, FlowhookError)]
    answers = [one for one in found if not isinstance(one, FlowhookError)]
    wrong = [error for error in errors if isinstance(error, InvalidResponse)]
    if wrong or not answers:
        raise (wrong or errors)[0]
    return answers


def _as_error(_unfit: _Unfit) -> InvalidResponse:
    return InvalidResponse(
        "the model answered something else than the JSON that was asked for, twice",
        fix="Say in the prompt which JSON is wanted, simplify the schema, or choose a stronger"
        " model.",
    )


def saying_json(messages: Sequence[Message]) -> Sequence[Message]:
    """Add a system message with the word JSON, which JSON mode requires, if it is missing."""
    if any("json" in text_of(message.get("content")).lower() for message in messages):
        return messages
    return with_rules(messages, SAY_JSON)
