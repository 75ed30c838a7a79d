"""The first version of a prompt: from nothing, from nine answers, or from a text that there is."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from answers.api.prompt_routes import check_name
from answers.prompts.wizard import QUESTIONS, first_prompt
from flowhook.errors import Conflict, FlowhookError, InvalidInput
from flowhook.mended_text import mended_text
from web.form_values import pretty
from web.language import _
from web.moved_variables import moved_variables
from web.page_security import signed_in
from web.page_services import PageServices
from web.prompt_editor import editor, read_version

Shown = str | tuple[str, int] | AnyResponse


def add_new_prompts(pages: Blueprint, services: PageServices) -> None:
    """`new-prompt`, `new-prompt/draft` and `prompt-wizard`."""
    store = services.prompts

    @pages.get("/new-prompt")
    def new(org: str) -> str:
        """Show the empty form of a new prompt."""
        return _form()

    @pages.post("/new-prompt")
    def create(org: str) -> Shown:
        """Save the first version of a new prompt."""
        name = request.form.get("name", "").strip().lower().replace(" ", "_")
        try:
            check_name(name)
            if store.find_now(org, name) is not None:
                raise Conflict(
                    _("there is a prompt %(name)s already", name=name),
                    fix=_("Choose another name, or save a new version of that prompt."),
                )
            store.add(org, name, read_version(request.form), signed_in().caller.name)
        except FlowhookError as error:
            return _form(request.form, error), error.status
        services.sections.changed(org)
        return redirect(url_for("web.saved_prompts.show", org=org, name=name) + "?done=saved", 303)

    @pages.post("/new-prompt/draft")
    def draft(org: str) -> str:
        """Show the form with a text and a model that stood elsewhere; nothing is saved."""
        typed = drafted(request.form)
        typed["text"], moved = moved_variables(typed["text"])
        return _form(typed, moved=moved)

    @pages.get("/prompt-wizard")
    def wizard(org: str) -> str:
        """Ask the nine questions."""
        return _asked()

    @pages.post("/prompt-wizard")
    def answer(org: str) -> Shown:
        """Make a text of the answers, and show it to be changed before it is saved."""
        answers = {one.name: mended_text(request.form.get(one.name, "")) for one in QUESTIONS}
        try:
            text = first_prompt(answers)
        except InvalidInput as error:
            return _asked(error), error.status
        return _form({"text": text}, made=True)


def drafted(form: Mapping[str, str]) -> dict[str, str]:
    """The text, model and parameters of a form, also of a node's."""
    named: dict[str, tuple[str, ...]] = {
        "text": ("text", "body:prompt"),
        "model": ("model", "body:gpt_model", "body:model"),
        "temperature": ("temperature", "body:temperature"),
        "max_tokens": ("max_tokens", "body:max_tokens"),
    }
    return {
        name: next((form[one] for one in places if form.get(one)), "")
        for name, places in named.items()
    }


def _form(
    typed: Mapping[str, str] | None = None,
    error: FlowhookError | None = None,
    *,
    made: bool = False,
    moved: Mapping[str, str] | None = None,
) -> str:
    """`made`: the text comes from the wizard. `moved`: it comes from a flow, with variables."""
    fields = (error.fields or {}) if error else {}
    return render_template(
        "web/new_prompt.html",
        editor=editor(None, typed, fields),
        name=(typed or {}).get("name", ""),
        name_errors=fields.get("name", ()),
        made=made,
        is_empty=typed is None,
        moved=pretty({"saved_prompt": "...", "prompt_variables": moved}) if moved else "",
        error=error,
    )


def _asked(error: FlowhookError | None = None) -> str:
    return render_template(
        "web/prompt_wizard.html",
        questions=QUESTIONS,
        answers=request.form,
        errors=(error.fields or {}) if error else {},
        error=error,
    )
