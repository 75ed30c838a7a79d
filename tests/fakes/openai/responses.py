"""/v1/responses: create, read, delete, cancel, input items, and counting input tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.fakes.openai import (
    conversations,
    input_items,
    messages,
    response_rules,
    retrieval,
    sampling,
    tokens,
    vector_stores,
)
from tests.fakes.openai.answers import Said, Wanted
from tests.fakes.openai.complaints import not_found
from tests.fakes.openai.conversations import Conversation
from tests.fakes.openai.models import Model
from tests.fakes.openai.pages import page
from tests.fakes.openai.retrieval import Hit
from tests.fakes.openai.routes import Call, route
from tests.fakes.openai.world import World

Item = dict[str, Any]


@dataclass
class Stored:
    """A response that was kept: the answer, what it was asked, and all that came before."""

    answer: dict[str, Any]
    given: list[Item]
    history: list[Item]


@route("POST", "/v1/responses")
def create(call: Call) -> dict[str, Any]:
    body = call.body(response_rules.BODY)
    model = call.model(body["model"], "chat")
    sampling.check_for_responses(body, model)
    response_rules.check_together(body)
    before, conversation = _before(call.world, body)
    given = input_items.as_items(body.get("input", []))
    context = [*before, *given]
    input_items.check_calls_answered(context)
    call.asked.heard = _heard(body, context)
    used = 3 + tokens.count_any(context) + tokens.count(body.get("instructions", ""))
    sampling.check_length(used, model, "input")
    answer = _Answering(call.world, body, model).answer(call.asked.heard, used)
    if body.get("store", True):
        call.world.responses[answer["id"]] = Stored(answer, given, [*context, *answer["output"]])
    if conversation is not None:
        answer["conversation"] = {"id": conversation.described["id"]}
        conversation.add(call.world, [*given, *answer["output"]])
    if body.get("background"):
        return {**answer, "status": "queued", "output": [], "usage": None}
    return answer


def _before(world: World, body: dict[str, Any]) -> tuple[list[Item], Conversation | None]:
    """The items of earlier turns; instructions of earlier turns do not carry over."""
    previous = body.get("previous_response_id")
    if previous is not None:
        stored: Stored | None = world.responses.get(previous)
        if stored is None:
            raise response_rules.previous_not_found(previous)
        return stored.history, None
    named = body.get("conversation")
    if named is None:
        return [], None
    conversation = conversations.find(world, named["id"] if isinstance(named, dict) else named)
    return list(conversation.items), conversation


def _heard(body: dict[str, Any], context: list[Item]) -> list[tuple[str, str]]:
    heard = input_items.heard(context)
    return [("developer", body["instructions"]), *heard] if "instructions" in body else heard


class _Answering:
    """One response in the making."""

    def __init__(self, world: World, body: dict[str, Any], model: Model) -> None:
        self.world = world
        self.body = body
        self.model = model

    def answer(self, heard: list[tuple[str, str]], used: int) -> dict[str, Any]:
        question = messages.last_user_text(heard)
        searches, hits = self._search(question)
        said = self.world.answers.next(self._wanted(question, hits))
        output = [*searches, *self._output(said, hits)]
        spoken = tokens.count_any([said.text_of(0), [call.arguments for call in said.calls]])
        effort = self.body.get("reasoning", {}).get("effort")
        thought = sampling.reasoning_tokens(said.text_of(0) or "", self.model, effort)
        code, message = said.failure or (None, None)
        return {
            "id": self.world.new_id("resp_"),
            "object": "response",
            "created_at": self.world.now(),
            "status": _status(said),
            "error": {"code": code, "message": message} if said.failure else None,
            "incomplete_details": _incomplete(said),
            "model": self.model.id,
            "output": output,
            "usage": {
                "input_tokens": used,
                "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
                "output_tokens": spoken + thought,
                "output_tokens_details": {"reasoning_tokens": thought},
                "total_tokens": used + spoken + thought,
            },
            **self._echo(),
        }

    def _echo(self) -> dict[str, Any]:
        """The request's own parameters, which the answer repeats."""
        body = self.body
        return {
            "instructions": body.get("instructions"),
            "previous_response_id": body.get("previous_response_id"),
            "max_output_tokens": body.get("max_output_tokens"),
            "metadata": body.get("metadata", {}),
            "parallel_tool_calls": body.get("parallel_tool_calls", True),
            "temperature": body.get("temperature", 1.0),
            "top_p": body.get("top_p", 1.0),
            "tool_choice": body.get("tool_choice", "auto"),
            "tools": body.get("tools", []),
            "text": {"format": {"type": "text"}, **body.get("text", {})},
            "reasoning": body.get("reasoning", {}),
            "store": body.get("store", True),
            "background": body.get("background", False),
            "truncation": body.get("truncation", "disabled"),
        }

    def _search(self, question: str) -> tuple[list[Item], list[Hit]]:
        """What file_search finds for the question: the call's output item, and the hits."""
        items, found = [], []
        for tool in self.body.get("tools", ()):
            if tool["type"] != "file_search":
                continue
            stores = [vector_stores.find(self.world, name) for name in tool["vector_store_ids"]]
            if self.body.get("tool_choice") == "none":
                continue
            hits = retrieval.search(
                [passage for store in stores for passage in store.all_passages()],
                question,
                tool.get("max_num_results", 20),
                tool.get("filters"),
                tool.get("ranking_options", {}).get("score_threshold", 0.0),
            )
            items.append(self._search_call(question, hits))
            found += hits
        return items, found

    def _search_call(self, question: str, hits: list[Hit]) -> Item:
        shown = "file_search_call.results" in self.body.get("include", ())
        results = [
            {
                "file_id": hit.passage.file_id,
                "filename": hit.passage.filename,
                "score": hit.score,
                "text": hit.passage.text,
                "attributes": hit.passage.attributes,
            }
            for hit in hits
        ]
        return {
            "id": self.world.new_id("fs_"),
            "type": "file_search_call",
            "status": "completed",
            "queries": [question],
            "results": results if shown else None,
        }

    def _wanted(self, question: str, hits: list[Hit]) -> Wanted:
        body = self.body
        wanted = response_rules.format_of(body)
        functions = {
            tool["name"]: tool["parameters"]
            for tool in body.get("tools", ())
            if tool["type"] == "function"
        }
        return Wanted(
            body=body,
            last_user_text=question,
            format=wanted["type"],
            schema=wanted.get("schema"),
            tools=functions,
            forced_tool=_forced(body.get("tool_choice"), functions),
            max_tokens=body.get("max_output_tokens"),
            found=hits[0].passage.text if hits else None,
        )

    def _output(self, said: Said, hits: list[Hit]) -> list[Item]:
        if said.failure is not None:
            return []
        items = [
            {
                "id": self.world.new_id("fc_"),
                "type": "function_call",
                "status": "completed",
                "call_id": call.id or self.world.new_id("call_"),
                "name": call.name,
                "arguments": call.arguments,
            }
            for call in said.calls
        ]
        part = _part(said, hits)
        if part is None:
            return items
        message = {
            "id": self.world.new_id("msg_"),
            "type": "message",
            "status": "completed" if _status(said) == "completed" else "incomplete",
            "role": "assistant",
            "content": [part],
        }
        return [message, *items]


