"""Health, metrics, the OpenAPI document and its page."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask_swagger_ui
import orjson
from flask import Blueprint, Response, render_template, send_from_directory

from flowhook.errors import Overloaded, StoreAway
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented
from flowhook.organisations.auth import require_operator
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.records.metrics import STORE_MAX, STORE_USED, exposition
from flowhook.redis.best_effort import best_effort
from flowhook.redis.fullness import FIX, FULL, NEAR, Fullness

SWAGGER_UI = Path(flask_swagger_ui.__file__).parent / "dist"
# The page shares its origin with the sessions of the admin pages. Swagger UI styles inline.
DOCS_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
        " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
}


def operations_routes(
    auth: AdminAuth, fullness: Fullness, document: Callable[[], dict[str, Any]]
) -> Blueprint:
    """`/healthz`, `/readyz`, `/metrics`, `/openapi.json`, `/docs`."""
    routes = Blueprint("operations", __name__, template_folder="templates")
    written = functools.cache(
        lambda: orjson.dumps(document())
    )  # made once, since anybody may ask for it

    @routes.get("/healthz")
    @documented(open=True)
    def health() -> Response:
        """Tell that the process lives."""
        return json_answer({"success": True, "status": "ok"})

    @routes.get("/readyz")
    @documented(open=True)
    def readiness() -> Response:
        """Tell whether calls can be answered: Redis is reachable, and has room."""
        if not fullness.redis.ping():
            raise StoreAway("Redis does not answer")
        fill = fullness.look()
        if fullness.state == FULL:
            raise Overloaded(f"{fill.words()}: new work is refused", fix=FIX)
        told = {"warning": f"{fill.words()}. {FIX}"} if fullness.state == NEAR else {}
        return json_answer({"success": True, "status": "ready", **told})

    @routes.get("/metrics")
    @documented(content="text/plain", answer={"type": "string"})
    def metrics() -> Response:
        """Show all worker processes' metrics in Prometheus' text format."""
        require_operator(auth.caller())
        with best_effort("the store's fill"):
            fill = fullness.look()
            STORE_USED.set(fill.used)
            STORE_MAX.set(fill.most)
        text, content_type = exposition()
        return Response(text, content_type=content_type)

    @routes.get("/openapi.json")
    @documented(open=True)
    def openapi() -> Response:
        """Show this document."""
        return Response(written(), mimetype="application/json")

    @routes.get("/docs")
    @documented(open=True, content="text/html", answer={"type": "string"})
    def docs() -> Response:
        """Show the OpenAPI document as a page."""
        return Response(render_template("docs.html"), headers=DOCS_HEADERS)

    @routes.get("/docs/<any('start.js', 'start.css'):name>")
    @documented(open=True, content="*/*", answer={"type": "string"})
    def docs_start(name: str) -> Response:
        """Serve the script that starts the page, and its colours."""
        return send_from_directory(Path(__file__).parent / "static", name, max_age=86_400)

    @routes.get("/docs/assets/<path:name>")
    @documented(open=True, content="*/*", answer={"type": "string"})
    def docs_asset(name: str) -> Response:
        """Serve the page's scripts and styles from this process."""
        return send_from_directory(SWAGGER_UI, name, max_age=86_400)

    return routes
