"""/v1/files: upload, list, read, download, delete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.fakes.exchange import Reply
from tests.fakes.openai import rules
from tests.fakes.openai.complaints import Complaint, malformed, missing
from tests.fakes.openai.pages import page
from tests.fakes.openai.routes import Call, route
from tests.fakes.openai.world import World

_MAXIMUM_BYTES = 512 * 1024 * 1024
_FIELDS = rules.shape(
    {
        "purpose": rules.one_of("assistants", "batch", "fine-tune", "vision", "user_data", "evals"),
        "expires_after[anchor]": rules.one_of("created_at"),
        "expires_after[seconds]": rules.text(pattern=r"\d+"),
    },
    ("purpose",),
)


@dataclass
class StoredFile:
    described: dict[str, Any]
    data: bytes


@route("POST", "/v1/files")
def upload(call: Call) -> dict[str, Any]:
    form = call.form()
    _FIELDS(form.fields, "")
    given = form.files.get("file")
    if given is None:
        raise missing("file")
    if not given.data:
        raise malformed("File is empty.", "file", "invalid_value")
    if len(given.data) > _MAXIMUM_BYTES:
        raise Complaint("File is larger than the maximum of 512 MB.", status=413)
    identifier = call.world.new_id("file-")
    described = {
        "id": identifier,
        "object": "file",
        "bytes": len(given.data),
        "created_at": call.world.now(),
        "expires_at": _expiry(form.fields.get("expires_after[seconds]"), call.world),
        "filename": given.name,
        "purpose": form.fields["purpose"],
        "status": "processed",
    }
    call.world.files[identifier] = StoredFile(described, given.data)
    return described


def _expiry(seconds: object, world: World) -> int | None:
    """`expires_after` may be an hour to thirty days."""
    if seconds is None:
        return None
    rules.integer(3_600, 2_592_000)(int(str(seconds)), "expires_after.seconds")
    return world.now() + int(str(seconds))


@route("GET", "/v1/files")
def list_files(call: Call) -> dict[str, Any]:
    purpose = call.asked.query.get("purpose")
    entries = [file.described for file in call.world.files.values()]
    shown = [entry for entry in entries if purpose in (None, entry["purpose"])]
    return page(call, shown, default_limit=10_000)


@route("GET", "/v1/files/{id}")
def get_file(call: Call) -> dict[str, Any]:
    return find(call.world, call.names["id"]).described


@route("GET", "/v1/files/{id}/content")
def download(call: Call) -> Reply:
    stored = find(call.world, call.names["id"])
    return Reply(200, stored.data, "application/octet-stream")


@route("DELETE", "/v1/files/{id}")
def delete(call: Call) -> dict[str, Any]:
    identifier = find(call.world, call.names["id"]).described["id"]
    del call.world.files[identifier]
    return {"id": identifier, "object": "file", "deleted": True}


def find(world: World, identifier: str) -> StoredFile:
    stored = world.files.get(identifier)
    if stored is None:
        raise Complaint(f"No such File object: {identifier}", status=404, param="id")
    return stored
