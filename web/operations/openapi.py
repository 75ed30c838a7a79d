"""The OpenAPI document, made from the routes, the settings sections and the webhook functions.

Paths come from Flask's map, descriptions from docstrings, fields from the schemas that check
requests.
"""

from __future__ import annotations

import functools
import inspect
import re
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from marshmallow import Schema, fields

from flowhook.common_keys import COMMON
from flowhook.errors import FlowhookError
from flowhook.http.documented import Document, document_of
from flowhook.organisations.schemas import SECTIONS
from flowhook.organisations.signature import HEADER
from flowhook.registry import Registry
from webhooks.fields import Json, Number, Text, Whole
from webhooks.registry import WebhookFunction

PAGES = "web."  # the blueprint of the pages
INTERNAL = ("/docs", "/media/")  # this document's own page, and the files that answers link to
METHODS = ("get", "post", "put", "patch", "delete")
JSON, XML, HTML = "application/json", "application/xml", "text/html"
FORM = "multipart/form-data"
ERROR_REFERENCE = {"$ref": "#/components/schemas/Error"}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
ERROR = {
    "type": "object",
    "required": ["success", "error", "request_id"],
    "properties": {
        "success": {"const": False},
        "error": {
            "type": "object",
            "required": ["type", "message", "fix"],
            "properties": {
                "type": {"type": "string"},
                "message": {"type": "string"},
                "fix": {"type": "string"},
                "fields": {"type": "object"},
            },
        },
        "request_id": {"type": "string"},
    },
}


TAGS = {
    "webhooks": "Webhook functions",
    "settings": "Settings",
    "organizations": "Organisations",
    "flows": "Flows",
    "question-sets": "Question sets",
    "conversations": "Conversations",
    "contacts": "Conversations",
    "channels": "Channels",
    "jobs": "Jobs",
    "logs": "Logs and usage",
    "usage": "Logs and usage",
    "audit": "Logs and usage",
    "trash": "Settings",
}
OTHERS = "Operations"
REFUSALS = {
    "401": "No token, or one that is not valid or has ended.",
    "403": "The token does not allow this, or is another organisation's.",
    "429": "Too many calls or wrong tokens; Retry-After says how many seconds to wait.",
}
OTHER_FAILURES = {"default": "What is wrong, and how to fix it."}
WRONG_INPUT = {"400": "A field, or a parameter of the query, is wrong or not known."}
NOT_THERE = {"404": "There is no such thing."}
OF_EVERY_CALL = (  # the types of failures that each webhook function has beside its own
    "invalid_input",
    "invalid_json",
    "not_found",
    "conflict",
    "too_large",
    "unsupported_media_type",
    "rate_limited",
    "budget_exceeded",
    "internal",
    "overloaded",
)
NAMED = re.compile(r"^Errors: ((?:.|\n)+?)\.$", re.MULTILINE)
PENDING = {
    "type": "object",
    "required": ["success", "status", "job_id"],
    "properties": {
        "success": {"const": True},
        "status": {"const": "pending"},
        "job_id": {"type": "string"},
    },
}


def document(app: Flask, functions: Registry[WebhookFunction]) -> dict[str, Any]:
    """Make the document."""
    plugin = MarshmallowPlugin(schema_name_resolver=_unnamed)
    spec = APISpec(
        title="Flowhook",
        version="1",
        openapi_version="3.1.0",
        info={"description": "Webhook functions for chatbot flows, and their administration."},
        plugins=[plugin],
    )
    kinds = ((Json, None), (Text, "string"), (Number, "number"), (Whole, "integer"))
    for field_class, kind in kinds:
        plugin.map_to_openapi_type(field_class, kind, None)
    spec.components.schema("Error", ERROR)
    _add_security(spec)
    for tag in dict.fromkeys([*TAGS.values(), OTHERS]):
        spec.tag({"name": tag})
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.endpoint.startswith(PAGES) or rule.rule.startswith(INTERNAL):
            continue
        view = app.view_functions[rule.endpoint]
        for path, parameters, function in _expansions(rule.rule, functions):
            operations = {
                method: _operation(method, view, parameters, function, plugin, path)
                for method in METHODS
                if method.upper() in (rule.methods or ())
            }
            spec.path(path=path, operations=operations)
    return spec.to_dict()


