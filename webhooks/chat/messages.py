"""The messages of a chat: their checks, their order and their length.

The organisation's system prompt and the author's come first, then what a thread remembers,
then the messages of this call. What a contact typed is always a message of role user.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from marshmallow import ValidationError

from flowhook.errors import InvalidInput
from flowhook.providers.model_client import Message
from webhooks.context_size import BYTES_A_TOKEN, context_tokens, estimate_tokens
from webhooks.fields import EmptyText, Json, UnresolvedText, is_variable
from webhooks.registry import Context

ROLES = ("system", "user", "assistant")
TEXT_TYPES = ("text", "input_text")
MAX_MESSAGES = 200
TOKENS_A_MESSAGE = 4
TOKENS_AN_IMAGE = 1_500
MAX_BYTES_A_CHARACTER = 4
HELP = 'Must be a list of {"role": "system", "user" (the default) or "assistant", "content": text}.'

SPOKEN_ROLES = ("user", "assistant")
IN_A_TEXT = (
    "Messages given as one text may not have the role system, since a contact's words in the text"
    " could add one; give the instructions as prompt, or the messages as a list."
)

PartReader = Callable[[Any, str], Message]


def messages_field(read_part: PartReader, metadata: Mapping[str, Any]) -> Json:
    """The field `messages`; `read_part(part, place)` checks one part of a content."""
    return Json(
        reads=message_reader(read_part, ROLES),
        reads_text=message_reader(read_part, SPOKEN_ROLES),
        metadata=dict(metadata),
    )


def message_reader(
    read_part: PartReader, roles: Sequence[str]
) -> Callable[[Any], list[Message] | None]:
    """Make the reader of messages that have these roles."""

    def read(value: Any) -> list[Message] | None:
        if value is None or value == "":
            return None
        if isinstance(value, dict) and "role" in value:
            value = [value]  # XML has no list of one item
        if not isinstance(value, list):
            raise ValidationError(HELP)
        if not value:
            raise ValidationError([EmptyText("Must hold at least one message.")])
        if len(value) > MAX_MESSAGES:
            raise ValidationError(f"Must be at most {MAX_MESSAGES} messages.")
        return [
            _read_message(one, f"messages[{at}]", read_part, roles) for at, one in enumerate(value)
        ]

    return read


def read_text_part(part: Any, place: str) -> Message:
    """Read a part of a content that may be text only; raises InvalidInput."""
    if isinstance(part, str):
        part = {"type": "text", "text": part}
    kind = str(part.get("type", "")).lower() if isinstance(part, dict) else ""
    if kind not in TEXT_TYPES:
        raise ValidationError(f"{place} must be text; chat_with_vision takes images.")
    text = part.get("text", part.get("value"))
    return {"type": "text", "text": read_said(text, f"{place}.text")}


def read_said(text: Any, place: str) -> str:
    """Read a text; raises EmptyInput, and UnresolvedVariable for a variable that was never set."""
    if isinstance(text, int | float) and not isinstance(text, bool):
        text = str(text)
    if text is None or (isinstance(text, str) and not text.strip()):
        raise ValidationError([EmptyText(f"{place} must not be empty.")])
    if not isinstance(text, str):
        raise ValidationError(f"{place} must be text.")
    if is_variable(text):
        raise ValidationError(
            [UnresolvedText(f"{place}: {text.strip()} was never set by the flow.")]
        )
    return text


def conversation(
    context: Context,
    prompt: str | None,
    said: Sequence[Message],
    remembered: Sequence[Message] = (),
) -> list[Message]:
    """Put the system prompts as one message before the thread's messages and those of this call."""
    leading = 0
    while leading < len(said) and said[leading]["role"] == "system":
        leading += 1
    own = [text_of(message["content"]) for message in said[:leading]]
    told = [context.system_prompt, prompt, *own]
    system = "\n\n".join(text for text in told if text)
    front = [{"role": "system", "content": system}] if system else []
    return [*front, *remembered, *said[leading:]]


def with_rules(messages: Sequence[Message], rules: str) -> list[Message]:
    """The messages with the rules behind the instructions of organisation and author."""
    if messages and messages[0]["role"] == "system":
        told = {"role": "system", "content": f"{text_of(messages[0]['content'])}\n\n{rules}"}
        return [told, *messages[1:]]
    return [{"role": "system", "content": rules}, *messages]


def check_length(
    model: str, messages: Iterable[Mapping[str, Any]], answer_tokens: int | None, field: str
) -> None:
    """Raise InvalidInput if messages and answer exceed the context.

    The error names `field`, unlike the provider's 400.
    """
    size = context_tokens(model)
    texts, count = [], answer_tokens or 0
    for message in messages:
        count += TOKENS_A_MESSAGE
        content = message.get("content")
        for part in content if isinstance(content, list) else [content]:
            if isinstance(part, str):
                texts.append(part)
            elif isinstance(part, Mapping) and isinstance(part.get("text"), str):
                texts.append(part["text"])
            elif isinstance(part, Mapping):
                count += TOKENS_AN_IMAGE
    characters = sum(map(len, texts))
    if count + characters * MAX_BYTES_A_CHARACTER // BYTES_A_TOKEN <= size:
        return
    count += sum(map(estimate_tokens, texts))
    if count > size:
        problem = f"about {count} tokens with the answer, more than the {size} that {model} takes"
        raise InvalidInput(
            f"{field} is too long: {problem}",
            fix="Shorten it, lower max_tokens, or choose a model with a larger context.",
            fields={field: [f"Too long: {problem}."]},
        )


def text_of(content: Any) -> str:
    """The text of a message's content, without its images."""
    if isinstance(content, str):
        return content
    texts = [part.get("text") for part in content or () if isinstance(part, dict)]
    return "\n".join(text for text in texts if isinstance(text, str))


def _read_message(value: Any, place: str, read_part: PartReader, roles: Sequence[str]) -> Message:
    if not isinstance(value, dict):
        raise ValidationError(HELP)
    role = str(value.get("role") or "user").strip().lower()
    if role not in ROLES:
        raise ValidationError(f"{place}.role must be one of {', '.join(ROLES)}.")
    if role not in roles:
        raise ValidationError(f"{place}: {IN_A_TEXT}")
    unknown = sorted(str(key)[:64] for key in set(value) - {"role", "content"})
    if unknown:
        raise ValidationError(f"{place} has unknown keys: {', '.join(unknown)}.")
    content = value.get("content")
    if isinstance(content, dict):
        content = [content]
    if isinstance(content, list) and content:
        place = f"{place}.content"
        return {
            "role": role,
            "content": [read_part(part, f"{place}[{at}]") for at, part in enumerate(content)],
        }
    return {"role": role, "content": read_said(content, f"{place}.content")}
