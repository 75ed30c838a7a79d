"""Scripts, styles and icons, served by this process: our own, and Bootstrap's.

Bootstrap 5.3 comes from the package Bootstrap-Flask; the code calls it the kit.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import cache
from importlib import metadata
from pathlib import Path

import flask_bootstrap
from flask import Blueprint, Response, request, send_from_directory
from markupsafe import Markup

KIT = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5"
OWN = Path(__file__).parent / "static"
PACKED = (".css", ".js", ".svg")
YEAR_SECONDS = 365 * 86_400
SYMBOL = re.compile(
    r'<symbol[^>]*viewBox="([^"]+)"[^>]*id="([^"]+)"[^>]*>(.*?)</symbol>', re.DOTALL
)


def asset_routes() -> Blueprint:
    """Routes of assets, whose addresses change with their version, so that browsers cache them."""
    routes = Blueprint("assets", __name__, url_prefix="/assets/<version>")

    @routes.get("/kit/<path:name>")
    def kit(version: str, name: str) -> Response:
        return sent(KIT, name)

    @routes.get("/own/<path:name>")
    def own(version: str, name: str) -> Response:
        return sent(OWN, name)

    return routes


def sent(folder: Path, name: str) -> Response:
    """Answer a file, compressed where the browser accepts it: the kit's styles are 230 kB."""
    answer = send_from_directory(folder, name, max_age=YEAR_SECONDS)
    answer.vary.add("Accept-Encoding")
    is_whole = answer.status_code == 200
    if is_whole and name.endswith(PACKED) and "gzip" in request.accept_encodings:
        answer.close()
        answer.direct_passthrough = False
        answer.set_data(packed((folder / name).resolve()))
        answer.headers["Content-Encoding"] = "gzip"
    return answer


@cache
def packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)


@cache
def version() -> str:
    """A digest that changes with any of our files and with the kit."""
    whole = hashlib.sha256(metadata.version("bootstrap-flask").encode())
    for path in sorted(OWN.rglob("*")):
        if path.is_file():
            whole.update(path.read_bytes())
    return whole.hexdigest()[:12]


@cache
def icons() -> dict[str, Markup]:
    """The kit's icons as inline SVG; its sprite of all icons is too large for a phone."""
    sprite = (KIT / "icons" / "bootstrap-icons.svg").read_text()
    return {
        name: Markup(f'<svg class="bi" viewBox="{box}" aria-hidden="true">{paths}</svg>')  # noqa: S704
        for box, name, paths in SYMBOL.findall(sprite)
    }
