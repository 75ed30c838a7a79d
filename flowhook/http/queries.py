"""Refuses parameters of the query that nothing would read."""

from __future__ import annotations

from flask import Flask
from flask.globals import request_ctx

from flowhook.errors import InvalidInput
from flowhook.http.documented import document_of, is_documented
from flowhook.unknown_fields import few_unknown


def check_query(app: Flask) -> None:
    """Raise InvalidInput, naming them, for parameters that the API's route does not document.

    Left alone are pages, what is open to everybody (Meta and proxies add their own), and routes
    that read their query as a body.
    """
    request = request_ctx.request
    if not request.environ.get("QUERY_STRING") or request.url_rule is None:
        return
    view = app.view_functions[request.url_rule.endpoint]
    known = document_of(view)
    if known.open or known.query_is_body or not is_documented(view):
        return
    unknown = [name for name in few_unknown(known.query, request.args) if name not in known.query]
    if unknown:
        raise InvalidInput(
            f"the query has what nothing here knows: {', '.join(unknown)}",
            fix=f"Leave it out; known here: {', '.join(known.query) or 'nothing'}.",
            fields={name: ["Unknown field."] for name in unknown},
        )
