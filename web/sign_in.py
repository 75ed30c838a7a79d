"""Signing in with a token, and out."""

from __future__ import annotations

from flask import Blueprint, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from flowhook.errors import FlowhookError, Forbidden
from flowhook.organisations.auth import Caller
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.roles import WEBHOOK
from web.page_security import PageSecurity, check_csrf, signed_in, wants_page
from web.sign_in_form import FORM_COOKIE, safe_next, sign_in_form

MAX_TOKEN = 600


def sign_in_pages(security: PageSecurity, auth: AdminAuth) -> Blueprint:
    """`/sign-in` and `/sign-out`."""
    pages = Blueprint("sign_in", __name__)

    @pages.get("/sign-in")
    def show() -> AnyResponse:
        """Ask for a token."""
        if g.session is not None:
            return redirect(safe_next(request.args.get("next", "/")), 303)
        return sign_in_form(security.is_secure)

    @pages.post("/sign-in")
    def enter() -> AnyResponse:
        """Begin a session for the token's caller."""
        try:
            check_cookie()
            check_csrf(request.cookies.get(FORM_COOKIE, ""))
            caller = prove(auth, request.form.get("token", "").strip())
        except FlowhookError as error:
            if not wants_page():
                raise
            return sign_in_form(security.is_secure, error)
        if g.session is not None:
            security.sessions.end(g.session)
        answer = redirect(safe_next(request.form.get("next", "/")), 303)
        security.remember(answer, security.sessions.begin(caller))
        return answer

    @pages.post("/sign-out")
    def leave() -> AnyResponse:
        """End the session."""
        security.sessions.end(signed_in())
        answer = redirect("/sign-in", 303)
        security.forget(answer)
        return answer

    return pages


def check_cookie() -> None:
    """Explain why a browser did not keep the cookie, for example a secure one over http."""
    if FORM_COOKIE not in request.cookies:
        raise Forbidden(
            "the browser sent no cookie back, so you cannot stay signed in",
            fix="Allow cookies for this address; if PUBLIC_URL is https, open that address.",
        )


def prove(auth: AdminAuth, token: str) -> Caller:
    caller = auth.authenticate(f"Bearer {token[:MAX_TOKEN]}")
    if caller.scope == WEBHOOK:
        raise Forbidden(
            "this token can call functions, but cannot open these pages",
            fix="Sign in with a person's token (scope admin, author, expert or viewer).",
        )
    return caller
