"""The shape of what the Responses API and conversations take as items."""

from __future__ import annotations

from typing import Any

from tests.fakes.openai import pictures, rules
from tests.fakes.openai.complaints import Complaint, malformed

_BREAKPOINT = {"prompt_cache_breakpoint": rules.an_object}


def _image(value: Any, param: str) -> None:
    pictures.check_image_url(value, param)


_TEXT_FIELDS = {"type": rules.anything, "text": rules.text()}
_PARTS = {
    "input_text": rules.shape({**_TEXT_FIELDS, **_BREAKPOINT}, ("text",)),
    "output_text": rules.shape(
        {
            **_TEXT_FIELDS,
            "annotations": rules.items(rules.an_object),
            "logprobs": rules.items(rules.an_object),
        },
        ("text",),
    ),
    "refusal": rules.shape({"type": rules.anything, "refusal": rules.text()}, ("refusal",)),
    "input_image": rules.shape(
        {
            "type": rules.anything,
            "image_url": _image,
            "file_id": rules.text(),
            "detail": rules.one_of("auto", "low", "high", "original"),
            **_BREAKPOINT,
        }
    ),
    "input_file": rules.shape(
        {
            "type": rules.anything,
            "file_id": rules.text(),
            "file_url": rules.text(),
            "file_data": rules.text(),
            "filename": rules.text(),
            "detail": rules.one_of("auto", "low", "high"),
        }
    ),
}
_STATUS = rules.one_of("in_progress", "completed", "incomplete")


def _content(value: Any, param: str) -> None:
    if not isinstance(value, str):
        rules.items(rules.tagged(_PARTS), 1)(value, param)


_MESSAGE = rules.shape(
    {
        "type": rules.one_of("message"),
        "id": rules.text(),
        "status": _STATUS,
        "phase": rules.one_of("commentary", "final_answer"),
        "role": rules.one_of("user", "assistant", "system", "developer"),
        "content": _content,
    },
    ("role", "content"),
)
_ITEMS = {
    "message": _MESSAGE,
    "function_call": rules.shape(
        {
            "type": rules.anything,
            "id": rules.text(),
            "call_id": rules.text(minimum=1),
            "name": rules.text(64, 1),
            "arguments": rules.text(),
            "status": _STATUS,
        },
        ("call_id", "name", "arguments"),
    ),
    "function_call_output": rules.shape(
        {
            "type": rules.anything,
            "id": rules.text(),
            "call_id": rules.text(minimum=1),
            "output": _content,
            "status": _STATUS,
        },
        ("call_id", "output"),
    ),
    "item_reference": rules.shape({"type": rules.anything, "id": rules.text(minimum=1)}, ("id",)),
    "reasoning": rules.an_object,
    "file_search_call": rules.an_object,
}


def check_item(value: Any, param: str) -> None:
    rules.an_object(value, param)
    if "type" not in value:
        _MESSAGE(value, param)
    else:
        rules.tagged(_ITEMS)(value, param)


ITEMS = rules.items(check_item, minimum=1)


def check_input(value: Any, param: str) -> None:
    """The rule for `input`: a text or items."""
    if not isinstance(value, str):
        ITEMS(value, param)


def as_items(given: Any) -> list[dict[str, Any]]:
    if isinstance(given, str):
        return [{"type": "message", "role": "user", "content": given}]
    return [{"type": "message", **item} for item in given]


def heard(items: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """(role, text) of messages and of function results."""
    lines = []
    for item in items:
        if item["type"] == "message":
            lines.append((item["role"], text_of(item["content"])))
        elif item["type"] == "function_call_output":
            lines.append(("tool", text_of(item["output"])))
    return lines


def text_of(content: Any) -> str:
    if isinstance(content, str):
        return content
    return " ".join(part.get("text") or part.get("refusal") or "" for part in content).strip()


def check_calls_answered(items: list[dict[str, Any]]) -> None:
    """Every function result belongs to a call, and every call has its result."""
    called = {item["call_id"] for item in items if item["type"] == "function_call"}
    answered = {item["call_id"] for item in items if item["type"] == "function_call_output"}
    for call_id in sorted(answered - called):
        raise malformed(
            f"No tool call found for function call output with call_id {call_id}.", "input"
        )
    for call_id in sorted(called - answered):
        raise Complaint(f"No tool output found for function call {call_id}.", param="input")
