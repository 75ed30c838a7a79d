"""Answers of a chat: text, or JSON that is checked on our side too.

JSON that does not parse or does not keep to its schema gets one corrective retry, which tells
the model what is wrong; what is still wrong then is `invalid_response`. A cut-off is
`truncated`, a refusal `refused`; neither is tried again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flowhook.errors import FlowhookError, InvalidResponse
from flowhook.providers.completion import CompletionChoice
from flowhook.providers.openai import OpenAIClient
from webhooks.chat.answers import parse_answer
from webhooks.chat.messages import text_of
from webhooks.chat.structured import validate_answer

SAY_JSON = "Answer with one JSON object and nothing else."


class _Unfit(Exception):
    """An answer that is not the JSON asked for, and what the model is told about it."""

    def __init__(self, text: str, problems: Sequence[str]) -> None:
        super().__init__("unfit")
        self.text = text
        self.problems = problems


def ask_answers(client: OpenAIClient, body: dict[str, Any]) -> list[Any]:
    """The answers of a chat request, in order, at least one; its errors otherwise.

    With several choices, one that the model declined or cut off is left out while another is
    there.
    """
    response_format = body.get("response_format")
    if response_format is None:
        return _usable([_text_or_error(choice) for choice in client.chat(body).choices])
    if response_format["type"] == "json_object":
        body = {**body, "messages": _saying_json(body["messages"])}
    found = [_read(choice, response_format) for choice in client.chat(body).choices]
    unfit = [answer for answer in found if isinstance(answer, _Unfit)]
    if unfit:
        again = iter(_ask_again(client, body, unfit))
        found = [next(again, one) if isinstance(one, _Unfit) else one for one in found]
    return _usable([_as_error(one) if isinstance(one, _Unfit) else one for one in found])


def _ask_again(client: OpenAIClient, body: dict[str, Any], unfit: list[_Unfit]) -> list[Any]:
    problems = "\n".join(unfit[0].problems)
    correction = f"This is not the JSON that was asked for:\n{problems}\n{SAY_JSON}"
    corrected = {
        **body,
        "messages": [
            *body["messages"],
            {"role": "assistant", "content": unfit[0].text or "{}"},
            {"role": "user", "content": correction},
        ],
    }
    if "n" in body:
        corrected["n"] = len(unfit)
    return [_read(choice, body["response_format"]) for choice in client.chat(corrected).choices]


def _read(choice: CompletionChoice, response_format: Mapping[str, Any]) -> Any:
    """The JSON of a choice, or what is wrong with it."""
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
    if response_format["type"] == "json_schema":
        problems = validate_answer(value, response_format["json_schema"]["schema"])
        if problems:
            return _Unfit(text, problems)
    return value


def _text_or_error(choice: CompletionChoice) -> Any:
    try:
        return choice.require_text()
    except FlowhookError as error:
        return error


def _usable(found: list[Any]) -> list[Any]:
    """The answers; the first error where there is none, or where JSON stayed wrong."""
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


def _saying_json(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """JSON mode wants the word in the messages; where it is missing, the system says it."""
    if any("json" in text_of(message.get("content")).lower() for message in messages):
        return messages
    if messages and messages[0]["role"] == "system":
        told = {"role": "system", "content": f"{text_of(messages[0]['content'])}\n\n{SAY_JSON}"}
        return [told, *messages[1:]]
    return [{"role": "system", "content": SAY_JSON}, *messages]
