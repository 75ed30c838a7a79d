"""Checks and headers of every page: the session, the form's token, security headers.

Pages answer browsers in HTML, errors included; a script's fetch and anything else that does not
ask for HTML gets the JSON error shape. A request without a session is redirected to sign in.
"""

from __future__ import annotations

import hmac
from typing import cast
from urllib.parse import quote

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from flowhook.errors import Forbidden, TooLarge, Unauthorized
from flowhook.http.body_size import max_body_bytes
from flowhook.http.cross_site import SAFE_METHODS
from flowhook.organisations.auth import require_role
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.section_service import SectionService
from web.language import vary
from web.sessions import LIFE_SECONDS, PageSession, Sessions
from web.sign_in_form import ended_form

OPEN_VIEWS = frozenset(
    {"web.front", "web.sign_in.show", "web.sign_in.enter", "web.language.choose"}
)
OPEN_PREFIX = "web.assets."
HELP_PREFIX = "web.help."
RENEWAL = "X-Renewal"  # sent by a page that refreshes itself
FORM = "application/x-www-form-urlencoded"
MAX_FORM_FIELDS = 1000
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self';"
        " img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class PageSecurity:
    """Checks each request for a page and adds headers to its answer.

    `secure`: PUBLIC_URL is https.
    """

    def __init__(self, sessions: Sessions, sections: SectionService, secure: bool) -> None:
        self.sessions = sessions
        self.sections = sections
        self.secure = secure

    def install(self, pages: Blueprint) -> None:
        pages.before_request(self.enter)
        pages.after_request(add_headers)

    def enter(self) -> AnyResponse | None:
        """Find the session, check the form's token and the right to the organisation."""
        endpoint = request.endpoint or ""
        request.max_content_length = max_body_bytes(request.method, request.path)
        if endpoint.startswith(OPEN_PREFIX):
            return None
        check_form()
        is_alive = RENEWAL not in request.headers
        g.session = self.sessions.find(request.cookies.get(self.cookie_name, ""), is_alive)
        if endpoint in OPEN_VIEWS or endpoint.startswith(HELP_PREFIX):
            return None
        if g.session is None:
            return self._to_sign_in()
        if request.method not in SAFE_METHODS:
            check_csrf(signed_in().csrf)
        org = (request.view_args or {}).get("org")
        if org is not None:
            require_role(signed_in().caller, org, endpoint, request.method)
            g.organisation = self.sections.existing(org)
        return None

    @property
    def cookie_name(self) -> str:
        """The cookie's name; with the `__Host-` prefix no other host of the domain can set it."""
        return "__Host-flowhook" if self.is_secure else "flowhook"

    @property
    def is_secure(self) -> bool:
        return self.secure or request.is_secure

    def remember(self, answer: AnyResponse, session_id: str) -> None:
        answer.set_cookie(
            self.cookie_name,
            session_id,
            max_age=LIFE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=self.is_secure,
        )

    def forget(self, answer: AnyResponse) -> None:
        answer.delete_cookie(self.cookie_name, httponly=True, samesite="Lax", secure=self.is_secure)

    def _to_sign_in(self) -> AnyResponse:
        if not wants_page():
            raise Unauthorized(
                "you are not signed in",
                fix="Open /sign-in in a browser; scripts use the API that GET /docs describes.",
                headers={"WWW-Authenticate": 'Bearer realm="flowhook"'},
            )
        has_ended = self.cookie_name in request.cookies
        if request.method == "POST" and request.endpoint != "web.sign_in.leave":
            answer = ended_form(self.is_secure)
        else:
            came_from = request.full_path.rstrip("?") if request.method == "GET" else ""
            asked = [f"next={quote(came_from)}"] if came_from not in ("", "/") else []
            asked += ["ended=1"] if has_ended else []
            answer = redirect("?".join(["/sign-in", *(["&".join(asked)] if asked else [])]), 303)
        if has_ended:
            self.forget(answer)
        return answer


def signed_in() -> PageSession:
    """The session of this request, in views that need one."""
    return cast(PageSession, g.session)


def organisation() -> Organisation:
    """The organisation of this page, as stored now."""
    return cast(Organisation, g.organisation)


def reload_organisation(sections: SectionService) -> None:
    """Read the organisation again, after a change."""
    g.organisation = sections.existing(organisation().id)


def wants_page() -> bool:
    """Whether the request comes from a browser (it accepts text/html), not from a page's script."""
    return "text/html" in request.headers.get("Accept", "")


def check_form() -> None:
    """Refuse a form of more fields than any page has, before it is parsed. Raises TooLarge."""
    if request.mimetype == FORM and request.get_data().count(b"&") >= MAX_FORM_FIELDS:
        raise TooLarge(
            f"the form holds more than {MAX_FORM_FIELDS} fields", fix="Send the page's own form."
        )


def check_csrf(expected: str) -> None:
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
    if not expected or not hmac.compare_digest(sent.encode(), expected.encode()):
        raise Forbidden("this form has expired", fix="Load the page again, then send it again.")


def add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.mimetype == "text/html":
        vary(response)
    return response
