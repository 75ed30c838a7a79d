"""The form that asks for a token, by itself or in place of a page whose session has ended."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from flowhook.errors import FlowhookError
from web.sign_in_words import ENDED, REVOKED, refusal, typed_texts

FORM_COOKIE = "flowhook_form"  # holds the form's token while there is no session


def sign_in_form(secure: bool, error: FlowhookError | None = None) -> AnyResponse:
    """The page, with the `error` of the token that was tried."""
    ended = "" if error else why_ended(request.args.get("ended"))
    answer = _form(secure, error, safe_next(request.values.get("next", "/")), ended)
    if error:
        answer.headers.extend(error.headers)
        if error.retry_after_seconds:
            answer.headers["Retry-After"] = str(round(error.retry_after_seconds))
    return answer


def why_ended(reason: str | None) -> str:
    """Why the session has ended; empty where none has."""
    if reason is None:
        return ""
    return REVOKED if reason == "revoked" else ENDED


def ended_form(secure: bool) -> AnyResponse:
    """Answer a form that came after its session had ended: what was typed is shown, to copy."""
    answer = _form(secure, None, page_before(), ENDED, typed_texts(request.form))
    answer.status_code = 401
    return answer


def _form(
    secure: bool,
    error: FlowhookError | None,
    target: str,
    ended: str,
    typed: Mapping[str, str] | None = None,
) -> AnyResponse:
    csrf = request.cookies.get(FORM_COOKIE, "")
    if len(csrf) < 20:
        csrf = secrets.token_urlsafe(24)
    shown = render_template(
        "web/sign_in.html",
        error=refusal(error) if error else None,
        csrf_token=csrf,
        next=target,
        ended=ended,
        typed=typed,
    )
    answer = make_response(shown, error.status if error else 200)
    answer.set_cookie(
        FORM_COOKIE, csrf, path="/sign-in", httponly=True, samesite="Strict", secure=secure
    )
    return answer


def page_before() -> str:
    """The page that a form stood on, as the browser says; home where it is another site's."""
    page = urlsplit(request.referrer or "")
    return safe_next(page.path) if page.netloc == request.host else "/"


def safe_next(target: str) -> str:
    """The address to go to after signing in: a page of this service, or home."""
    parts = urlsplit(target)
    inside = target.startswith("/") and not target.startswith(("//", "/\\"))
    printable = target.isascii() and target.isprintable() and "\\" not in target
    return target if inside and printable and not parts.netloc and len(target) < 1000 else "/"
