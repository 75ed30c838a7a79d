"""The shape of chat messages: roles, content parts, and tool messages that answer calls."""

from __future__ import annotations

from typing import Any

from tests.fakes.openai import pictures, rules
from tests.fakes.openai.complaints import malformed

_BREAKPOINT = {"prompt_cache_breakpoint": rules.an_object}


def _image_url(value: Any, param: str) -> None:
    rules.shape(
        {"url": rules.text(), "detail": rules.one_of("auto", "low", "high", "original")}, ("url",)
    )(value, param)
    pictures.check_image_url(value["url"], f"{param}.url")


_TEXT_PART = rules.shape(
    {"type": rules.anything, "text": rules.text(), **_BREAKPOINT}, ("type", "text")
)
_PARTS = {
    "text": _TEXT_PART,
    "image_url": rules.shape(
        {"type": rules.anything, "image_url": _image_url, **_BREAKPOINT}, ("type", "image_url")
    ),
}
_REFUSAL_PART = rules.shape({"type": rules.anything, "refusal": rules.text()}, ("type", "refusal"))


def _content(variants: dict[str, rules.Rule]) -> rules.Rule:
    def check(value: Any, param: str) -> None:
        if isinstance(value, str):
            return
        rules.items(rules.tagged(variants), minimum=1)(value, param)

    return check


_TEXTS = _content({"text": _TEXT_PART})
_NAME = rules.text(64, 1, r"[^\s<|\\/>]+")
_TOOL_CALL = rules.shape(
    {
        "id": rules.text(minimum=1),
        "type": rules.one_of("function"),
        "function": rules.shape(
            {"name": rules.text(64, 1), "arguments": rules.text()}, ("name", "arguments")
        ),
    },
    ("id", "type", "function"),
)
_ASSISTANT = {
    "role": rules.anything,
    "content": _content({"text": _TEXT_PART, "refusal": _REFUSAL_PART}),
    "refusal": rules.text(),
    "name": _NAME,
    "tool_calls": rules.items(_TOOL_CALL, 1, 128),
    "annotations": rules.items(rules.an_object),
    "audio": rules.an_object,
    "function_call": rules.an_object,
}
_BY_ROLE = {
    "system": rules.shape(
        {"role": rules.anything, "content": _TEXTS, "name": _NAME}, ("role", "content")
    ),
    "user": rules.shape(
        {"role": rules.anything, "content": _content(_PARTS), "name": _NAME}, ("role", "content")
    ),
    "assistant": rules.shape(_ASSISTANT, ("role",)),
    "tool": rules.shape(
        {"role": rules.anything, "content": _TEXTS, "tool_call_id": rules.text(minimum=1)},
        ("role", "content", "tool_call_id"),
    ),
}
_BY_ROLE["developer"] = _BY_ROLE["system"]
_MESSAGES = rules.items(rules.tagged(_BY_ROLE, "role"), minimum=1)


def check(value: Any, param: str) -> None:
    """The rule for `messages`."""
    _MESSAGES(value, param)
    _check_tool_order(value)
    for index, message in enumerate(value):
        if message["role"] == "assistant" and not _says_anything(message):
            raise malformed(
                f"Invalid value for 'content': expected a string, got null. (messages[{index}])",
                f"messages.[{index}].content",
            )


def _says_anything(message: dict[str, Any]) -> bool:
    return any(message.get(key) is not None for key in ("content", "tool_calls", "refusal"))


def _check_tool_order(messages: list[dict[str, Any]]) -> None:
    """Tool messages follow the calls they answer, and every call is answered at once."""
    open_calls: set[str] = set()
    for index, message in enumerate(messages):
        if message["role"] == "tool":
            if message["tool_call_id"] not in open_calls:
                raise malformed(
                    "Invalid parameter: messages with role 'tool' must be a response to a "
                    "preceeding message with 'tool_calls'.",
                    f"messages.[{index}].role",
                )
            open_calls.discard(message["tool_call_id"])
            continue
        _check_answered(open_calls, index)
        open_calls = {call["id"] for call in message.get("tool_calls") or ()}
    _check_answered(open_calls, len(messages))


def _check_answered(open_calls: set[str], index: int) -> None:
    if open_calls:
        raise malformed(
            "An assistant message with 'tool_calls' must be followed by tool messages "
            "responding to each 'tool_call_id'. The following tool_call_ids did not have "
            f"response messages: {', '.join(sorted(open_calls))}",
            f"messages.[{index}].role",
        )


def text_of(content: Any) -> str:
    """The text of a message's content, parts joined by a space."""
    if isinstance(content, str):
        return content
    return " ".join(part.get("text") or part.get("refusal") or "" for part in content or ()).strip()


def heard(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(message["role"], text_of(message.get("content"))) for message in messages]


def last_user_text(said: list[tuple[str, str]]) -> str:
    return next((text for role, text in reversed(said) if role == "user"), "")
