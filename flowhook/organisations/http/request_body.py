"""The JSON object that a settings call sends."""

from __future__ import annotations

from typing import Any

from flask import request
from marshmallow import Schema

from flowhook.http.body import check_media_type
from flowhook.organisations.section_service import load_fields
from flowhook.strict_json import read_json

MAX_VALUES = 15_000  # of a section; commas in its texts count


def read_body() -> dict[str, Any]:
    """The request's JSON object; raises UnsupportedMediaType and InvalidJson."""
    check_media_type(request.content_type or "")
    return read_json(request.get_data(cache=False), MAX_VALUES)


def read_fields(schema: Schema) -> dict[str, Any]:
    """The request's JSON object by a schema; raises InvalidInput with every field named."""
    return load_fields(schema, read_body())
