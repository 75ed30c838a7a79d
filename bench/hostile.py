"""The hostile bodies of `python -m bench.stall`: one row each.

Each is about the worst that the bound of its route lets through, or is to be refused by size.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flowhook.organisations.signature import HEADER
from tests.flows.talking import export

KIB = 1024
JSON = {"Content-Type": "application/json"}
XML = {"Content-Type": "application/xml"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Hostile:
    """A request; `proof` is the caller's token or session, `answer` what the model says to it."""

    name: str
    path: str
    body: Callable[[], bytes]
    proof: str = "webhook"  # or "admin", "session" or ""
    headers: Callable[[], dict[str, str]] = lambda: JSON
    answer: Callable[[], Any] | None = None
    method: str = "POST"
    form: dict[str, Callable[[], str]] = field(default_factory=dict)
    file: bool = False  # the body is uploaded as a form's file


def said(value: Any) -> Callable[[], bytes]:
    return lambda: json.dumps(value, ensure_ascii=False).encode()


def array(item: str, size: int = 1000 * KIB, limit: int = 10**9) -> str:
    """An array of the same value, of about `size` bytes and at most `limit` items."""
    return "[" + (item + ",") * min(size // (len(item) + 1), limit) + "0]"


def beside(text: str, known: str = '"buttons_data": "Yes|No"') -> Callable[[], bytes]:
    """A body of get_buttons whose contact is `text`."""
    body = f'{{{known}, "organization_id": "loud", "contact": {text}}}'.encode()
    return lambda: body


def odd(text: bytes) -> Callable[[], bytes]:
    """A body of get_buttons with a text that has to be mended."""
    return lambda: b'{"buttons_data": "Yes|No", "organization_id": "loud", "a": ["%b"]}' % text


def timely() -> dict[str, str]:
    return {**JSON, HEADER: f"t={int(time.time())},v1={'0' * 64}"}


def entry(text: str) -> Callable[[], bytes]:
    return said({"entry": {"title": text}, "language": "Hindi"})


def tools(count: int, properties: int, text: str = "what it is", **more: Any) -> Any:
    names = [f"p{n}" for n in range(properties)]
    described = {name: {"type": "string", "description": text, **more} for name in names}
    parameters = {
        "type": "object",
        "properties": described,
        "required": names,
        "additionalProperties": False,
    }
    return [{"name": f"t{n}", "description": "x", "parameters": parameters} for n in range(count)]


def calling(functions: Any, **more: Any) -> Callable[[], bytes]:
    return said({"prompt": "Use them.", "input": "go", "functions": functions, **more})


def schema(properties: int, **more: Any) -> Any:
    return tools(1, properties, **more)[0]["parameters"]


def nodes(count: int, text: str = "Hello") -> Any:
    return [
        {"id": f"n{n}", "send": text, "to": f"n{n + 1}" if n + 1 < count else None}
        for n in range(count)
    ]


def flow(uuid: str, count: int, text: str = "Hello") -> Any:
    return {"uuid": uuid, "name": uuid, "keywords": [uuid], "nodes": nodes(count, text)}


def elements(count: int) -> bytes:
    return b"<r>" + b"<a>x</a>" * count + b"<organization_id>loud</organization_id></r>"


def parts(count: int, kind: str = "text") -> Any:
    return [{"role": "user", "content": [{"type": kind, kind: "x"}] * count}]


GET_BUTTONS = "/webhooks/get_buttons"
TRANSLATE = "/webhooks/translate_entry"
CALLING = "/webhooks/function_calling"
CHAT = "/webhooks/chat"
PARSE = "/webhooks/parse_via_chat_gpt"
STALE = {**JSON, HEADER: f"t=1,v1={'0' * 64}"}
ASK = said({"question_text": "Why?"})
UNICODE_ENTRY = {f"k{n}": "Hello world" for n in range(40_000)}

HOSTILE = (
    # --- without a proof ---
    Hostile("stale signature, [], x 333,000", GET_BUTTONS, beside(array("[]")), "", lambda: STALE),
    Hostile("wrong signature, [], x 333,000", GET_BUTTONS, beside(array("[]")), "", timely),
    Hostile(
        "wrong signature, [], x 49,000", GET_BUTTONS, beside(array("[]", limit=49_000)), "", timely
    ),
    Hostile(
        "wrong signature, texts x 99,000",
        GET_BUTTONS,
        beside(array('"abcdefg"', limit=98_000)),
        "",
        timely,
    ),
    Hostile(
        "wrong signature, depth 60",
        GET_BUTTONS,
        beside(array("[" * 60 + "]" * 60, limit=1600)),
        "",
        timely,
    ),
    Hostile(
        "wrong signature, XML of 19,000",
        GET_BUTTONS,
        lambda: elements(19_000),
        "",
        lambda: {**timely(), **XML},
    ),
    Hostile(
        "wrong signature, XML of 19,000, unended, with half characters",
        GET_BUTTONS,
        lambda: elements(19_000)[:-4] + b"&#55357;" * 90_000,
        "",
        lambda: {**timely(), **XML},
    ),
    *(
        Hostile(f"wrong signature, {name}", GET_BUTTONS, odd(text), "", timely)
        for name, text in {
            "half characters x 160,000": rb"\ud83d" * 160_000,
            "half characters in UTF-8 x 330,000": b"\xed\xa0\xbd" * 330_000,
            "NUL x 160,000": rb"\u0000" * 160_000,
            "line breaks x 490,000, half a character": rb"\n" * 490_000 + rb"\ud83d",
            "long numbers x 38,000": b'",' + b",".join([b"1" * 25] * 38_000) + b',"',
            "long number, unended text": b'",' + b"1" * 25 + b',"' + rb"\"" * 490_000 + b"\\",
        }.items()
    ),
    Hostile("sign-in, a=& x 333,000", "/sign-in", lambda: b"a=&" * 333_000, "", lambda: FORM),
    Hostile(
        "import without a token, 8 MB", "/flows/loud", lambda: array("[]", 8000 * KIB).encode(), ""
    ),
    Hostile(
        "a delivery that nobody signed, 4 MB",
        "/channels/whatsapp/loud",
        lambda: array("[]", 4000 * KIB).encode(),
        "",
    ),
    # --- any function ---
    Hostile("get_buttons, contact of [] x 333,000", GET_BUTTONS, beside(array("[]"))),
    Hostile("get_buttons, contact of [] x 49,000", GET_BUTTONS, beside(array("[]", limit=49_000))),
    Hostile(
        "get_buttons, contact of {} in depth 60",
        GET_BUTTONS,
        beside(array('{"a":' * 60 + "0" + "}" * 60, limit=1500)),
    ),
    Hostile(
        "get_buttons, contact of texts x 98,000",
        GET_BUTTONS,
        beside(array('"abcdefg"', limit=98_000)),
    ),
    Hostile(
        "get_buttons, contact of keys x 60,000",
        GET_BUTTONS,
        beside("{" + ",".join(f'"k{n}":"@{n}"' for n in range(49_000)) + "}"),
    ),
    Hostile(
        "get_buttons, contact of one text of 1 MB", GET_BUTTONS, beside('"' + "sk-" * 333_000 + '"')
    ),
    Hostile(
        "get_buttons, unknown keys x 60,000", GET_BUTTONS, said({f"k{n}": 0 for n in range(60_000)})
    ),
    Hostile("get_buttons, an unknown key of 1 MB", GET_BUTTONS, said({"k" * 1_000_000: 0})),
    Hostile("get_buttons, 100,000 |", GET_BUTTONS, said({"buttons_data": "|" * 100_000})),
    Hostile("get_buttons, 50,000 buttons", GET_BUTTONS, said({"buttons_data": "a|" * 50_000})),
    Hostile(
        "get_buttons as XML, 50,000 buttons",
        GET_BUTTONS,
        said({"buttons_data": "a|" * 50_000}),
        headers=lambda: {**JSON, "Accept": XML["Content-Type"]},
    ),
    Hostile(
        "get_buttons, XML of 19,000", GET_BUTTONS, lambda: elements(19_000), headers=lambda: XML
    ),
    Hostile(
        "get_buttons later, contact of 1 MB",
        GET_BUTTONS,
        beside(array('"abcdefg"', limit=98_000)),
        headers=lambda: {**JSON, "Prefer": "respond-async"},
    ),
    Hostile(
        "get_buttons with a key, contact of 1 MB",
        GET_BUTTONS,
        beside(array('"abcdefg"', limit=98_000)),
        headers=lambda: {**JSON, "Idempotency-Key": str(time.time())},
    ),
    Hostile(
        "check_response, accents x 4,096",
        "/webhooks/check_response",
        said({"correct_response": "\u0301\u0316" * 2048, "user_response": "\u0316\u0301" * 2048}),
    ),
    Hostile(
        "detect_language, 100,000 characters",
        "/webhooks/detect_language",
        said({"text": "अ" * 100_000}),
    ),
    # --- translate_entry ---
    Hostile("translate_entry, a@ x 300,000", TRANSLATE, entry("a@" * 300_000)),
    Hostile("translate_entry, a@ x 95,000", TRANSLATE, entry("a@" * 95_000)),
    Hostile("translate_entry, placeholders 1 MB", TRANSLATE, entry("{{a}} " * 160_000)),
    Hostile("translate_entry, placeholders 190 KB", TRANSLATE, entry("{{a}} " * 33_000)),
    Hostile("translate_entry, < x 400,000", TRANSLATE, entry("<" * 400_000)),
    Hostile("translate_entry, < x 190,000", TRANSLATE, entry("<" * 190_000)),
    Hostile(
        "translate_entry, 40,000 short texts",
        TRANSLATE,
        said({"entry": UNICODE_ENTRY, "language": "Hindi"}),
    ),
    Hostile(
        "translate_entry, 60,000 empty texts",
        TRANSLATE,
        said({"entry": {f"k{n}": "" for n in range(60_000)}, "language": "Hindi"}),
    ),
    Hostile(
        "translate_entry, 90,000 numbers in depth 60",
        TRANSLATE,
        lambda: (
            b'{"language":"hi","entry":{"a":'
            + array("[" * 50 + "0" + "]" * 50, limit=1700).encode()
            + b"}}"
        ),
    ),
    Hostile("translate_entry, words x 95,000", TRANSLATE, entry("a " * 95_000)),
    Hostile(
        "translate_entry, a content type of 9,000",
        TRANSLATE,
        said(
            {
                "entry": {f"k{n}": "Hello" for n in range(9_000)},
                "language": "Hindi",
                "content_type_schema": {
                    "schema": [{"uid": f"k{n}", "data_type": "text"} for n in range(9_000)]
                },
            }
        ),
    ),
    # --- chats ---
    Hostile("function_calling, 64 tools x 90", CALLING, calling(tools(64, 90))),
    Hostile(
        "function_calling, 64 tools x 90, strict",
        CALLING,
        calling([{**one, "strict": True} for one in tools(64, 90)]),
    ),
    Hostile("function_calling, 20 tools x 90", CALLING, calling(tools(20, 90))),
    Hostile(
        "function_calling, patterns",
        CALLING,
        calling([{**one} for one in tools(16, 20, pattern="(a{50}|b{50}){20}")]),
    ),
    Hostile("function_calling, 1 tool x 900", CALLING, calling(tools(1, 900))),
    Hostile("function_calling, 64 names twice", CALLING, calling([f"no{n}" for n in range(64)])),
    Hostile("chat, 24,000 parts", CHAT, said({"messages": parts(24_000)})),
    Hostile(
        "chat_with_vision, 20,000 images",
        "/webhooks/chat_with_vision",
        said(
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "image", "image": "http://x.invalid/a"}] * 18_000,
                    }
                ]
            }
        ),
    ),
    Hostile(
        "chat, 900 KB of text",
        CHAT,
        said({"messages": [{"role": "user", "content": "a " * 450_000}]}),
    ),
    Hostile(
        "chat, schema of 100",
        CHAT,
        said({"input": "x", "response_type": "structured", "schema": schema(100)}),
        answer=lambda: {f"p{n}": "x" * 1000 for n in range(100)},
    ),
    Hostile(
        "chat, schema too large",
        CHAT,
        said({"input": "x", "response_type": "structured", "schema": schema(9_000)}),
    ),
    Hostile(
        "chat, schema of deep anyOf",
        CHAT,
        said(
            {
                "input": "x",
                "response_type": "structured",
                "schema": {
                    **schema(1),
                    "properties": {"p0": {"anyOf": [{"type": "string", "enum": ["a"]}] * 900}},
                },
            }
        ),
        answer=lambda: {"p0": "x" * 1000},
    ),
    Hostile(
        "chat, an answer of 49,000 []",
        CHAT,
        said({"input": "x", "response_type": "json"}),
        answer=lambda: {"a": [[]] * 49_000},
    ),
    Hostile(
        "chat, schema and an answer of 90,000",
        CHAT,
        said(
            {
                "input": "x",
                "response_type": "structured",
                "schema": {
                    **schema(1),
                    "properties": {
                        "p0": {
                            "type": "array",
                            "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
                        }
                    },
                },
            }
        ),
        answer=lambda: {"p0": [1] * 90_000},
    ),
    Hostile(
        "prompt, 500 KB to sanitize",
        "/webhooks/prompt",
        said({"prompt": "x", "sanitize_text": True}),
        answer=lambda: "अ#\u200d" * 60_000,
    ),
    Hostile(
        "parse_via_chat_gpt, XML of a key of 255,000",
        PARSE,
        ASK,
        headers=lambda: {**JSON, "Accept": XML["Content-Type"]},
        answer=lambda: {"ळ" * 255_000: 1},
    ),
    Hostile(
        "parse_via_chat_gpt, XML of 60,000 keys",
        PARSE,
        ASK,
        headers=lambda: {**JSON, "Accept": XML["Content-Type"]},
        answer=lambda: {chr(0x4E00 + n % 20_000) + str(n): 1 for n in range(60_000)},
    ),
    Hostile(
        "parse_via_chat_gpt, an answer of 99,000", PARSE, ASK, answer=lambda: {"a": ["x"] * 98_000}
    ),
    Hostile(
        "function_calling_response, 1,500 calls of one result",
        "/webhooks/function_calling_response",
        said(
            {
                "function_calling_response": {
                    "calls": [{"id": f"c{n}", "name": "f", "arguments": "{}"} for n in range(1_500)]
                },
                "sub_automation_response": {"f": {"a": [f"text {n}" for n in range(50_000)]}},
            }
        ),
    ),
    # --- flows, settings and pages ---
    Hostile(
        "import, [] x 2,700,000",
        "/flows/loud",
        lambda: b'{"flows":' + array("[]", 8000 * KIB).encode() + b"}",
        "admin",
    ),
    Hostile(
        "import, [] x 240,000",
        "/flows/loud",
        lambda: b'{"flows":[],"contact_field":' + array("[]", limit=240_000).encode() + b"}",
        "admin",
    ),
    Hostile(
        "import, one flow of 3,000 nodes",
        "/flows/loud",
        lambda: json.dumps(export(flow("a", 3000, "Hi @contact.name"))).encode(),
        "admin",
    ),
    Hostile(
        "the page of a flow of 3,000 nodes",
        "/organisations/loud/flows/a",
        bytes,
        "session",
        method="GET",
    ),
    Hostile(
        "the export of a flow of 3,000 nodes", "/flows/loud/export", bytes, "admin", method="GET"
    ),
    Hostile("a flow of 3,000 nodes", "/flows/loud/a", bytes, "admin", method="GET"),
    Hostile(
        "import, 8 flows of 1,000 nodes",
        "/flows/loud",
        lambda: json.dumps(
            export(*(flow(f"f{n}", 1000, "Hi @contact.name") for n in range(8)))
        ).encode(),
        "admin",
    ),
    Hostile(
        "import, 190 flows of 20 nodes",
        "/flows/loud",
        lambda: json.dumps(export(*(flow(f"f{n}", 20) for n in range(190)))).encode(),
        "admin",
    ),
    Hostile(
        "import, 8 MB of text",
        "/flows/loud",
        lambda: json.dumps(export(flow("big", 900, "@(1 + 2) word " * 600))).encode(),
        "admin",
    ),
    Hostile(
        "validate, 190 flows of 20 nodes",
        "/flows/validate",
        lambda: json.dumps(export(*(flow(f"f{n}", 20) for n in range(190)))).encode(),
        "admin",
    ),
    Hostile(
        "a file of 8 MB on the flows page",
        "/organisations/loud/flows",
        lambda: json.dumps(export(flow("big", 900, "@(1 + 2) word " * 600))).encode(),
        "session",
        file=True,
    ),
    Hostile(
        "a message of 1 MB to a flow",
        "/conversations/loud/7/messages",
        said({"text": "x" * 1_000_000}),
        "admin",
    ),
    Hostile(
        "a start with results of 90,000",
        "/conversations/loud/7/messages",
        lambda: b'{"flow": "a", "results": {"a": ' + array("0", limit=90_000).encode() + b"}}",
        "admin",
    ),
    Hostile(
        "settings, 20,000 globals",
        "/settings/loud/globals",
        said({"values": {f"k{n}": "v" for n in range(20_000)}}),
        "admin",
        method="PUT",
    ),
    Hostile(
        "settings, 60,000 unknown keys",
        "/settings/loud/openai",
        said({f"k{n}": 0 for n in range(60_000)}),
        "admin",
        method="PUT",
    ),
    Hostile(
        "settings, 20,000 aliases",
        "/settings/loud/openai",
        said({"model_aliases": {f"m{n}": "gpt-6" for n in range(20_000)}}),
        "admin",
        method="PATCH",
    ),
    Hostile(
        "a settings page's form, a=& x 300,000",
        "/organisations/loud/settings/openai",
        lambda: b"&a=" * 300_000,
        "session",
        lambda: FORM,
    ),
    Hostile(
        "a function's page, 900 KB",
        "/organisations/loud/functions/get_buttons",
        lambda: b"&buttons_data=" + b"a%7C" * 225_000,
        "session",
        lambda: FORM,
    ),
)
