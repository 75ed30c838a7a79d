"""HTTP route that says which versions of a saved prompt answer."""

from __future__ import annotations

from flask import Blueprint, Response, request

from answers.api.prompt_answers import PROMPT, expected_tag, shown_prompt, tagged
from answers.api.prompt_schema import LiveSchema
from answers.gates.live_prompts import LivePrompts
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.http.request_body import read_fields
from flowhook.organisations.section_service import SectionService


def live_routes(auth: AdminAuth, sections: SectionService, prompts: LivePrompts) -> Blueprint:
    """`/prompts/<org>/<name>/live`"""
    routes = Blueprint("prompts_live", __name__, url_prefix="/prompts/<org>/<name>/live")

    @routes.post("")
    @documented(
        query={"force": "true passes the prompt's gate."},
        body=LiveSchema,
        answer={"type": "object", "required": ["name", "live"], "properties": PROMPT},
    )
    def set_live(org: str, name: str) -> Response:
        """Say which versions answer, and how many percent of the contacts each.

        One contact always meets the same version while the split stands. This is the way back to an
        earlier version too. With a gate they are checked first: 202, and they go live by themselves
        if they pass.
        """
        caller = auth.member(org)
        sections.existing(org)
        given = read_fields(LiveSchema())["versions"]
        check = prompts.put(
            org,
            name,
            {int(number): percent for number, percent in given.items()},
            caller.name,
            expected=expected_tag(prompts.store, org, name),
            insists=request.args.get("force", "").lower() in ("true", "1"),
        )
        if check is not None:
            return json_answer(check.shown(), 202)
        sections.changed(org)
        prompt = prompts.store.existing_now(org, name)
        return tagged(shown_prompt(prompt), prompt)

    return routes
