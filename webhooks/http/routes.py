"""HTTP routes of webhook functions: authentication, organisation, body and answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

import orjson
from flask import Blueprint, Request, Response
from flask.globals import request_ctx
from marshmallow.fields import Field
from werkzeug.exceptions import HTTPException

from flowhook.blanks import unpadded
from flowhook.errors import (
    FlowhookError,
    Forbidden,
    InvalidInput,
    MethodNotAllowed,
    NotFound,
)
from flowhook.http.answers import (
    error_answer,
    json_answer,
    outcome_answer,
    request_error,
    request_id,
)
from flowhook.http.body import WHOLE_BODY
from flowhook.http.cross_site import check_own_site, check_typed
from flowhook.http.documented import documented
from flowhook.jobs.call import Call
from flowhook.jobs.idempotency import StoredResponse
from flowhook.jobs.inline_runner import Accepted
from flowhook.limits.in_flight import InFlight
from flowhook.mended_text import mended_text
from flowhook.organisations.auth import Authenticator, Caller, Credentials
from flowhook.organisations.cache import SettingsCache
from flowhook.organisations.roles import may
from flowhook.outcome import Outcome, failed
from flowhook.redis.keys import ORGANIZATION_ID_PATTERN
from flowhook.strict_json import read_json
from webhooks.call_handler import CallHandler, wait_seconds
from webhooks.http.catalogue import catalogue
from webhooks.http.forms import check_sender, is_form, read_form
from webhooks.http.negotiation import HTML, JSON, PLAIN, XML, read_body, wanted
from webhooks.http.xml import write_xml
from webhooks.registry import WebhookFunction

# A page shows images of this service or under PUBLIC_URL, and runs no scripts.
PAGE_POLICY = (
    "default-src 'none'; img-src http: https:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)

CALL = "webhooks.call_function"  # the endpoint by which the table of roles knows every call


def webhook_routes(
    handler: CallHandler,
    authenticator: Authenticator,
    settings: SettingsCache,
    in_flight: InFlight,
) -> Blueprint:
    """Create the routes `GET /webhooks` and `POST /webhooks/<name>`."""
    routes = Blueprint("webhooks", __name__)
    functions = handler.dispatcher.functions
    described = cache(lambda: orjson.dumps(catalogue(functions)))

    @routes.get("/webhooks")
    @documented(open=True, answer={"type": "object", "required": ["functions"]})
    def list_functions() -> Response:
        """List every webhook function with its fields, results and an example body."""
        return Response(described(), mimetype="application/json")

    @routes.post("/webhooks/<name>")
    def call_function(name: str) -> Response:
        """Call a webhook function."""
        request = _CallRequest(handler, authenticator, settings, in_flight, name)
        try:
            came = request.answer()
        except Exception as failure:
            came = request.refuse(failure)
        return request.in_asked_form(came)

    @routes.app_errorhandler(405)
    def refuse_method(failure: HTTPException) -> Response:
        """Answer a wrong method as a function's failure, or as a plain error elsewhere."""
        sent = request_ctx.request
        place, _, name = sent.path.rpartition("/")
        function = functions.find(unpadded(name)) if place == "/webhooks" else None
        if function is None:
            return error_answer(failure)
        if sent.method == "GET" and function.takes_query and name != function.name:
            return call_function(name)  # the address was pasted with a blank behind it
        request = _CallRequest(handler, authenticator, settings, in_flight, name)
        return request.in_asked_form(request.refuse(failure))

    for function in functions:
        if function.takes_query:
            _add_get(routes, function, call_function)
    return routes


