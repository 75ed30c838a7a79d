"""An organisation's tokens: listed, made (shown once) and revoked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from flowhook.config import Config
from flowhook.errors import FlowhookError
from flowhook.http.origin import origin
from flowhook.organisations.roles import MEMBERS
from flowhook.organisations.section_service import load_fields
from flowhook.organisations.tokens import TokenSchema, created_token, listed_tokens, revoke_token
from web.addresses import address_note
from web.forms import form_fields, read_form
from web.language import _, n_
from web.page_security import signed_in
from web.page_services import PageServices
from web.section_words import AT, with_time


def token_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/tokens`."""
    pages = Blueprint("tokens", __name__, url_prefix="/organisations/<org>/tokens")
    sections = services.sections

    def listed(
        org: str,
        made: dict[str, str] | None = None,
        error: FlowhookError | None = None,
        seen: str = "",
        failed: FlowhookError | None = None,
    ) -> str:
        """`seen` and `failed`: what a test of the webhook tokens found."""
        typed = request.form if error else None
        errors = error.fields or {} if error else {}
        return render_template(
            "web/tokens.html",
            tokens=listed_tokens(sections, org),
            fields=form_fields(TokenSchema(), {}, typed, errors),
            made=made,
            link=sign_in_link(services.config, made) if made else "",
            error=error,
            revoked=request.args.get("done") == "revoked",
            mine=signed_in().caller.token_id,
            note=address_note(services.config),
            seen=seen,
            failed=failed,
        )

    @pages.get("")
    def show(org: str) -> str:
        """List the tokens."""
        return listed(org)

    @pages.post("")
    def create(org: str) -> str | tuple[str, int]:
        """Make a token, and show it this once."""
        try:
            body = {
                name: value
                for name, value in read_form(TokenSchema(), request.form).items()
                if value is not None
            }
            wanted = load_fields(TokenSchema(), body)
            made = created_token(sections, org, wanted, signed_in().caller)
        except FlowhookError as error:
            return listed(org, error=error), error.status
        return listed(org, made)

    @pages.post("/test")
    def test(org: str) -> str:
        """Say how many webhook tokens work, and when the last call came with one."""
        try:
            return listed(org, seen=seen_words(services.checks.test_section(org, "tokens")))
        except FlowhookError as failed:
            return listed(org, failed=failed)

    @pages.post("/<token_id>/revoke")
    def revoke(org: str, token_id: str) -> AnyResponse:
        """Revoke a token at once."""
        caller = signed_in().caller
        revoke_token(sections, org, token_id, caller)
        if token_id == caller.token_id:
            return redirect(url_for("web.sign_in.show", ended="revoked"), 303)
        return redirect(url_for("web.tokens.show", org=org) + "?done=revoked", 303)

    return pages


def seen_words(tested: Mapping[str, Any]) -> str:
    """What a test of the webhook tokens found."""
    working = n_("One webhook token works.", "%(num)s webhook tokens work.", int(tested["tokens"]))
    used = tested["last_used_at"]
    if used:
        return with_time(f"{working} {_('The last call with one came at %(at)s.', at=AT)}", used)
    none = _("No call has come yet: test the webhook in your flow builder, then look here.")
    return f"{working} {none}"


def sign_in_link(config: Config, made: Mapping[str, str]) -> str:
    """An address that fills a person's token in where they sign in. It follows the #, which
    browsers send to nobody; empty for a flow builder's token, which does not sign in."""
    is_persons = made["scope"] in MEMBERS
    return f"{origin(config.public_url)}/sign-in#{made['token']}" if is_persons else ""
