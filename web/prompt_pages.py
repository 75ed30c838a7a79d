"""Prompts and models compared on the same questions, and the better one put into its node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, render_template, request

from flowhook.errors import FlowhookError, InvalidInput, NotFound
from flowhook.http.answers import request_id
from flowhook.mended_text import mended_text
from flowhook.records.log import LogFilter
from flows.definition.titles import node_title
from flows.library.editing import shown_node
from flows.library.publishing import newest
from web.comparing import (
    PROMPT,
    WAIT_SECONDS,
    Json,
    Try,
    Variant,
    ask,
    body_of,
    model_fields,
    question_field,
    total,
    trial_body,
    variables_of,
)
from web.form_values import PAIRS, read_text
from web.language import _
from web.named_versions import find_version
from web.page_services import PageServices
from webhooks.fields import is_variable
from webhooks.registry import WebhookFunction

MOST_QUESTIONS = 10
SCANNED = 1_000  # entries of the log that are looked at
PARAMETERS = ("temperature", "max_tokens", "response_format")  # of a saved prompt
LETTERS = "ABC"  # of the variants


@dataclass(frozen=True, slots=True)
class Place:
    """The webhook action whose prompt is tried; all empty for a function alone.

    `base` is the flow's revision that the author read; `body` is the action's. `saved` names a
    version of a saved prompt instead, whose parameters are in `body`.
    """

    flow: str = ""
    node: str = ""
    action: str = ""
    base: int = 0
    title: str = ""
    body: Json | None = None
    saved: str = ""

    @property
    def prompt(self) -> str:
        """The name of the saved prompt."""
        return self.saved.partition("@")[0]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form holds; `values` and `questions` are as typed, an entry a line."""

    questions: str
    values: str
    variants: tuple[Variant, ...]

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.questions.splitlines() if line.strip()]


