"""HTTP routes of saved prompts: their versions, listed, shown, saved and deleted."""

from __future__ import annotations

from flask import Blueprint, Response, request

from answers.api.prompt_answers import (
    PROMPT,
    VERSION,
    VERSIONS,
    expected_tag,
    shown_prompt,
    shown_version,
    tagged,
)
from answers.api.prompt_schema import PromptSchema
from answers.prompts.prompt import NAME
from answers.prompts.store import PromptStore
from flowhook.errors import InvalidInput
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented, page_of
from flowhook.organisations.auth import Caller
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.http.request_body import read_fields
from flowhook.organisations.section_service import SectionService

PAGE_VERSIONS = 100
CURSOR = "The next_cursor of the page before."


def prompt_routes(auth: AdminAuth, sections: SectionService, store: PromptStore) -> Blueprint:
    """`/prompts/<org>...`"""
    routes = Blueprint("prompts", __name__, url_prefix="/prompts/<org>")

    def organisation(org: str) -> Caller:
        caller = auth.member(org)
        sections.existing(org)
        return caller

    @routes.get("")
    @documented(answer=page_of("prompts", PROMPT))
    def list_prompts(org: str) -> Response:
        """List the prompts by name, each with the versions that are live: at most 200."""
        organisation(org)
        shown = [shown_prompt(prompt) for prompt in store.all_now(org)]
        return json_answer({"prompts": shown, "next_cursor": None})

    @routes.post("/<name>")
    @documented(
        body=PromptSchema,
        status=201,
        answer={
            "type": "object",
            "required": ["name", "version", "variables"],
            "properties": {
                "name": {"type": "string"},
                "version": {"type": "integer"},
                "variables": {"type": "array", "items": {"type": "string"}},
            },
        },
    )
    def add_version(org: str, name: str) -> Response:
        """Save a new version of a prompt, and with the first one the prompt.

        What says the same as the newest version is 200 and no new one. Nobody gets it until it is
        live.
        """
        caller = organisation(org)
        check_name(name)
        values = read_fields(PromptSchema())
        version, is_new = store.add(org, name, values, caller.name, expected_tag(store, org, name))
        sections.changed(org)
        made = {"name": name, "version": version.number, "variables": version.variables}
        return tagged(made, store.find_now(org, name), 201 if is_new else 200)

    @routes.get("/<name>")
    @documented(query={"cursor": CURSOR}, answer=VERSIONS)
    def list_versions(org: str, name: str) -> Response:
        """List a prompt's versions, newest first, 100 a page: who saved each, when and why."""
        organisation(org)
        before = asked_number()
        prompt = store.existing_now(org, name)
        found = store.versions(org, name, before or prompt.newest + 1, PAGE_VERSIONS)
        more = found and found[-1].number > 1
        page = {
            **shown_prompt(prompt),
            "versions": [shown_version(one, prompt) for one in found],
            "next_cursor": str(found[-1].number) if more else None,
        }
        return tagged(page, prompt)

    @routes.get("/<name>/<int:number>")
    @documented(answer={"type": "object", "required": list(VERSION), "properties": VERSION})
    def show_version(org: str, name: str, number: int) -> Response:
        """Show one version of a prompt."""
        organisation(org)
        prompt = store.existing_now(org, name)
        version = store.version(org, name, number)
        return json_answer({"name": name, **shown_version(version, prompt)})

    @routes.delete("/<name>")
    @documented()
    def delete_prompt(org: str, name: str) -> Response:
        """Delete a prompt; calls that name it then fail. For 30 days it can be brought back with
        its versions, see /trash."""
        caller = organisation(org)
        store.delete(org, name, caller.name, expected_tag(store, org, name))
        sections.changed(org)
        return Response(status=204)

    return routes


def check_name(name: str) -> None:
    """Raise InvalidInput unless a new prompt may be called that."""
    if not NAME.fullmatch(name):
        raise InvalidInput(
            "a prompt's name is 1 to 64 of a-z 0-9 _ -",
            fix="Choose a name such as farmer_help.",
            fields={"name": ["1 to 64 of a-z 0-9 _ -"]},
        )


def asked_number() -> int | None:
    """The version number in the query's cursor; raises InvalidInput."""
    cursor = request.args.get("cursor", "")
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        message = "Not a cursor that this call gave."
        raise InvalidInput(f"cursor: {message}", fields={"cursor": [message]})
    return int(cursor) if cursor else None
