"""Shows errors as who asked can read them: a page for a browser, XML for who asks for that.

Every route answers its errors in JSON; this turns them into the other forms, on every path, with
the same words.
"""

from __future__ import annotations

import orjson
from flask import Response, render_template, request
from flask.globals import request_ctx

from web.page_security import add_headers
from web.sign_in_form import page_before
from webhooks.http.negotiation import HTML, JSON, PLAIN, XML, wanted
from webhooks.http.xml import write_xml


def in_asked_form(response: Response) -> Response:
    """Convert an error in JSON to the form that the header Accept prefers."""
    if response.status_code < 400:
        return response
    accept: str | None = request_ctx.request.environ.get("HTTP_ACCEPT")
    if accept in PLAIN or response.mimetype != JSON:
        return response
    return _converted(response, wanted(accept or JSON, has_page=True))


def back() -> str:
    """The page from which this one was asked for, or the organisation's; empty for neither."""
    before, here = page_before(), request.path
    if before not in ("/", here):
        return before
    parts = here.split("/")
    return "/".join(parts[:3]) if here.startswith("/organisations/") and len(parts) > 3 else ""


def _converted(response: Response, form: str) -> Response:
    answer = orjson.loads(response.get_data())
    if not isinstance(answer.get("error"), dict):
        return response
    response.headers["Vary"] = "Accept"
    if form == XML:
        response.set_data(write_xml(answer))
    elif form == HTML:
        shown = {**answer["error"], "status": response.status_code}
        response.set_data(
            render_template(
                "web/error.html", error=shown, request_id=answer["request_id"], back=back()
            )
        )
    else:
        return response
    response.content_type = f"{form}; charset=utf-8"
    if form == HTML:
        add_headers(response)
    return response