def prompt_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/functions/<name>/compare`."""
    pages = Blueprint(
        "prompts", __name__, url_prefix="/organisations/<org>/functions/<name>/compare"
    )
    views = PromptViews(services)

    @pages.get("")
    def show(org: str, name: str) -> str:
        """Show the form, with the prompt of the node that the address names."""
        function, place = views.function(name), views.place(org, request.args)
        asked = views.first_saved(place) if place.saved else first_asked(function, place)
        return views.shown(function, place, asked)

    @pages.post("")
    def compare(org: str, name: str) -> str | tuple[str, int]:
        """Ask every variant every question, or take questions from the log."""
        function, place, asked = views.function(name), Place(), read_asked(request.form)
        try:
            place = views.place(org, request.form)
            if request.form.get("do") == "take":
                asked = replace(asked, questions="\n".join(views.last_questions(org, function)))
                return views.shown(function, place, asked)
            return views.shown(function, place, asked, tries=views.tries(function, place, asked))
        except FlowhookError as error:
            return views.shown(function, place, asked, error=error), error.status

    return pages


class PromptViews:
    """The page of a comparison."""

    def __init__(self, services: PageServices) -> None:
        self.services = services
        self.store = services.conversations.flows

    def function(self, name: str) -> WebhookFunction:
        """Raises NotFound for a function that takes no prompt beside a question."""
        function = self.services.dispatcher.functions.find(name)
        if function is None or not question_field(function):
            raise NotFound(
                _("there are no prompts to compare for this function"),
                fix=_("Choose a function with a prompt and a question."),
            )
        return function

    def place(self, org: str, given: Mapping[str, str]) -> Place:
        """The action that the form or address names. Raises NotFound where it is gone."""
        if given.get("saved"):
            return self.saved_place(given["saved"])
        uuid, node, action = (given.get(name, "") for name in ("flow", "node", "action"))
        if not uuid:
            return Place()
        entry, flow = newest(self.store, org, uuid)
        found = flow.nodes.get(node)
        body = body_of(shown_node(flow, found), action) if found else None
        if found is None or body is None:
            raise NotFound(
                _("the node no longer calls this function"), fix=_("Open the flow, and its node.")
            )
        base = given.get("base", "")
        read = int(base) if base.isascii() and base.isdigit() and len(base) < 16 else 0
        return Place(uuid, node, action, read or entry.draft.revision, node_title(found), body)

    def saved_place(self, reference: str) -> Place:
        """The version of a saved prompt that is compared. Raises NotFound."""
        version = find_version(self.services, reference)
        if version is None:
            raise NotFound(
                _("there is no saved prompt %(name)s", name=reference),
                fix=_("Choose one from the list of prompts."),
            )
        given = ((name, getattr(version, name)) for name in PARAMETERS)
        body = {name: value for name, value in given if value is not None}
        return Place(saved=reference, body=body)

    def first_saved(self, place: Place) -> Asked:
        """The form at first: the version that the address compares with, and the place's own."""
        references = (f"{place.prompt}@{request.args.get('before', '')}", place.saved)
        found = [find_version(self.services, one) for one in references]
        versions = list({one.number: one for one in found if one}.values())
        variants = [
            Variant(letter, one.text, one.model or "")
            for letter, one in zip(LETTERS, versions, strict=False)
        ]
        variants += [Variant(letter) for letter in LETTERS[len(variants) :]]
        names = dict.fromkeys(name for one in versions for name in one.variables)
        return Asked("", "".join(f"{name} = \n" for name in names), tuple(variants))

    def tries(self, function: WebhookFunction, place: Place, asked: Asked) -> list[list[Try]]:
        """The answers, a list for each question. Raises InvalidInput."""
        variants, lines = used(asked.variants), asked.lines
        if not lines:
            raise InvalidInput(
                _("there is no question"), fix=_("Write one a line, or take them from the log.")
            )
        if len(lines) > MOST_QUESTIONS:
            raise InvalidInput(
                _("there are more than %(count)s questions", count=MOST_QUESTIONS),
                fix=_("Keep those that differ most."),
            )
        if not variants:
            raise InvalidInput(
                _("there is no prompt and no model"), fix=_("Write a prompt, or choose a model.")
            )
        values = {name: text for name, text in read_values(asked.values).items() if text}
        bodies = [
            trial_body(function, place.body or {}, one, line, values)
            for line in lines
            for one in variants
        ]
        tries = ask(self.services, function, bodies)
        return [tries[at : at + len(variants)] for at in range(0, len(tries), len(variants))]

    def last_questions(self, org: str, function: WebhookFunction) -> list[str]:
        """What the last calls asked, each once. Raises NotFound where there were none."""
        field, wanted = question_field(function), LogFilter(function=function.name)
        page = self.services.log.page(org, wanted, "", 5 * MOST_QUESTIONS, scan=SCANNED, whole=True)
        texts = [text_of(entry["request"], field) for entry in page["logs"]]
        found = list(dict.fromkeys(text for text in texts if text))[:MOST_QUESTIONS]
        if not found:
            raise NotFound(
                _("the log holds no call of this function"), fix=_("Write questions, one a line.")
            )
        return found

    def shown(
        self,
        function: WebhookFunction,
        place: Place,
        asked: Asked,
        *,
        tries: list[list[Try]] | None = None,
        error: FlowhookError | None = None,
    ) -> str:
        variants = used(asked.variants) if tries else ()
        return render_template(
            "web/prompts.html",
            function=function.name,
            place=place,
            asked=asked,
            has_models=bool(model_fields(function)),
            most=MOST_QUESTIONS,
            variants=variants,
            totals=[total(row[at] for row in tries or ()) for at in range(len(variants))],
            answers=list(zip(asked.lines, tries or (), strict=bool(tries))) if tries else (),
            wait_seconds=int(WAIT_SECONDS),
            request_id=request_id(),
            error=error,
        )


def first_asked(function: WebhookFunction, place: Place) -> Asked:
    """The form at first: the node's prompt twice, one of them to be changed."""
    held = place.body if place.body is not None else dict(function.example)
    model = next((str(held[name]) for name in model_fields(function) if held.get(name)), "")
    is_own = place.body is not None and not is_variable(model)
    prompt, model = str(held.get(PROMPT, "")), model if is_own else ""
    names = variables_of({**held, question_field(function): ""}) if place.body else []
    names = [name for name in names if "." in name]
    variants = (*(Variant(letter, prompt, model) for letter in LETTERS[:2]), Variant(LETTERS[2]))
    return Asked("", "".join(f"{name} = \n" for name in names), variants)


def read_asked(form: Mapping[str, str]) -> Asked:
    def text(name: str) -> str:
        return mended_text(form.get(name, "").replace("\r\n", "\n"))

    variants = tuple(
        Variant(letter, text(f"prompt-{letter}"), text(f"model-{letter}").strip())
        for letter in LETTERS
    )
    return Asked(text("questions"), text("values"), variants)


def used(variants: tuple[Variant, ...]) -> list[Variant]:
    """Those with a prompt or a model."""
    return [one for one in variants if one.prompt.strip() or one.model]


def read_values(text: str) -> dict[str, str]:
    """The values of variables, a line each: `@results.name = Asha`."""
    found: dict[str, str] = read_text(PAIRS, text) or {}
    return {name if name.startswith("@") else f"@{name}": value for name, value in found.items()}


def text_of(body: Any, field: str) -> str:
    """The question of a call, on one line; empty where it was a variable that nobody set."""
    asked = body.get(field) if isinstance(body, Mapping) else None
    if not isinstance(asked, str) or is_variable(asked):
        return ""
    return " ".join(asked.split())
