"""HTTP responses in JSON, with one error shape and a request id on every response.

Used by every routes module. Only this module, the routes, web and app depend on Flask.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from flask import Flask, Response, request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException

from flowhook.errors import (
    Changed,
    FlowhookError,
    Internal,
    InvalidInput,
    MethodNotAllowed,
    NotFound,
    TooLarge,
    UnsupportedMediaType,
)
from flowhook.frames import drop_frames
from flowhook.http.body_size import max_body_bytes, size_in_words
from flowhook.http.cross_site import check_deliberate
from flowhook.http.headers import check_host, security_headers
from flowhook.http.queries import check_query
from flowhook.outcome import Outcome, as_error, failed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
RETRY_AFTER_SECONDS = 1
OWN_CHECK = "/webhooks/"  # these routes check by themselves, to answer in each function's shape
_HTTP_ERRORS: dict[int, type[FlowhookError]] = {
    404: NotFound,
    405: MethodNotAllowed,
    413: TooLarge,
    415: UnsupportedMediaType,
}


class WholeAnswer(Response):
    """A response with a complete body, sent unchanged, which saves 3 % of a webhook call."""

    @classmethod
    def of(cls, encoded: bytes, status: int) -> WholeAnswer:
        """Build a JSON response with all its headers at once: adding them one by one takes 2 %."""
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(encoded))),
            ("X-Request-ID", request_id()),
            ("Cache-Control", "no-store"),
            *security_headers(),
        ]
        return cls([encoded], status, headers)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "HEAD":
            return super().__call__(environ, start_response)
        start_response(self.status, self.headers.to_wsgi_list())
        return [self.get_data()]


def json_answer(body: Any, status: int = 200) -> Response:
    return WholeAnswer.of(orjson.dumps(body), status)


def outcome_answer(outcome: Outcome) -> Response:
    """Build an outcome's response; a failure also gets the error's headers and a Retry-After."""
    answer = json_answer(outcome.answer, outcome.status)
    error = outcome.error
    if error is not None:
        answer.headers.extend(error.headers)
        if error.retry_after_seconds is not None or error.status == 503:
            seconds = error.retry_after_seconds or RETRY_AFTER_SECONDS
            answer.headers["Retry-After"] = str(max(1, round(seconds)))
    return answer


def error_answer(failure: Exception) -> Response:
    """Build the response to a request that raised."""
    return outcome_answer(failed(request_error(failure), request_id()))


def request_id() -> str:
    """Return the caller's X-Request-ID if it is valid, else a new one; constant per request."""
    environ = request_ctx.request.environ  # not the proxy: each access through it costs 1 us
    known: str | None = environ.get("flowhook.request_id")
    if known is None:
        sent = environ.get("HTTP_X_REQUEST_ID")
        known = f"{random.getrandbits(128):032x}"
        if sent and REQUEST_ID.fullmatch(sent):
            known = str(sent)
        environ["flowhook.request_id"] = known
    return known


def request_error(failure: Exception) -> FlowhookError:
    """Convert any exception, also those of Flask and Werkzeug, to an error, like `as_error`."""
    if isinstance(failure, HTTPException):
        drop_frames(failure)
        return _http_error(failure)
    return as_error(failure, request_id())


def install(app: Flask) -> None:
    """Answer every failure on every path as JSON, and give every request an id."""
    app.url_map.merge_slashes = False  # no redirects: they would be answered as HTML
    app.url_map.redirect_defaults = False
    app.make_default_options_response = partial(_tell_methods, app)  # type: ignore[method-assign]

    @app.errorhandler(Exception)
    def answer_failure(failure: Exception) -> Response:
        return error_answer(failure)

    @app.before_request
    def check_request() -> None:
        environ = request_ctx.request.environ
        check_host(environ.get("HTTP_HOST"))
        if not environ["PATH_INFO"].startswith(OWN_CHECK):
            check_deliberate(environ)
        check_query(app)

    @app.after_request
    def name_request(response: Response) -> Response:
        if isinstance(response, WholeAnswer):
            return response
        if response.status_code == 412 and response.direct_passthrough:  # Werkzeug's, with a file
            message = "what is here is not what If-Match names"
            return error_answer(Changed(message, fix="Read it again."))
        if response.status_code == 204:
            response.headers.pop("Content-Type", None)  # Flask gives one to an empty body, too
        response.headers["X-Request-ID"] = request_id()
        response.headers.setdefault("Cache-Control", "no-store")  # settings, answers, tokens
        for name, value in security_headers():
            response.headers.setdefault(name, value)
        return response


def _tell_methods(app: Flask) -> Response:
    """Build the answer to OPTIONS: the methods in Allow, and no body."""
    answer = Flask.make_default_options_response(app)
    answer.status_code = 204
    return answer


def _http_error(failure: HTTPException) -> FlowhookError:
    code = failure.code or 500
    error_class = _HTTP_ERRORS.get(code)
    if error_class is None:
        return InvalidInput("the request is malformed") if code < 500 else Internal("failed")
    limit = size_in_words(max_body_bytes(request.method, request.path))
    messages = {
        404: "there is nothing at this address",
        405: "this address does not take that method",
        413: f"the body is larger than {limit}",
        415: "the body's Content-Type is not application/json",
    }
    headers = {}
    allowed = getattr(failure, "valid_methods", None)
    if code == 405 and allowed:
        headers["Allow"] = ", ".join(sorted(allowed))
    fix = f"Send a smaller body; the limit is {limit}." if code == 413 else None
    return error_class(messages[code], fix=fix, headers=headers)
