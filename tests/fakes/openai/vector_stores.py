"""/v1/vector_stores: stores, their files, file batches and search."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.openai import files, retrieval, rules
from tests.fakes.openai.complaints import malformed, not_found
from tests.fakes.openai.pages import page
from tests.fakes.openai.retrieval import Passage
from tests.fakes.openai.routes import Call, route
from tests.fakes.openai.world import World

_CHUNKING = rules.tagged(
    {
        "auto": rules.shape({"type": rules.anything}),
        "static": rules.shape(
            {
                "type": rules.anything,
                "static": rules.shape(
                    {
                        "max_chunk_size_tokens": rules.integer(100, 4096),
                        "chunk_overlap_tokens": rules.integer(0, 2048),
                    },
                    ("max_chunk_size_tokens", "chunk_overlap_tokens"),
                ),
            },
            ("static",),
        ),
    }
)
_EXPIRY = rules.shape(
    {"anchor": rules.one_of("last_active_at"), "days": rules.integer(1, 365)}, ("anchor", "days")
)
_CREATE = rules.shape(
    {
        "name": rules.text(),
        "description": rules.text(),
        "file_ids": rules.items(rules.text(minimum=1), 0, 500),
        "metadata": rules.text_map,
        "expires_after": _EXPIRY,
        "chunking_strategy": _CHUNKING,
    }
)
_UPDATE = rules.shape({"name": rules.text(), "metadata": rules.text_map, "expires_after": _EXPIRY})


def _attributes(value: Any, param: str) -> None:
    rules.an_object(value, param)
    if len(value) > 16:
        raise malformed(f"Invalid '{param}': too many properties.", param)
    for key, entry in value.items():
        rules.either(rules.flag, rules.number(-1e18, 1e18), rules.text(512))(
            entry, f"{param}.{key}"
        )


_ADD_FILE = rules.shape(
    {"file_id": rules.text(minimum=1), "attributes": _attributes, "chunking_strategy": _CHUNKING},
    ("file_id",),
)
_ADD_BATCH = rules.shape(
    {
        "file_ids": rules.items(rules.text(minimum=1), 1, 2000),
        "files": rules.items(_ADD_FILE, 1, 2000),
        "attributes": _attributes,
        "chunking_strategy": _CHUNKING,
    }
)
_QUERY = rules.either(rules.items(rules.text(minimum=1), 1), rules.text(minimum=1))
_SEARCH = rules.shape(
    {
        "query": _QUERY,
        "filters": retrieval.check_filter,
        "max_num_results": rules.integer(1, 50),
        "ranking_options": retrieval.RANKING,
        "rewrite_query": rules.flag,
    },
    ("query",),
)


@dataclass
class VectorStore:
    described: dict[str, Any]
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    passages: dict[str, list[Passage]] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        used = sum(entry["usage_bytes"] for entry in self.files.values())
        return {**self.described, "usage_bytes": used, "file_counts": counts(self.files.values())}

    def all_passages(self) -> list[Passage]:
        return [passage for one in self.passages.values() for passage in one]


def counts(entries: Iterable[dict[str, Any]]) -> dict[str, int]:
    states = [entry["status"] for entry in entries]
    names = ("in_progress", "completed", "failed", "cancelled")
    return {**{name: states.count(name) for name in names}, "total": len(states)}


def find(world: World, identifier: str) -> VectorStore:
    store: VectorStore | None = world.vector_stores.get(identifier)
    if store is None:
        raise not_found("Vector store", identifier)
    return store


@route("POST", "/v1/vector_stores")
def create(call: Call) -> dict[str, Any]:
    body = call.body(_CREATE)
    identifier = call.world.new_id("vs_")
    store = VectorStore(
        {
            "id": identifier,
            "object": "vector_store",
            "created_at": call.world.now(),
            "last_active_at": call.world.now(),
            "name": body.get("name", ""),
            "description": body.get("description"),
            "metadata": body.get("metadata", {}),
            "status": "completed",
            "expires_after": body.get("expires_after"),
            "expires_at": None,
        }
    )
    for file_id in body.get("file_ids", ()):
        _add(call.world, store, {"file_id": file_id})
    call.world.vector_stores[identifier] = store
    return store.shown()


@route("GET", "/v1/vector_stores")
def list_stores(call: Call) -> dict[str, Any]:
    return page(call, [store.shown() for store in call.world.vector_stores.values()])


@route("GET", "/v1/vector_stores/{id}")
def get_store(call: Call) -> dict[str, Any]:
    return find(call.world, call.names["id"]).shown()


@route("POST", "/v1/vector_stores/{id}")
def update(call: Call) -> dict[str, Any]:
    store = find(call.world, call.names["id"])
    store.described |= call.body(_UPDATE)
    return store.shown()


@route("DELETE", "/v1/vector_stores/{id}")
def delete(call: Call) -> dict[str, Any]:
    identifier = find(call.world, call.names["id"]).described["id"]
    del call.world.vector_stores[identifier]
    return {"id": identifier, "object": "vector_store.deleted", "deleted": True}


@route("POST", "/v1/vector_stores/{id}/files")
def add_file(call: Call) -> dict[str, Any]:
    store = find(call.world, call.names["id"])
    return _add(call.world, store, call.body(_ADD_FILE))


def _add(world: World, store: VectorStore, given: dict[str, Any]) -> dict[str, Any]:
    stored = files.find(world, given["file_id"])
    name = stored.described["filename"]
    attributes = given.get("attributes") or {}
    entry: dict[str, Any] = {
        "id": given["file_id"],
        "object": "vector_store.file",
        "created_at": world.now(),
        "usage_bytes": len(stored.data),
        "vector_store_id": store.described["id"],
        "attributes": attributes,
        "status": "completed",
        "last_error": None,
    }
    try:
        texts = retrieval.passages_of(stored.data.decode())
    except UnicodeDecodeError:
        texts = []
        entry["status"] = "failed"
        entry["last_error"] = {
            "code": "unsupported_file",
            "message": "The file could not be parsed because it is not supported.",
        }
    store.files[entry["id"]] = entry
    store.passages[entry["id"]] = [Passage(entry["id"], name, text, attributes) for text in texts]
    return entry


@route("GET", "/v1/vector_stores/{id}/files")
def list_store_files(call: Call) -> dict[str, Any]:
    wanted = call.asked.query.get("filter")
    entries = find(call.world, call.names["id"]).files.values()
    return page(call, [entry for entry in entries if wanted in (None, entry["status"])])


@route("GET", "/v1/vector_stores/{id}/files/{file_id}")
def get_store_file(call: Call) -> dict[str, Any]:
    store = find(call.world, call.names["id"])
    return _entry(store, call.names["file_id"])


def _entry(store: VectorStore, identifier: str) -> dict[str, Any]:
    entry = store.files.get(identifier)
    if entry is None:
        raise not_found("File", identifier)
    return entry


@route("DELETE", "/v1/vector_stores/{id}/files/{file_id}")
def remove_file(call: Call) -> dict[str, Any]:
    store = find(call.world, call.names["id"])
    identifier = _entry(store, call.names["file_id"])["id"]
    del store.files[identifier], store.passages[identifier]
    return {"id": identifier, "object": "vector_store.file.deleted", "deleted": True}


@route("POST", "/v1/vector_stores/{id}/file_batches")
def add_batch(call: Call) -> dict[str, Any]:
    store = find(call.world, call.names["id"])
    body = call.body(_ADD_BATCH)
    if ("files" in body) == ("file_ids" in body):
        raise malformed("Exactly one of 'file_ids' and 'files' must be given.", "file_ids")
    shared = body.get("attributes")
    given = body.get("files") or [
        {"file_id": name, "attributes": shared} for name in body["file_ids"]
    ]
    entries = [_add(call.world, store, one) for one in given]
    identifier = call.world.new_id("vsfb_")
    store.batches[identifier] = {
        "id": identifier,
        "object": "vector_store.files_batch",
        "created_at": call.world.now(),
        "vector_store_id": store.described["id"],
        "status": "completed",
        "file_counts": counts(entries),
    }
    return store.batches[identifier]


@route("GET", "/v1/vector_stores/{id}/file_batches/{batch_id}")
def get_batch(call: Call) -> dict[str, Any]:
    batch = find(call.world, call.names["id"]).batches.get(call.names["batch_id"])
    if batch is None:
        raise not_found("Batch", call.names["batch_id"])
    return batch


@route("POST", "/v1/vector_stores/{id}/search")
def search(call: Call) -> dict[str, Any]:
    store = find(call.world, call.names["id"])
    body = call.body(_SEARCH)
    queries = body["query"] if isinstance(body["query"], list) else [body["query"]]
    hits = retrieval.search(
        store.all_passages(),
        " ".join(queries),
        body.get("max_num_results", 10),
        body.get("filters"),
        body.get("ranking_options", {}).get("score_threshold", 0.0),
    )
    return {
        "object": "vector_store.search_results.page",
        "search_query": queries,
        "data": [
            {
                "file_id": hit.passage.file_id,
                "filename": hit.passage.filename,
                "score": hit.score,
                "attributes": hit.passage.attributes,
                "content": [{"type": "text", "text": hit.passage.text}],
            }
            for hit in hits
        ],
        "has_more": False,
        "next_page": None,
    }
