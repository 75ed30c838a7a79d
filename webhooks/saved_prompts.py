"""The fields by which a function takes a saved prompt, and the result that tells its version."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields

from answers.prompts.prompt import VARIABLE_NAME, read_reference
from webhooks.fields import Json, Pasted, Text, UnresolvedText, is_variable

SAVED_PROMPT = "saved_prompt"
PROMPT_VARIABLES = "prompt_variables"
PROMPT_VERSION = "prompt_version"
MAX_VARIABLES = 100
MAX_VALUE_CHARACTERS = 4_000
NO_REFERENCE = "Must be the name of a saved prompt, such as farmer_help, or of a version: help@3."


def check_reference(text: str) -> None:
    """Raise ValidationError unless the text names a prompt, or a version of one."""
    if read_reference(text) is None:
        raise ValidationError(NO_REFERENCE)


def read_variables(value: Any) -> dict[str, str]:
    """Read the values of a prompt's variables by name; one that is null counts as absent."""
    if not isinstance(value, dict):
        raise ValidationError('Must be an object of names and texts: {"name": "Asha"}.')
    if len(value) > MAX_VARIABLES:
        raise ValidationError(f"Must be at most {MAX_VARIABLES} variables.")
    return {name: _read(name, given) for name, given in value.items() if given is not None}


def _read(name: str, given: Any) -> str:
    """Read the value of one variable."""
    if not VARIABLE_NAME.fullmatch(name):
        raise ValidationError(
            f"{name[:64]!r} is no variable's name: 1 to 64 of A-Z a-z 0-9 _, no digit first."
        )
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, int | float):
        return str(given)
    if not isinstance(given, str):
        raise ValidationError(f"{name} must be text, a number, or true or false.")
    if len(given) > MAX_VALUE_CHARACTERS:
        raise ValidationError(f"{name} must be at most {MAX_VALUE_CHARACTERS:,} characters.")
    if is_variable(given):
        problem = f"{name}: {given.strip()} was never set by the flow."
        raise ValidationError([UnresolvedText(problem)])
    return given


def saved_prompt_field() -> Text:
    return Pasted(
        max_length=100,
        validate=[check_reference],
        metadata={
            "description": "The name of a saved prompt, which gives what this body leaves out:"
            " prompt, model and parameters. Its version that is live for this contact answers; a"
            " name with @ and a number means that version.",
            "example": "farmer_help",
        },
    )


def prompt_variables_field() -> Json:
    return Json(
        reads=read_variables,
        metadata={
            "description": "What stands for the saved prompt's {{variables}}, by name: up to 100"
            " texts of up to 4,000 characters. The model gets them as information, never as"
            " instructions.",
            "example": {"name": "@contact.name"},
        },
    )


def prompt_version_field() -> fields.Integer:
    return fields.Integer(
        metadata={
            "description": "The number of the saved prompt's version that answered, if"
            " saved_prompt was in the body.",
            "example": 3,
        }
    )