def _expansions(
    rule: str, functions: Registry[WebhookFunction]
) -> list[tuple[str, list[str], WebhookFunction | str | None]]:
    """A rule's documented paths: one for each webhook function and each settings section."""
    if rule == "/webhooks/<name>":
        return [(f"/webhooks/{function.name}", [], function) for function in functions]
    if rule == "/settings/<org>/<section>":
        return [(f"/settings/{{org}}/{section}", ["org"], section) for section in SECTIONS]
    path = PARAMETER.sub(r"{\1}", rule)
    section = "openai" if rule == "/settings/<org>/openai/accounts/<title>" else None
    return [(path, PARAMETER.findall(rule), section)]


def _operation(
    method: str,
    view: Any,
    parameters: list[str],
    unit: WebhookFunction | str | None,
    plugin: MarshmallowPlugin,
    path: str,
) -> dict[str, Any]:
    known = document_of(view)
    page = inspect.cleandoc(unit.page if isinstance(unit, WebhookFunction) else view.__doc__ or "")
    summary, _, description = page.partition("\n")
    body = _body(method, known, unit, plugin)
    operation: dict[str, Any] = {
        "summary": _of_section(method, unit, path) or summary.rstrip("."),
        "tags": [_tag(path)],
        "operationId": f"{method}_{re.sub(r'[^A-Za-z0-9]+', '_', path).strip('_')}",
        "parameters": [_path_parameter(name) for name in parameters]
        + [_query_parameter(name, text) for name, text in known.query.items()],
        "responses": {
            **_success(method, known, unit, plugin),
            **{
                status: _inline(ERROR_REFERENCE, words, *_forms(path))
                for status, words in _failures(known, parameters, unit, bool(body)).items()
            },
        },
    }
    if description.strip():
        operation["description"] = description.strip()
    if known.open:
        operation["security"] = []
    if body:
        operation["requestBody"] = body
    return operation


def _failures(
    known: Document, parameters: list[str], unit: WebhookFunction | str | None, takes_body: bool
) -> dict[str, str]:
    """The failures of an operation by status; those of a function name their types."""
    if isinstance(unit, WebhookFunction):
        return {**_of_function(unit), **OTHER_FAILURES}
    if known.open:
        return OTHER_FAILURES
    wrong = WRONG_INPUT if takes_body or known.query else {}
    missing = NOT_THERE if set(parameters) - {"org"} else {}
    return {**wrong, **REFUSALS, **missing, **OTHER_FAILURES}


def _of_function(function: WebhookFunction) -> dict[str, str]:
    """The types that a function's page names, and those of every call, by status."""
    found = NAMED.search(inspect.cleandoc(function.page))
    own = [name.split()[0] for name in found[1].split(",")] if found else []
    by_status: dict[str, list[str]] = {}
    for name in dict.fromkeys([*own, *OF_EVERY_CALL]):
        by_status.setdefault(str(statuses()[name]), []).append(name)
    listed = {status: f"{', '.join(names)}." for status, names in by_status.items()}
    told = {
        status: f"{words} {listed.get(status, '')}".strip() for status, words in REFUSALS.items()
    }
    return dict(sorted((listed | told).items()))


@functools.cache
def statuses() -> dict[str, int]:
    """The HTTP status of each type of error."""
    found: dict[str, int] = {}
    waiting = [FlowhookError]
    while waiting:
        error = waiting.pop(0)
        found.setdefault(error.type, error.status)
        waiting += error.__subclasses__()
    return found


def _tag(path: str) -> str:
    """The group of a path, by its first part."""
    return TAGS.get(path.split("/")[1], OTHERS)


def _of_section(method: str, unit: WebhookFunction | str | None, path: str) -> str:
    """The summary of what is done to a settings section, whose view does it all."""
    if not isinstance(unit, str):
        return ""
    words = {
        "get": "Show",
        "put": "Create or replace",
        "patch": "Change fields of",
        "delete": "Delete",
    }
    whose = "a further account" if "/accounts/" in path else f"the section {unit}"
    return f"{words[method]} {whose}" if method in words else ""


