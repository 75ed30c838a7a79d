"""/v1/conversations and their items."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.openai import input_items, rules
from tests.fakes.openai.complaints import not_found
from tests.fakes.openai.pages import page
from tests.fakes.openai.routes import Call, route
from tests.fakes.openai.world import World

_MOST_ITEMS = 20
_ITEMS = rules.items(input_items.check_item, 0, _MOST_ITEMS)
_CREATE = rules.shape({"items": _ITEMS, "metadata": rules.text_map})
_UPDATE = rules.shape({"metadata": rules.text_map}, ("metadata",))
_ADD = rules.shape({"items": _ITEMS}, ("items",))


@dataclass
class Conversation:
    described: dict[str, Any]
    items: list[dict[str, Any]] = field(default_factory=list)

    def add(self, world: World, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Keep items, each with an id and its content as parts."""
        kept = [_kept(world, item) for item in items]
        self.items += kept
        return kept


def _kept(world: World, item: dict[str, Any]) -> dict[str, Any]:
    kept = {"status": "completed", **item}
    kept.setdefault("id", world.new_id("msg_" if item["type"] == "message" else "item_"))
    if isinstance(kept.get("content"), str):
        kind = "output_text" if kept["role"] == "assistant" else "input_text"
        part: dict[str, Any] = {"type": kind, "text": kept["content"]}
        if kind == "output_text":
            part["annotations"] = []
        kept["content"] = [part]
    return kept


def find(world: World, identifier: str) -> Conversation:
    conversation: Conversation | None = world.conversations.get(identifier)
    if conversation is None:
        raise not_found("Conversation", identifier)
    return conversation


@route("POST", "/v1/conversations")
def create(call: Call) -> dict[str, Any]:
    body = call.body(_CREATE)
    identifier = call.world.new_id("conv_")
    conversation = Conversation(
        {
            "id": identifier,
            "object": "conversation",
            "created_at": call.world.now(),
            "metadata": body.get("metadata", {}),
        }
    )
    conversation.add(call.world, input_items.as_items(body.get("items", [])))
    call.world.conversations[identifier] = conversation
    return conversation.described


@route("GET", "/v1/conversations/{id}")
def get_conversation(call: Call) -> dict[str, Any]:
    return find(call.world, call.names["id"]).described


@route("POST", "/v1/conversations/{id}")
def update(call: Call) -> dict[str, Any]:
    conversation = find(call.world, call.names["id"])
    conversation.described |= call.body(_UPDATE)
    return conversation.described


@route("DELETE", "/v1/conversations/{id}")
def delete(call: Call) -> dict[str, Any]:
    identifier = find(call.world, call.names["id"]).described["id"]
    del call.world.conversations[identifier]
    return {"id": identifier, "object": "conversation.deleted", "deleted": True}


@route("GET", "/v1/conversations/{id}/items")
def list_items(call: Call) -> dict[str, Any]:
    return page(call, find(call.world, call.names["id"]).items)


@route("POST", "/v1/conversations/{id}/items")
def add_items(call: Call) -> dict[str, Any]:
    conversation = find(call.world, call.names["id"])
    body = call.body(_ADD)
    added = conversation.add(call.world, input_items.as_items(body["items"]))
    return {
        "object": "list",
        "data": added,
        "first_id": added[0]["id"] if added else None,
        "last_id": added[-1]["id"] if added else None,
        "has_more": False,
    }


@route("GET", "/v1/conversations/{id}/items/{item_id}")
def get_item(call: Call) -> dict[str, Any]:
    conversation = find(call.world, call.names["id"])
    return _item(conversation, call.names["item_id"])


@route("DELETE", "/v1/conversations/{id}/items/{item_id}")
def delete_item(call: Call) -> dict[str, Any]:
    conversation = find(call.world, call.names["id"])
    conversation.items.remove(_item(conversation, call.names["item_id"]))
    return conversation.described


def _item(conversation: Conversation, identifier: str) -> dict[str, Any]:
    for item in conversation.items:
        if item["id"] == identifier:
            return item
    raise not_found("Item", identifier)
