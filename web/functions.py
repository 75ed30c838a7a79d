"""The catalogue of webhook functions: their fields, a form to try one, and texts to paste."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, render_template, request

from answers.prompts.prompt import PromptVersion
from flowhook.errors import FlowhookError, NotFound
from flowhook.http.origin import origin
from flowhook.organisations.section_service import account_titles
from web.about_functions import paragraphs
from web.addresses import address_note
from web.comparing import question_field
from web.forms import FormField, form_fields, read_form
from web.language import _
from web.named_versions import find_version
from web.node_bodies import node_bodies
from web.page_security import organisation
from web.page_services import PageServices
from web.trying import TrialResult, call
from webhooks.http.catalogue import describe
from webhooks.prompt_defaults import FORMAT, MODEL, PROMPT
from webhooks.registry import WebhookFunction
from webhooks.saved_prompts import PROMPT_VARIABLES, SAVED_PROMPT

OF_PROMPT = frozenset({*PROMPT, *MODEL, *FORMAT, "temperature", "max_tokens"})
AUTHORS_OWN = frozenset({"model", "gpt_model", "thread_id", "vector_store_id"})


def function_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/functions`."""
    pages = Blueprint("functions", __name__, url_prefix="/organisations/<org>/functions")
    functions = services.dispatcher.functions
    described = cache(lambda: {function.name: describe(function) for function in functions})

    def shown(name: str, outcome: TrialResult | None = None) -> str:
        function, asked = find(name), request.args.get(SAVED_PROMPT, "")
        error: FlowhookError | None = outcome.error if outcome else None
        typed, version = request.form if outcome else None, find_version(services, asked)
        fields = form_fields(
            function.fields,
            first_values(function, version, asked),
            typed,
            error.fields or {} if error else {},
        )
        first = [field for field in fields if stands_first(field, function, version)]
        return render_template(
            "web/function.html",
            function=described()[name],
            fields=first,
            more=[field for field in fields if field not in first],
            paragraphs=paragraphs(described()[name]["page"]),
            compares=bool(question_field(function)),
            outcome=outcome,
            accounts=account_titles(organisation()),
            account=request.form.get("account", ""),
            bodies=node_bodies(function, f"{origin(services.config.public_url)}/webhooks/{name}"),
            note=address_note(services.config),
        )

    @pages.get("")
    def index(org: str) -> str:
        """List all functions."""
        return render_template("web/functions.html", functions=described().values())

    @pages.get("/<name>")
    def show(org: str, name: str) -> str:
        """Show one function."""
        return shown(name)

    @pages.post("/<name>")
    def try_it(org: str, name: str) -> str:
        """Call the function with the form's values, for this organisation."""
        function = find(name)
        body = asked_body(function)
        if request.form.get("account") in account_titles(organisation()):
            body["account"] = request.form["account"]
        return shown(name, call(services, function, body))

    def find(name: str) -> WebhookFunction:
        function = functions.find(name)
        if function is None:
            raise NotFound(_("there is no such function"), fix=_("Choose one from the list."))
        return function

    return pages


def asked_body(function: WebhookFunction) -> dict[str, Any]:
    """The body that the form describes; a blank required field is sent, and so reported."""
    typed = read_form(function.fields, request.form)
    required = {name for name, field in function.fields.fields.items() if field.required}
    return {
        name: "" if value is None else value
        for name, value in typed.items()
        if value is not None or name in required
    }


def example(function: WebhookFunction) -> dict[str, Any]:
    """The form's first content: the example without values that only its author has."""
    return {
        name: value
        for name, value in function.example.items()
        if name in function.fields.fields and name not in AUTHORS_OWN
    }


def first_values(
    function: WebhookFunction, version: PromptVersion | None, reference: str
) -> dict[str, Any]:
    """The form's first content: the example, its prompt and parameters those of the version of a
    saved prompt that `reference` names."""
    values = example(function)
    if version is None or SAVED_PROMPT not in function.fields.fields:
        return values
    values = {name: value for name, value in values.items() if name not in OF_PROMPT}
    if version.variables:
        values[PROMPT_VARIABLES] = dict.fromkeys(version.variables, "")
    return {**values, SAVED_PROMPT: reference}


def stands_first(
    field: FormField, function: WebhookFunction, version: PromptVersion | None = None
) -> bool:
    """Whether the field is shown at once; the others are under "More fields", and so are those
    for which the version of a saved prompt stands."""
    in_example = field.name in function.example and not field.is_model
    if version is not None and field.name in OF_PROMPT:
        in_example = False
    return field.required or bool(field.value) or in_example
