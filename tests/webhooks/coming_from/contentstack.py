"""Contentstack's ChatGPT connector: its account and its seven actions, option by option."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flowhook.media.samples import IMAGE
from tests.web.visitor import signed_in
from tests.webhooks.coming_from.posting import Case, World, posted
from tests.webhooks.translation.translating import shout, texts_of

CLASSIC = "gpt-4.1"  # takes every parameter
SAID = {"messages": [{"role": "User", "content": "Why is the sky blue?"}]}
SEEN = {
    "messages": [
        {"content": [{"type": "Text", "value": "What is it?"}, {"type": "Image", "value": IMAGE}]}
    ]
}
SCHEMA = {
    "type": "object",
    "properties": {"age": {"type": "integer"}},
    "required": ["age"],
    "additionalProperties": False,
}
ORDER = {
    "name": "order_status",
    "description": "Where an order is.",
    "parameters": {"type": "object", "properties": {"order": {"type": "string"}}},
}
WANTED = {"name": "order_status", "arguments": {"order": "A17"}}
CALLING = {"input": "Where is A17?", "functions": [ORDER]}
RESULT = {
    "function_calling_response": {"calls": [{"id": "call_1", **WANTED}]},
    "sub_automation_response": {"status": "on its way"},
}
PROMPT = {"prompt": "Write a slogan."}
ENTRY = {"title": "Summer sale", "uid": "blt1"}
TRANSLATED = {"entry": ENTRY, "language": "Hindi"}


def account(**fields: str) -> Case:
    """A further account with what its form has, asked by its title."""

    def case(world: World) -> None:
        key = world.openai.add_key(
            "sk-other-key-000000000000000000000000000000", organization="org-abc"
        )
        body = {"is_active": True, "api_key": key, "base_url": world.openai.base_url, **fields}
        path = "/settings/acme/openai/accounts/Our main account"
        assert world.service.operator("PUT", path, body).status == 201
        world.post("chat", {**SAID, "account": "Our main account"})
        headers = world.openai.last.headers
        assert headers["Authorization"] == f"Bearer {key}"
        assert headers.get("OpenAI-Organization") == fields.get("organization")

    return case


def authorize(world: World) -> None:
    tested = world.service.admin("POST", "/settings/acme/openai/test")
    assert (tested.status, tested.json["success"]) == (200, True)
    world.service.operator("PATCH", "/settings/acme/openai", {"api_key": "sk-wrong-000000000000"})
    tested = world.service.admin("POST", "/settings/acme/openai/test")
    assert tested.json["error"]["type"] == "invalid_api_key"


def test_action(world: World) -> None:
    world.openai.say("Every book is a door.")
    page = signed_in(world.service).post("/organisations/acme/functions/prompt", PROMPT)
    assert "Every book is a door." in page.text


def roles(world: World) -> None:
    said = [
        {"role": "System", "content": "Be brief."},
        {"content": "Hi"},
        {"role": "Assistant", "content": "Hello!"},
    ]
    world.post("chat", {"messages": said, "input": "Why?"})
    found = [(one["role"], one["content"]) for one in world.asked()["messages"]]
    assert found == [
        ("system", "Be brief."),
        ("user", "Hi"),
        ("assistant", "Hello!"),
        ("user", "Why?"),
    ]


def seen_role(world: World) -> None:
    said = [{"role": "System", "content": "Be brief."}, *SEEN["messages"]]
    world.post("chat_with_vision", {"messages": said})
    assert [one["role"] for one in world.asked()["messages"]] == ["system", "user"]


def optional(function: str, body: Mapping[str, Any], prefix: str) -> dict[str, Case]:
    """The rows of the options that the chat actions share."""
    many = "Number of Prompt Responses" if prefix == "Prompt" else "Number of Chat Responses"
    chat = {**body, "model": CLASSIC}
    return {
        f"{prefix}: Number of Tokens": posted(
            function, {**chat, "max_tokens": 2048}, sends={"max_completion_tokens": 2048}
        ),
        f"{prefix}: Randomness of Responses": posted(
            function, {**chat, "temperature": 2}, sends={"temperature": 2}
        ),
        f"{prefix}: Sanitize text": posted(
            function,
            {**chat, "sanitize_text": True},
            says="*Light*, नमस्ते! 🙂 $5",
            gives={"response": "Light, नमस्ते! 5"},
        ),
        f"{prefix}: {many}": posted(
            function,
            {**chat, "n": 3},
            says=("a", "b", "c"),
            gives={"responses": ["a", "b", "c"]},
            sends={"n": 3},
        ),
        f"{prefix}: Frequency of Repeated Words": posted(
            function, {**chat, "frequency_penalty": -2}, sends={"frequency_penalty": -2}
        ),
        f"{prefix}: Presence of Repeated Responses": posted(
            function, {**chat, "presence_penalty": 2}, sends={"presence_penalty": 2}
        ),
        f"{prefix}: API Model": posted(
            function, {**body, "model": "gpt-6-sol"}, sends={"model": "gpt-6-sol"}
        ),
    }


def some(rows: dict[str, Case], *names: str) -> dict[str, Case]:
    return {row: case for row, case in rows.items() if row.partition(": ")[2] in names}


def drawn(more: Mapping[str, Any], **sent: Any) -> Case:
    return posted(
        "generate_image",
        {"prompt": "A kite", **more},
        sends=sent,
        gives={"url": ...},
        at="/images/generations",
    )


def called(body: Mapping[str, Any], *roles: str) -> Case:
    """Messages of these roles, given with a function."""

    def case(world: World) -> None:
        world.post("function_calling", {**body, "functions": [ORDER]})
        assert [one["role"] for one in world.asked()["messages"]] == list(roles)

    return case


def sub_automations(world: World) -> None:
    other = {**ORDER, "name": "cancel_order"}
    first, second = WANTED, {**WANTED, "name": "cancel_order"}
    world.openai.say_tool_calls([first, second])
    answer = world.post("function_calling", {**CALLING, "functions": [ORDER, other]}).json
    assert [call["name"] for call in answer["calls"]] == ["order_status", "cancel_order"]
    assert [tool["function"]["name"] for tool in world.asked()["tools"]] == [
        "order_status",
        "cancel_order",
    ]


def wanted(world: World) -> None:
    world.openai.say_tool_calls([WANTED])
    [call] = world.post("function_calling", CALLING).json["calls"]
    assert {name: call[name] for name in WANTED} == WANTED
    assert call["id"]


def responded(world: World) -> None:
    world.openai.say_tool_calls([WANTED])
    calling = world.post("function_calling", CALLING).json
    world.openai.say("It is on its way.")
    body = {
        "function_calling_response": calling,
        "sub_automation_response": {"status": "on its way"},
    }
    answer = world.post("function_calling_response", body).json
    assert answer["response"] == "It is on its way."
    said = world.asked()["messages"]
    assert [one["role"] for one in said] == ["system", "user", "assistant", "tool"]
    assert json.loads(said[-1]["content"]) == {"status": "on its way"}


def translated(body: Mapping[str, Any], asked: Mapping[str, str], **result: str) -> Case:
    """An entry given to a translator into capitals: what it is asked, and what comes back."""

    def case(world: World) -> None:
        world.openai.say_by(shout)
        entry = world.post("translate_entry", {**TRANSLATED, **body}).json["entry"]
        assert list(texts_of(world.asked()).values()) == list(asked.values())
        inner = entry.get("entry", entry)
        assert {name: inner[name] for name in result} == result

    return case


def language(world: World) -> None:
    world.openai.say_by(shout)
    for given, told in (("Hindi", "Hindi"), ("hi-IN", "Hindi"), ("Klingon", "Klingon")):
        world.post("translate_entry", {**TRANSLATED, "language": given})
        assert told in world.asked()["messages"][0]["content"]


def advice(world: World) -> None:
    world.openai.say_by(shout)
    world.post("translate_entry", {**TRANSLATED, "prompt": "Be polite."})
    assert "Be polite." in world.asked()["messages"][0]["content"]


def translation_tokens(world: World) -> None:
    world.openai.say_by(shout)
    for more, sent in (({}, 2000), ({"max_tokens": 500}, 500)):
        world.post("translate_entry", {**TRANSLATED, **more})
        assert world.asked()["max_completion_tokens"] == sent


def translation_model(world: World) -> None:
    world.openai.say_by(shout)
    world.post("translate_entry", {**TRANSLATED, "model": "gpt-6-sol"})
    assert world.asked()["model"] == "gpt-6-sol"


FIELDS = [
    {"uid": "title", "data_type": "text"},
    {
        "uid": "size",
        "data_type": "text",
        "display_type": "dropdown",
        "enum": {"choices": [{"value": "big"}]},
    },
    {"uid": "related", "data_type": "reference"},
    {"uid": "image", "data_type": "file"},
    {"uid": "url", "data_type": "text", "field_metadata": {"isUrl": True}},
]
STAYING = {
    "title": "Summer sale",
    "size": "big",
    "related": [{"uid": "blt2", "_content_type_uid": "page"}],
    "image": {"title": "A kite", "filename": "kite.jpg"},
    "url": "/summer-sale",
}
CHAT, VISION, FUNCTION, RESPONSE = (
    optional("chat", SAID, "Chat"),
    optional("chat_with_vision", SEEN, "Chat with Vision"),
    optional("function_calling", CALLING, "Function Calling"),
    optional("function_calling_response", RESULT, "Function Calling Response"),
)
FEW = ("API Model", "Number of Tokens", "Randomness of Responses", "Sanitize text")

CASES: dict[str, Case] = {
    "Account: Title": account(),
    "Account: API Key": account(),
    "Account: Organization ID": account(organization="org-abc"),
    "Account: Authorize": authorize,
    "Account: Test Action": test_action,
    **CHAT,
    "Chat: Role": roles,
    "Chat: Input Query": posted(
        "chat", SAID, sends={"messages.-1.content": "Why is the sky blue?"}
    ),
    "Chat: Prompt Text": posted(
        "chat", PROMPT, sends={"messages": [{"role": "user", "content": "Write a slogan."}]}
    ),
    "Chat: Response Type: Text": posted(
        "chat", {**SAID, "response_type": "Text"}, says="Light.", gives={"response": "Light."}
    ),
    "Chat: Response Type: JSON": posted(
        "chat",
        {**SAID, "response_type": "JSON"},
        says={"a": 1},
        sends={"response_format.type": "json_object"},
        gives={"response.a": 1},
    ),
    "Chat: Response Type: Structured Output": posted(
        "chat",
        {**SAID, "response_type": "Structured Output", "schema": SCHEMA},
        says={"age": 5},
        gives={"response.age": 5},
    ),
    "Chat: Schema": posted(
        "chat",
        {**SAID, "schema": json.dumps(SCHEMA)},
        says={"age": 5},
        sends={"response_format.json_schema.schema": SCHEMA},
    ),
    **VISION,
    "Chat with Vision: API Model: `gpt-4-vision-preview`": posted(
        "chat_with_vision", {**SEEN, "model": "gpt-4-vision-preview"}, gives={"response": ...}
    ),
    "Chat with Vision: Role": seen_role,
    "Chat with Vision: Prompt Type: Text": posted(
        "chat_with_vision",
        {"messages": [{"content": [{"type": "Text", "text": "What is it?"}]}]},
        sends={"messages.-1.content.0": {"type": "text", "text": "What is it?"}},
    ),
    "Chat with Vision: Prompt Type: Image": posted(
        "chat_with_vision",
        {"messages": [{"content": [{"type": "Image", "url": IMAGE}]}]},
        sends={"messages.-1.content.0.image_url.url": IMAGE},
    ),
    "Chat with Vision: Prompt Value": posted(
        "chat_with_vision",
        SEEN,
        sends={
            "messages.-1.content.0.text": "What is it?",
            "messages.-1.content.1.image_url.url": IMAGE,
        },
    ),
    "Chat with Vision: Prompt Text": seen_role,
    "Chat with Vision: Prompt Input": posted(
        "chat_with_vision",
        SEEN,
        sends={"messages.0.content.0.type": "text", "messages.0.role": "user"},
    ),
    "DALL-E 3 Image Generator: Prompt Text": drawn({}, model=...),
    "DALL-E 3 Image Generator: Image Size: 1024x1024": drawn(
        {"size": "1024x1024"}, size="1024x1024"
    ),
    "DALL-E 3 Image Generator: Image Size: 1792x1024": drawn(
        {"size": "1792x1024"}, size="1536x1024"
    ),
    "DALL-E 3 Image Generator: Image Size: 1024x1792": drawn(
        {"size": "1024x1792"}, size="1024x1536"
    ),
    "DALL-E 3 Image Generator: Style: Vivid": drawn(
        {"style": "Vivid"}, prompt="A kite\n\nStyle: vivid, hyper-real and dramatic."
    ),
    "DALL-E 3 Image Generator: Style: Natural": drawn(
        {"style": "Natural"}, prompt="A kite\n\nStyle: natural, not hyper-real."
    ),
    "DALL-E 3 Image Generator: Quality: Standard": drawn({"quality": "Standard"}, quality="medium"),
    "DALL-E 3 Image Generator: Quality: HD": drawn({"quality": "HD"}, quality="high"),
    "DALL-E 3 Image Generator: the image's URL": drawn({}, n=1),
    **some(FUNCTION, *FEW),
    "Function Calling: Prompt Text": called({**SAID, "input": "And A18?"}, "user", "user"),
    "Function Calling: Role": called(
        {"messages": [{"role": "System", "content": "Be brief."}, *SAID["messages"]]},
        "system",
        "user",
    ),
    "Function Calling: Input Query": posted(
        "function_calling",
        {**SAID, "functions": [ORDER]},
        sends={"messages.0.content": "Why is the sky blue?"},
    ),
    "Function Calling: Prompt Type: Text": posted(
        "function_calling",
        {**SEEN, "functions": [ORDER]},
        sends={"messages.0.content.0.text": "What is it?"},
    ),
    "Function Calling: Prompt Type: Image": posted(
        "function_calling",
        {**SEEN, "functions": [ORDER]},
        sends={"messages.0.content.1.image_url.url": IMAGE},
    ),
    "Function Calling: Sub Automation": sub_automations,
    "Function Calling: the call that the model wants": wanted,
    **some(RESPONSE, *FEW),
    "Function Calling Response: Function Calling Response": responded,
    "Function Calling Response: Sub Automation Response": responded,
    **optional("prompt", PROMPT, "Prompt"),
    "Prompt: Prompt Text": posted(
        "prompt", PROMPT, sends={"messages.-1.content": "Write a slogan."}
    ),
    "Prompt: User Identifier": posted(
        "prompt", {**PROMPT, "user": "contact-17"}, sends={"user": "contact-17"}
    ),
    "Translate an Entry: API Model": translation_model,
    "Translate an Entry: Entry Data": translated(
        {"entry": {"entry": ENTRY}}, {"": "Summer sale"}, title="SUMMER SALE", uid="blt1"
    ),
    "Translate an Entry: Content Type Schema": translated(
        {"content_type_schema": {"schema": FIELDS[:1]}, "entry": {**ENTRY, "note": "for us"}},
        {"": "Summer sale"},
        title="SUMMER SALE",
        note="for us",
    ),
    "Translate an Entry: Select Language": language,
    "Translate an Entry: Prompt Text": advice,
    "Translate an Entry: Number of Tokens": translation_tokens,
    "Translate an Entry: what stays: references, files, URLs, enum values": translated(
        {"content_type_schema": {"schema": FIELDS}, "entry": STAYING},
        {"": "Summer sale"},
        **{**STAYING, "title": "SUMMER SALE"},  # type: ignore[arg-type]
    ),
}
