"""The page of one saved prompt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from answers.gates.gate import PROMPT
from answers.prompts.prompt import Prompt, PromptVersion
from answers.prompts.store import PromptStore
from flowhook.errors import Changed, FlowhookError, GateFailed, NotFound
from flowhook.mended_text import mended_text
from web.field_labels import label_of
from web.form_values import pretty
from web.gate_checks import shown_gate
from web.page_security import organisation, reload_organisation, signed_in
from web.page_services import PageServices
from web.prompt_editor import editor
from web.prompt_spend import spends
from web.prompt_split import number, shares
from web.text_difference import Gap, Line, difference

PAGE_VERSIONS = 25
TRIED_WITH = "parse_via_chat_gpt"  # the function in whose form a prompt is tried
PARAMETERS = ("model", "temperature", "max_tokens", "response_format")


@dataclass(frozen=True, slots=True)
class Difference:
    """What two versions say differently: lines of their texts, and parameters by their label."""

    before: int
    after: int
    lines: list[Line | Gap]
    parameters: list[tuple[str, str, str]]


class PromptViews:
    """Shows a prompt, also with an error."""

    def __init__(self, services: PageServices) -> None:
        self.services = services
        self.store = services.prompts

    def shown(
        self,
        org: str,
        name: str,
        error: FlowhookError | None = None,
        *,
        typed: Mapping[str, str] | None = None,
        draft: Mapping[str, str] | None = None,
        done: str | None = None,
    ) -> str:
        """`typed` is what was refused of the version's form, `draft` a text and model to save."""
        prompt = self.store.existing(organisation(), name)
        before = number(request.args.get("older", "")) or prompt.newest + 1
        versions = self.store.versions(org, name, before, PAGE_VERSIONS)
        found = Found(self.store, prompt, {one.number: one for one in versions})
        newest = found.version(prompt.newest)
        edited = found.version(number(request.args.get("version", ""))) or newest
        if edited and draft:
            edited = replace(edited, text=draft["text"], model=draft["model"] or None)
        is_conflict = typed is not None and isinstance(error, Changed)
        fields = {} if error is None or is_conflict else error.fields or {}
        return render_template(
            "web/saved_prompt.html",
            prompt=prompt,
            base=base_of(prompt),
            newest=newest,
            versions=versions,
            older=versions[-1].number if versions and versions[-1].number > 1 else None,
            edited=edited,
            editor=editor(edited, typed, fields),
            yours=yours(newest, typed) if typed and is_conflict else None,
            difference=asked_difference(found),
            spent=spends(self.services, org).get(name, {}),
            shares=shares(prompt, request.form),
            body=flow_body(prompt, newest),
            tried_with=TRIED_WITH,
            is_draft=draft is not None,
            gate=shown_gate(self.services, org, PROMPT, name),
            error=None if isinstance(error, GateFailed) else error,  # its check tells
            done=done,
        )

    def refused(
        self,
        org: str,
        name: str,
        error: FlowhookError,
        typed: Mapping[str, str] | None = None,
    ) -> tuple[str, int]:
        """The page as it is now, with why a form was refused."""
        reload_organisation(self.services.sections)
        return self.shown(org, name, error, typed=typed), error.status

    def to(self, org: str, name: str, done: str) -> AnyResponse:
        """The way to the page after a change."""
        return redirect(url_for("web.saved_prompts.show", org=org, name=name, done=done), 303)


def editing() -> tuple[str, str | None]:
    """Who changes a prompt, and its tag as their page had it."""
    return signed_in().caller.name, request.form.get("tag") or None


@dataclass(frozen=True, slots=True)
class Found:
    """The versions of a prompt: those that were read, and others as they are asked for."""

    store: PromptStore
    prompt: Prompt
    held: Mapping[int, PromptVersion]

    def version(self, wanted: int) -> PromptVersion | None:
        """A version; None where there is none of this number, or no key decrypts it."""
        if wanted in self.held:
            return self.held[wanted]
        try:
            return self.store.named(organisation(), self.prompt.name, wanted) if wanted else None
        except NotFound:
            return None


def base_of(prompt: Prompt) -> str:
    """Names what an edit began with: the prompt and its newest version."""
    return f"{prompt.id}.{prompt.newest}"


def yours(newest: PromptVersion | None, typed: Mapping[str, str]) -> list[Line | Gap]:
    """How what was typed differs from the version that somebody else saved."""
    text = mended_text(typed.get("text", "").replace("\r\n", "\n"))
    return difference(newest.text if newest else "", text)


def asked_difference(found: Found) -> Difference | None:
    """The difference that the address asks for; else that of the newest version to the one that
    answers most contacts, or to the version before it."""
    prompt = found.prompt
    main = max(prompt.split, key=lambda one: prompt.split[one], default=prompt.newest)
    usual = main if main != prompt.newest else prompt.newest - 1
    before = found.version(number(request.args.get("before", "")) or usual)
    after = found.version(number(request.args.get("after", "")) or prompt.newest)
    if before is None or after is None:
        return None
    parameters = [
        (label_of(name), shown(getattr(before, name)), shown(getattr(after, name)))
        for name in PARAMETERS
        if getattr(before, name) != getattr(after, name)
    ]
    lines = difference(before.text, after.text)
    return Difference(before.number, after.number, lines, parameters)


def shown(value: Any) -> str:
    """A parameter as a page shows it; empty where it is not set."""
    if value is None or isinstance(value, str):
        return value or ""
    return pretty(value)


def flow_body(prompt: Prompt, newest: PromptVersion | None) -> str:
    """What a flow's webhook node sends to be answered by the prompt."""
    body: dict[str, Any] = {"question_text": "@results.question", "saved_prompt": prompt.name}
    live = [version for version, _percent in prompt.live] or ([newest] if newest else [])
    variables = dict.fromkeys(name for version in live for name in version.variables)
    if variables:
        body["prompt_variables"] = {name: f"@contact.fields.{name}" for name in variables}
    return pretty(body)