def _body(
    method: str, known: Document, unit: WebhookFunction | str | None, plugin: MarshmallowPlugin
) -> dict[str, Any] | None:
    if isinstance(unit, WebhookFunction):
        own = _json_schema(unit.fields, plugin)
        properties = {**COMMON, **own["properties"]}
        schema = {**own, "properties": properties, "additionalProperties": True}
        media = {"schema": schema, "example": dict(unit.example)}
        as_xml = {"schema": {**schema, "xml": {"name": "request"}}}
        return {"required": True, "content": {JSON: media, XML: as_xml}}
    if isinstance(unit, str) and method in ("put", "patch"):
        media = {"schema": _json_schema(SECTIONS[unit](), plugin)}
    elif known.takes is not None:
        media = dict(known.takes)
        return {"required": True, "content": {media.pop("content", JSON): media}}
    elif known.body is not None:
        media = {"schema": _json_schema(known.body(), plugin)}
    else:
        return None
    forms = {} if known.form is None else {FORM: {"schema": dict(known.form)}}
    return {"required": True, "content": {JSON: media, **forms}}


def _success(
    method: str, known: Document, unit: WebhookFunction | str | None, plugin: MarshmallowPlugin
) -> dict[str, Any]:
    if method == "delete":
        answers: dict[str, Any] = {"204": {"description": "Gone."}}
        if "properties" in known.answer:
            answers["200"] = _inline(dict(known.answer), "Gone, with what to know of it.", JSON)
        return answers
    if isinstance(unit, WebhookFunction):
        schema = _json_schema(unit.result, plugin)
        result = _inline(schema, "The result, and success true.", JSON, XML)
        if unit.show is not None:
            result["content"][HTML] = {"schema": {"type": "string"}}
        result["description"] += " With failure_status 200, failures too."
        return {"200": result, "202": _inline(PENDING, "The call goes on as a job.", JSON, XML)}
    if isinstance(unit, str):
        schema = {"type": "object", "description": "The section, with its secrets masked."}
        answers = {"200": _inline(schema, "The section.", JSON)}
        if method == "put":
            answers["201"] = answers["200"]
        return answers
    answer = _inline(dict(known.answer), "Success.", known.content)
    answer["content"] |= {form: {"schema": {"type": "object"}} for form in known.also}
    return {str(known.status): answer}


def _unnamed(_schema: Any) -> Any:
    """Write a schema where it is used, without a name; each is used once."""
    return None


def _json_schema(schema: Schema, plugin: MarshmallowPlugin) -> dict[str, Any]:
    found: dict[str, Any] = plugin.converter.schema2jsonschema(schema)  # type: ignore[union-attr]
    for name, field in schema.fields.items():
        described = found.get("properties", {}).get(name)
        if described is not None and isinstance(field, fields.Raw):
            described.pop("type", None)
    return found


def _forms(path: str) -> tuple[str, ...]:
    """The media types of failures at a path; those of webhook functions may be XML."""
    return (JSON, XML) if path.startswith("/webhooks/") else (JSON,)


def _inline(schema: dict[str, Any], description: str, *contents: str) -> dict[str, Any]:
    """An answer with the same schema in each of its media types."""
    content = {media_type: {"schema": schema} for media_type in contents}
    return {"description": description, "content": content}


def _path_parameter(name: str) -> dict[str, Any]:
    pattern = {"pattern": "^[A-Za-z0-9_-]{1,64}$"} if name == "org" else {"minLength": 1}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string", **pattern},
    }


def _query_parameter(name: str, description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "description": description,
        "schema": {"type": "string", "maxLength": 128},
    }


def _add_security(spec: APISpec) -> None:
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme("basic", {"type": "http", "scheme": "basic"})
    signature = {"type": "apiKey", "in": "header", "name": HEADER}
    spec.components.security_scheme("glificSignature", signature)
    spec.options["security"] = [{"bearer": []}, {"basic": []}, {"glificSignature": []}]
