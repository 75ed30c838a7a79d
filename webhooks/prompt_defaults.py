"""What a call takes from the saved prompt that its body names.

Text, model and parameters of the prompt's version stand in for what the body leaves out. Nothing
here is reached by a call without `saved_prompt`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validate

from answers.prompts.prompt import VARIABLE, PromptVersion, filled, read_reference
from flowhook.errors import InvalidInput, NotFound, UnresolvedVariable
from flowhook.response_format import read_response_format
from webhooks.context import Context, SavedPrompt
from webhooks.registry import WebhookFunction
from webhooks.saved_prompts import PROMPT_VARIABLES, SAVED_PROMPT
from webhooks.threads import names_thread

MAX_CHARACTERS = 100_000  # of a text with its variables, as of a prompt in a body

# The fields of a body that stand for what a version holds, under all their names.
PROMPT = ("prompt",)
MODEL = ("model", "gpt_model")
FORMAT = ("response_format", "response_type", "schema")


def find_saved(context: Context, body: Mapping[str, Any], named: str) -> SavedPrompt | None:
    """Find the version that answers a call, once a call; None where `named` names no prompt.

    A name without a number means the version that `context.prompts` forces, else the one that is
    live for this contact. Raises NotFound.
    """
    if context.saved is None:
        reference = read_reference(named)
        if reference is not None:
            context.saved = SavedPrompt(reference[0], _version(context, body, *reference))
    return context.saved


def with_defaults(
    saved: SavedPrompt,
    function: WebhookFunction,
    body: Mapping[str, Any],
    data: Mapping[str, Any],
) -> dict[str, Any]:
    """Return a call's valid data with what it takes from its saved prompt.

    Raises UnresolvedVariable for a variable without a value, and InvalidInput.
    """
    version = saved.version
    taken: dict[str, Any] = {}
    if not _gives(body, PROMPT):
        taken["prompt"] = _text(saved, data.get(PROMPT_VARIABLES) or {})
    if version.model and not _gives(body, MODEL):
        taken["model"] = version.model
    if version.temperature is not None and not _gives(body, ("temperature",)):
        taken["temperature"] = version.temperature
    if version.max_tokens is not None and not _gives(body, ("max_tokens",)):
        taken["max_tokens"] = answer_tokens(function, version)
    if version.response_format is not None and not _gives(body, FORMAT):
        taken["response_format"] = _format(saved)
    return {**data, **taken}


def answer_tokens(function: WebhookFunction, version: PromptVersion) -> int | None:
    """The version's `max_tokens`, at most what a body may give to the function."""
    if version.max_tokens is None:
        return None
    field = function.fields.fields.get("max_tokens")
    checks = field.validators if field is not None else ()
    ranges = [check for check in checks if isinstance(check, validate.Range)]
    return min([version.max_tokens, *(one.max for one in ranges if one.max is not None)])


def text_taken(saved: SavedPrompt, body: Mapping[str, Any]) -> str:
    """The text, its variables not filled in; empty where the body gives its own."""
    return "" if _gives(body, PROMPT) else saved.version.text


def _version(
    context: Context, body: Mapping[str, Any], name: str, number: int | None
) -> PromptVersion:
    source, organisation = context.service.prompts, context.organisation
    prompt = source.prompt(organisation, name)
    if prompt is None:
        raise NotFound(
            f"there is no saved prompt {name}",
            fix=f"Correct saved_prompt, or save the prompt with POST /prompts/{organisation.id}"
            f"/{name}.",
        )
    number = number or (context.prompts or {}).get(name)
    if number is None:
        found = prompt.version_for(_who(context, body))
        if found is None:
            raise NotFound(
                f"no version of the saved prompt {name} is live",
                fix=f"Make one live with POST /prompts/{organisation.id}/{name}/live, or name a"
                f" version, such as {name}@{prompt.newest}.",
            )
        return found
    return source.named(organisation, name, number)


def _who(context: Context, body: Mapping[str, Any]) -> str:
    """By whom versions are split: the contact, else the thread, else the call itself."""
    thread = str(body.get("thread_id") or "").strip()
    return context.contact or (thread if names_thread(thread) else "") or context.request_id


def _gives(body: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    """Tell whether the body has a value under one of the names; a blank text is none."""
    for name in names:  # half the time of any()
        value = body.get(name)
        if value is not None and (not isinstance(value, str) or value.strip()):
            return True
    return False


def _text(saved: SavedPrompt, values: Mapping[str, str]) -> str:
    text, prompt = saved.version.text, saved.label
    if "{{" not in text:
        return text
    characters = len(text)
    for name in VARIABLE.findall(text):
        value = values.get(name)
        if value is None:
            raise UnresolvedVariable(
                f"prompt_variables has no {name}, which the saved prompt {prompt} needs",
                fix=f"Add {name} to prompt_variables, with a result or a field of the contact.",
                fields={PROMPT_VARIABLES: [f"{name} is missing."]},
            )
        characters += len(value)
    if characters > MAX_CHARACTERS:
        raise InvalidInput(
            f"with its variables the saved prompt {prompt} is longer than {MAX_CHARACTERS:,}"
            " characters",
            fix="Shorten what is in prompt_variables, or use each of them less often.",
            fields={PROMPT_VARIABLES: ["Too long for this prompt."]},
        )
    return filled(text, values)


def _format(saved: SavedPrompt) -> Any:
    try:
        return read_response_format(saved.version.response_format)
    except ValidationError as error:
        raise InvalidInput(
            f"the response_format of the saved prompt {saved.label} cannot be used",
            fix="Save a new version of the prompt with another response_format.",
            fields={SAVED_PROMPT: error.messages},
        ) from None
