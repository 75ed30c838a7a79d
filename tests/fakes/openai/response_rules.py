"""What POST /v1/responses takes: parameters, tools, and what goes together."""

from __future__ import annotations

from typing import Any

from tests.fakes.openai import chat, input_items, retrieval, rules, schemas, tools
from tests.fakes.openai.complaints import Complaint, malformed, missing

_FORMAT = rules.tagged(
    {
        "text": rules.shape({"type": rules.anything}),
        "json_object": rules.shape({"type": rules.anything}),
        "json_schema": rules.shape(
            {
                "type": rules.anything,
                "name": chat.SCHEMA_NAME,
                "schema": rules.an_object,
                "description": rules.text(),
                "strict": rules.flag,
            },
            ("name", "schema"),
        ),
    }
)
_STORE_IDS = rules.items(rules.text(minimum=1), 1, 2)
_TOOL = rules.tagged(
    {
        "file_search": rules.shape(
            {
                "type": rules.anything,
                "vector_store_ids": _STORE_IDS,
                "max_num_results": rules.integer(1, 50),
                "filters": retrieval.check_filter,
                "ranking_options": retrieval.RANKING,
            },
            ("vector_store_ids",),
        ),
        "function": rules.shape(
            {
                "type": rules.anything,
                "name": tools.NAME,
                "description": rules.text(),
                "parameters": rules.an_object,
                "strict": rules.flag,
            },
            ("name",),
        ),
        "web_search": rules.an_object,
    }
)
_CHOICE = rules.tagged(
    {
        "function": rules.shape({"type": rules.anything, "name": rules.text(64, 1)}, ("name",)),
        "file_search": rules.shape({"type": rules.anything}),
        "web_search": rules.shape({"type": rules.anything}),
        "allowed_tools": rules.an_object,
    }
)
_CHOICE_MODES = rules.one_of("none", "auto", "required")
_INCLUDABLE = rules.one_of(
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "message.output_text.logprobs",
    "reasoning.encrypted_content",
)


def _check_choice(value: Any, param: str) -> None:
    (_CHOICE if isinstance(value, dict) else _CHOICE_MODES)(value, param)


def _check_conversation(value: Any, param: str) -> None:
    by_object = rules.shape({"id": rules.text(minimum=1)}, ("id",))
    (by_object if isinstance(value, dict) else rules.text(minimum=1))(value, param)


_INPUT_SIDE = {
    "model": rules.text(minimum=1),
    "input": input_items.check_input,
    "instructions": rules.text(),
    "previous_response_id": rules.text(minimum=1),
    "conversation": _check_conversation,
    "text": rules.shape({"format": _FORMAT, "verbosity": chat.VERBOSITY}),
    "reasoning": rules.shape(
        {
            "effort": chat.EFFORT,
            "summary": rules.one_of("auto", "concise", "detailed"),
            "context": rules.one_of("auto", "current_turn", "all_turns"),
            "mode": rules.one_of("standard", "pro"),
        }
    ),
    "tools": rules.items(_TOOL, 0, 128),
    "tool_choice": _check_choice,
    "parallel_tool_calls": rules.flag,
    "truncation": rules.one_of("auto", "disabled"),
}
COUNT_BODY = rules.shape(_INPUT_SIDE)
BODY = rules.shape(
    {
        **chat.SHARED,
        **_INPUT_SIDE,
        "include": rules.items(_INCLUDABLE),
        "max_output_tokens": rules.integer(16),
        "max_tool_calls": rules.integer(1),
        "background": rules.flag,
    },
    ("model",),
)


def check_together(body: dict[str, Any]) -> None:
    """What the shape of single parameters cannot say."""
    if "previous_response_id" in body and "conversation" in body:
        raise malformed(
            "Mutually exclusive parameters: 'previous_response_id' and 'conversation'. Ensure "
            "you are only providing one of: 'previous_response_id' or 'conversation'.",
            "previous_response_id",
            "mutually_exclusive_parameters",
        )
    if "input" not in body and not body.keys() & {"previous_response_id", "conversation"}:
        raise missing("input")
    if body.get("background") and body.get("store") is False:
        raise malformed("Background mode requires 'store' to be true.", "background")
    _check_format(body)
    for index, tool in enumerate(body.get("tools", ())):
        if tool["type"] == "function":
            _check_function(tool, f"tools[{index}]")


def _check_function(tool: dict[str, Any], param: str) -> None:
    """Functions are strict here unless they say otherwise, so they must say one or fit."""
    strict = tool.get("strict")
    if strict is None:
        raise missing(f"{param}.strict")
    if tool.get("parameters") is None:
        raise missing(f"{param}.parameters")
    tools.check_parameters(tool, f"{param}.parameters")


def _check_format(body: dict[str, Any]) -> None:
    wanted = format_of(body)
    if wanted["type"] == "json_schema" and wanted.get("strict"):
        subject = f"response_format '{wanted['name']}'"
        schemas.check_strict(wanted["schema"], subject, "text.format.schema", "invalid_json_schema")
    if wanted["type"] == "json_object":
        words = " ".join(
            text for _, text in input_items.heard(input_items.as_items(body.get("input", "")))
        )
        if "json" not in f"{words} {body.get('instructions', '')}".lower():
            raise malformed(
                "Response input messages must contain the word 'json' in some form to use "
                "'text.format' of type 'json_object'.",
                "input",
            )


def format_of(body: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = body.get("text", {}).get("format") or {"type": "text"}
    return given


def previous_not_found(identifier: str) -> Complaint:
    return Complaint(
        f"Previous response with id '{identifier}' not found.",
        param="previous_response_id",
        code="previous_response_not_found",
    )