def _part(said: Said, hits: list[Hit]) -> Item | None:
    if said.refusal is not None:
        return {"type": "refusal", "refusal": said.refusal}
    text = said.text_of(0)
    if text is None:
        return None
    citations = [
        {
            "type": "file_citation",
            "index": len(text),
            "file_id": hit.passage.file_id,
            "filename": hit.passage.filename,
        }
        for hit in hits[:1]
    ]
    return {"type": "output_text", "text": text, "annotations": citations, "logprobs": []}


def _status(said: Said) -> str:
    if said.failure is not None:
        return "failed"
    return "incomplete" if said.finish in ("length", "content_filter") else "completed"


def _incomplete(said: Said) -> dict[str, str] | None:
    reasons = {"length": "max_output_tokens", "content_filter": "content_filter"}
    return {"reason": reasons[said.finish]} if said.finish in reasons else None


def _forced(choice: Any, functions: dict[str, Any]) -> str | None:
    if isinstance(choice, dict) and choice["type"] == "function":
        return str(choice["name"])
    return next(iter(functions)) if choice == "required" and functions else None


@route("GET", "/v1/responses/{id}")
def get_response(call: Call) -> dict[str, Any]:
    return _find(call).answer


@route("DELETE", "/v1/responses/{id}")
def delete(call: Call) -> dict[str, Any]:
    identifier = _find(call).answer["id"]
    del call.world.responses[identifier]
    return {"id": identifier, "object": "response", "deleted": True}


@route("POST", "/v1/responses/{id}/cancel")
def cancel(call: Call) -> dict[str, Any]:
    stored = _find(call)
    stored.answer["status"] = "cancelled"
    return stored.answer


@route("GET", "/v1/responses/{id}/input_items")
def list_input(call: Call) -> dict[str, Any]:
    stored = _find(call)
    kept = Conversation({}).add(call.world, stored.given)
    return page(call, kept)


@route("POST", "/v1/responses/input_tokens")
def count_input(call: Call) -> dict[str, Any]:
    body = call.body(response_rules.COUNT_BODY)
    before, _ = _before(call.world, body)
    given = [*before, *input_items.as_items(body.get("input", []))]
    counted = 3 + tokens.count_any(given) + tokens.count(body.get("instructions", ""))
    return {"object": "response.input_tokens", "input_tokens": counted}


def _find(call: Call) -> Stored:
    stored: Stored | None = call.world.responses.get(call.names["id"])
    if stored is None:
        raise not_found("Response", call.names["id"])
    return stored
