"""HTTP for media: GET and HEAD /media/<name>."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from flowhook.http.documented import documented
from flowhook.media.store import Kept, MediaStore

# A browser may show the file and do nothing else: outsiders had a hand in its content.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; media-src 'self'; sandbox",
    "Content-Disposition": "inline",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "private, max-age=300, no-transform",
}


def media_routes(store: MediaStore) -> Blueprint:
    """`GET /media/<name>`, with ranges, which audio players need."""
    routes = Blueprint("media", __name__)

    @routes.get("/media/<name>")
    @documented(open=True, content="*/*", answer={"type": "string"})
    def serve(name: str) -> Response:
        """Serve an image or speech that a webhook function made, for a day."""
        kept = store.get(name)
        try:
            answer = _whole(kept)
            answer.make_conditional(request, accept_ranges=True, complete_length=len(kept.content))
        except RequestedRangeNotSatisfiable:  # beyond the end: a server may ignore the range
            return _whole(kept)
        return answer

    return routes


def _whole(kept: Kept) -> Response:
    return Response(kept.content, content_type=kept.content_type, headers=HEADERS)
