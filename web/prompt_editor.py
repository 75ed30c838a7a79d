"""The form of a saved prompt's version: text, model and parameters, checked by the API's schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from answers.api.prompt_schema import PromptSchema
from answers.prompts.prompt import PromptVersion
from flowhook.organisations.section_service import load_fields
from web.form_values import JSON, pretty, read_text
from web.forms import FormField, form_fields, read_form

FORMAT, SCHEMA = "response_format", "response_schema"
ANY, TEXT, OBJECT, BY_SCHEMA = "", "text", "json_object", "json_schema"
FORMATS = (ANY, TEXT, OBJECT, BY_SCHEMA)
SHOWN = ("text", "model", "temperature", "max_tokens", "note")
LEAST_ROWS, MOST_ROWS = 8, 24

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Editor:
    """The form's fields by name; `format` is one of FORMATS, `schema` what belongs to the last."""

    fields: Mapping[str, FormField]
    format: str
    schema: str
    format_errors: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """The lines of the text's field."""
        return min(MOST_ROWS, max(LEAST_ROWS, self.fields["text"].value.count("\n") + 2))


def editor(
    version: PromptVersion | None = None,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, Any] | None = None,
) -> Editor:
    """The form with a version's values, its note aside, or with what was `typed`."""
    values = version.as_dict() if version else {}
    values["note"] = ""
    found = {one.name: one for one in form_fields(PromptSchema(), values, typed, errors)}
    if typed is None:
        chosen, schema = _shown_format(values.get(FORMAT))
    else:
        chosen, schema = typed.get(FORMAT, ANY), typed.get(SCHEMA, "")
    fields = {name: replace(found[name], example="") for name in SHOWN}
    return Editor(fields, chosen, schema, found[FORMAT].errors)


def read_version(form: Mapping[str, str]) -> Json:
    """The values of a version as the form holds them. Raises InvalidInput with wrong fields."""
    body = read_form(PromptSchema(), form)
    body[FORMAT] = _read_format(form)
    given = {name: value for name, value in body.items() if value is not None}
    return load_fields(PromptSchema(), given)


def _shown_format(stored: Any) -> tuple[str, str]:
    """What the form shows of a response_format: what is chosen, and the schema."""
    kind = stored.get("type") if isinstance(stored, Mapping) else stored
    chosen = kind if kind in FORMATS else ANY
    return chosen, pretty(stored) if chosen == BY_SCHEMA else ""


def _read_format(form: Mapping[str, str]) -> Any:
    """The response_format of a form; a bare JSON schema gets what OpenAI puts around it."""
    chosen = form.get(FORMAT, ANY)
    if chosen != BY_SCHEMA:
        return chosen or None
    given = read_text(JSON, form.get(SCHEMA, ""))
    if isinstance(given, dict) and given.get("type") != BY_SCHEMA:
        return {"type": BY_SCHEMA, BY_SCHEMA: {"name": "answer", "schema": given}}
    return given if isinstance(given, dict) else {"type": BY_SCHEMA}
