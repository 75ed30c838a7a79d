"""Choosing the language of the pages, on every page, signed in or not."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from web.catalogues import languages
from web.language import COOKIE
from web.page_security import PageSecurity
from web.sign_in_form import page_before, safe_next

YEAR_SECONDS = 365 * 86_400


def language_pages(security: PageSecurity) -> Blueprint:
    """`/language`."""
    pages = Blueprint("language", __name__)

    @pages.post("/language")
    def choose() -> AnyResponse:
        """Remember the language in the browser, and show the page again.

        It takes no form token: who is not signed in chooses too, and another site's form, which
        browsers are refused here, could change no more than the language.
        """
        answer = redirect(safe_next(request.form.get("page", "/")), 303)
        chosen = request.form.get("language", "")
        if chosen in languages():
            answer.set_cookie(
                COOKIE,
                chosen,
                max_age=YEAR_SECONDS,
                httponly=True,
                samesite="Lax",
                secure=security.is_secure,
            )
        return answer

    return pages


def this_page() -> str:
    """The address of the page that is shown; of the page before where it answers a form."""
    return request.full_path.rstrip("?") if request.method == "GET" else page_before()
