"""What routes share that take CSV files and give them."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from flowhook.errors import UnsupportedMediaType
from flowhook.http.body_size import max_body_bytes

MEDIA_TYPES = (
    *("", "text/csv", "application/csv", "text/plain", "text/tab-separated-values"),
    "application/vnd.ms-excel",  # as browsers on Windows name it
)
CSV = "text/csv; charset=utf-8"

Json = dict[str, Any]


def takes_csv(columns: str, example: str) -> Json:
    """What a route takes, for its documentation: a file with these columns."""
    told = f"CSV with a row of names first: {columns}."
    schema = {"type": "string", "description": told}
    return {"content": "text/csv", "schema": schema, "example": example}


def imported(what: str) -> Json:
    """The schema of an import's answer, which counts `what` there is afterwards."""
    names = ["added", "replaced", what]
    properties = {name: {"type": "integer"} for name in names}
    return {"type": "object", "required": names, "properties": properties}


def read_file() -> bytes:
    """The request's body. Raises UnsupportedMediaType unless it is CSV, and TooLarge."""
    if (request.mimetype or "") not in MEDIA_TYPES:
        raise UnsupportedMediaType(
            "the body's Content-Type is not text/csv", fix="Send the header Content-Type: text/csv."
        )
    request.max_content_length = max_body_bytes(request.method, request.path)
    return request.get_data(cache=False)


def file_answer(content: bytes, name: str) -> Response:
    """A CSV file that a browser saves under this name."""
    answer = Response(content, content_type=CSV)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