def _add_get(
    routes: Blueprint, function: WebhookFunction, call_function: Callable[[str], Response]
) -> None:
    """Add a GET route to a function whose fields fit into the query."""
    has_page = function.show is not None

    @documented(
        query={name: _sentence(field) for name, field in function.fields.fields.items()},
        query_is_body=True,
        content=HTML if has_page else JSON,
        answer={"type": "string" if has_page else "object"},
        also=(JSON, XML) if has_page else (XML,),
    )
    def show() -> Response:
        return call_function(function.name)

    show.__doc__ = (
        f"Show what {function.name} makes as a page, for a browser with HTTP Basic."
        if has_page
        else f"Call {function.name} with its fields in the query."
    )
    path = f"/webhooks/{function.name}"
    routes.add_url_rule(path, f"show_{function.name}", show, methods=["GET"])


def _sentence(field: Field) -> str:
    return str(field.metadata.get("description", ""))


class _CallRequest:
    """The request of one call, with the details known so far for an error answer."""

    def __init__(
        self,
        handler: CallHandler,
        authenticator: Authenticator,
        settings: SettingsCache,
        in_flight: InFlight,
        name: str,
    ) -> None:
        self.handler = handler
        self.authenticator = authenticator
        self.settings = settings
        self.in_flight = in_flight
        self.name = name = unpadded(name)
        self.sent = request_ctx.request  # not the proxy: each access through it costs 2 us
        self.function = handler.dispatcher.functions.find(name)
        self.organization_id: str | None = None
        self.body: Mapping[str, Any] = {}

    def answer(self) -> Outcome | Accepted | StoredResponse:
        """Authenticate, read the body and answer. Raises a FlowhookError if it is invalid."""
        sent = self.sent
        check_own_site(sent.environ)
        signature = self._signature()
        if signature:  # nothing is read for one that cannot be right
            self.authenticator.read_signature(signature)
        raw: bytes | None = sent.environ.get(WHOLE_BODY)
        if raw is None:  # Werkzeug's reading takes 2 % of a call
            raw = sent.get_data(cache=False)
        caller = self._authenticate(sent, raw, signature)
        self.organization_id = caller.organization_id
        require_caller(caller)
        if self.function is None:
            with suppress(FlowhookError):  # for its failure_status
                self.body = self.body or self._read(sent, raw)
        function = self.function or self.handler.dispatcher.find(self.name)
        self.body = self.body or self._read(sent, raw)
        self.organization_id = organisation_of(caller, self.body)
        organisation = self.settings.get(self.organization_id)
        if not organisation.exists:
            self.organization_id = None
            raise NotFound("there is no such organisation", fix="Check organization_id.")
        call = Call(organisation.id, function.name, self.body, request_id(), caller.token_id)
        environ = sent.environ
        with self.in_flight.place(organisation.id):
            return self.handler.answer_once(
                call,
                function,
                organisation,
                raw or sent.query_string,
                environ.get("HTTP_IDEMPOTENCY_KEY", ""),
                environ.get("HTTP_PREFER", ""),
                signature.strip(),
            )

    def refuse(self, failure: Exception) -> Outcome:
        """Build the outcome of a refused call; recorded if the organisation is known."""
        error = request_error(failure)
        if self.organization_id is None:
            return failed(error, request_id(), self.function.main if self.function else "")
        call = Call(self.organization_id, self.name, self.body, request_id())
        return self.handler.dispatcher.refuse(call, error)

    def in_asked_form(self, came: Outcome | Accepted | StoredResponse) -> Response:
        """Build the answer as JSON, or as XML or a page if the caller prefers it."""
        answer = outcome_answer(came) if isinstance(came, Outcome) else self._other(came)
        sent = self.sent
        accept: str | None = sent.environ.get("HTTP_ACCEPT")
        if accept in PLAIN and sent.method == "POST":
            return answer
        show = self.function.show if self.function and answer.status_code == 200 else None
        by_browser = sent.method == "GET" and accept in (None, "*/*")
        form = HTML if by_browser else wanted(accept or JSON, show is not None)
        answer.headers["Vary"] = "Accept"
        if form == XML:
            answer.set_data(write_xml(orjson.loads(answer.get_data())))
            answer.content_type = f"{XML}; charset=utf-8"
        elif form == HTML and show is not None:
            result = orjson.loads(answer.get_data())
            if result.get("success") is True and result.get("status") != "pending":
                answer.set_data(show(self.body, result))
                answer.content_type = f"{HTML}; charset=utf-8"
                answer.headers["Content-Security-Policy"] = PAGE_POLICY
        return answer

    def _other(self, came: Accepted | StoredResponse) -> Response:
        """Build the answer to a call that became a job, or to a repeat."""
        if isinstance(came, StoredResponse):
            body = came.body
            if came.error:  # an error names its request
                body = orjson.dumps({**orjson.loads(body), "request_id": request_id()})
            answer = Response(body, came.status, mimetype="application/json")
            answer.headers["Idempotent-Replay"] = "true"
            return answer
        prefer = self.sent.environ.get("HTTP_PREFER", "")
        seconds = wait_seconds(self.body, prefer)
        answer = json_answer(came.answer, came.status)
        answer.headers["Location"] = f"/jobs/{came.job_id}"
        answer.headers["Preference-Applied"] = f"wait={seconds:g}" if seconds else "respond-async"
        return answer

    def _read(self, sent: Request, raw: bytes) -> dict[str, Any]:
        """Read the fields from the body, or from the query for a function whose fields fit in."""
        if self.function and self.function.takes_query and not raw.strip():
            fields = {name: mended_text(text) for name, text in sent.args.items()}
            if fields or sent.method == "GET":
                return fields
        if raw:
            check_typed(sent.environ)
        content_type = sent.environ.get("CONTENT_TYPE", "")
        if content_type == JSON:
            return read_json(raw)
        if self.function and is_form(content_type):
            check_sender(sent.environ.get("HTTP_ORIGIN"), sent.host)
            return read_form(raw, content_type, self.function.main_field)
        return read_body(raw, content_type)

    def _signature(self) -> str:
        """The signature by which this call is to be proven; empty if there is another proof."""
        environ = self.sent.environ
        if self.sent.method != "POST" or environ.get("HTTP_AUTHORIZATION"):
            return ""  # that of a GET would cover an empty body, not the query
        signature: str = environ.get("HTTP_X_GLIFIC_SIGNATURE", "")
        return signature

    def _authenticate(self, sent: Request, raw: bytes, signature: str) -> Caller:
        environ = sent.environ
        if sent.method != "POST":
            _check_wanted(sent)
        authorization = environ.get("HTTP_AUTHORIZATION", "")
        claimed = ""
        if signature:
            self.body = self._read(sent, raw)
            claimed = unpadded(str(self.body.get("organization_id", "")))
        return self.authenticator.authenticate(
            Credentials(environ.get("REMOTE_ADDR") or "", authorization, signature, raw, claimed)
        )


def _check_wanted(sent: Request) -> None:
    """Reject a HEAD, since what a GET does costs money."""
    if sent.method != "GET":
        raise MethodNotAllowed(
            "this address does not take that method", headers={"Allow": "GET, OPTIONS, POST"}
        )


def require_caller(caller: Caller) -> None:
    """Raise Forbidden for a person's token whose role calls no functions."""
    if not may(caller.scope, CALL, "POST"):
        raise Forbidden(
            f"a token of scope {caller.scope} cannot call functions",
            fix="Use a token of scope webhook, author or admin.",
        )


def organisation_of(caller: Caller, body: Mapping[str, Any]) -> str:
    """Return the caller's own organisation; the operator names one in the body."""
    if caller.organization_id is not None:
        return caller.organization_id
    named = unpadded(str(body.get("organization_id", "")))
    if not ORGANIZATION_ID_PATTERN.fullmatch(named):
        raise InvalidInput(
            "the operator's token needs an organization_id in the body",
            fix="Add the organization_id to call for, or use a token of the organisation.",
            fields={"organization_id": ["Missing, or not 1 to 64 of A-Z a-z 0-9 _ -."]},
        )
    return named
