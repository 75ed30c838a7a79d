"""SAP Cloud Integration's two integration flows, step by step."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from tests.fakes.tcp import tls_terminator, write_certificate
from tests.fixtures_app import Answer, basic
from tests.webhooks.coming_from.posting import Case, World, posted, refused

IMAGES = "/images/generations"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PROMPT = {"prompt": "Why is the sky blue?"}
XML = {"Content-Type": "application/xml"}


def browse(world: World, query: str, **headers: str) -> Answer:
    """Open the address of an image in a browser that logged in."""
    sent = {**basic("acme", world.service.tenant.webhook_token), "Accept": BROWSER, **headers}
    return world.service.request("GET", f"/webhooks/generate_image?{query}", headers=sent)


def described(name: str) -> Case:
    def case(world: World) -> None:
        page = browse(world, f"{name}={quote('A red kite')}")
        assert page.status == 200, page.body
        assert world.asked(IMAGES)["prompt"].startswith("A red kite")

    return case


def login(world: World) -> None:
    unknown = world.service.request("GET", "/webhooks/generate_image?description=x")
    assert unknown.status == 401
    assert "Basic" in unknown.headers["WWW-Authenticate"]
    assert browse(world, "description=x").status == 200


def content_modifier(world: World) -> None:
    browse(world, "description=x")
    headers = world.openai.last.headers
    assert headers["Authorization"] == f"Bearer {world.openai.key}"
    assert headers["Content-Type"] == "application/json"


def sent_with(query: str, **sent: Any) -> Case:
    def case(world: World) -> None:
        assert browse(world, f"description=x&{query}").status == 200
        asked = world.asked(IMAGES)
        assert {name: asked[name] for name in sent} == sent

    return case


def gather(world: World) -> None:
    as_xml = world.post(
        "generate_image", {"description": "x", "n": 2}, headers={"Accept": "application/xml"}
    )
    assert len(re.findall(rb"<item>http[^<]*</item>", as_xml.body)) == 2
    assert len(world.post("generate_image", {"description": "x", "n": 2}).json["urls"]) == 2


def html(world: World) -> None:
    page = browse(world, "description=x&n=2")
    assert page.headers["Content-Type"].startswith("text/html")
    links = re.findall(rb'<img src="http://localhost([^"]*)"', page.body)
    assert len(links) == 2
    for link in links:
        assert world.service.request("GET", link.decode()).headers["Content-Type"] == "image/jpeg"


def error_page(world: World) -> None:
    page = browse(world, "description=x&size=huge")
    assert page.status == 400
    assert page.headers["Content-Type"].startswith("text/html")
    assert b"<h1" in page.body


def raw(content: str, content_type: str) -> Case:
    """A prompt in another form than JSON."""

    def case(world: World) -> None:
        headers = {"Content-Type": content_type}
        answer = world.service.call("prompt", None, raw=content.encode(), headers=headers)
        assert answer.status == 200, answer.body
        assert world.asked()["messages"][-1]["content"] == PROMPT["prompt"]

    return case


def forms(world: World) -> None:
    question = PROMPT["prompt"]
    raw(f"prompt={quote(question)}", "application/x-www-form-urlencoded")(world)
    part = f'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\n{question}\r\n--x--\r\n'
    raw(part, "multipart/form-data; boundary=x")(world)


def in_the_address(world: World) -> None:
    path = f"/webhooks/prompt?prompt={quote(PROMPT['prompt'])}&max_tokens=50"
    token = world.service.tenant.webhook_token
    assert world.service.request("GET", path, token=token).status == 200
    assert world.asked()["messages"][-1]["content"] == PROMPT["prompt"]


def as_xml(world: World) -> None:
    world.openai.say("Light.")
    answer = world.post("prompt", PROMPT, headers={"Accept": "application/xml"})
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert b"<response>Light.</response>" in answer.body


def bearer_or_basic(world: World) -> None:
    world.post("prompt", PROMPT)
    headers = basic("acme", world.service.tenant.webhook_token)
    world.post("prompt", PROMPT, token=None, headers=headers)


def models(world: World) -> None:
    listed = world.service.admin("GET", "/settings/acme/openai/models").json["models"]
    assert "gpt-6-luna" in {model["id"] for model in listed}


def not_here(*names: str) -> Case:
    def case(world: World) -> None:
        for name in names:
            answer = world.service.call(name, {"input": "x"})
            assert (answer.status, answer.error["type"]) == (404, "not_found")
        assert world.openai.requests == []

    return case


def root_certificate(world: World) -> None:
    authority, certificate = write_certificate(world.folder)
    with tls_terminator(int(world.openai.origin.rpartition(":")[2]), certificate) as port:
        address = {"base_url": f"https://127.0.0.1:{port}/v1"}
        world.service.operator("PATCH", "/settings/acme/openai", address)
        world.monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
        world.post("prompt", PROMPT)


def parameter(name: str, value: Any, sent: Any = None, **more: Any) -> Case:
    return posted(
        "prompt", {**PROMPT, name: value, **more}, sends={name: value if sent is None else sent}
    )


CASES: dict[str, Case] = {
    "image from a description: `description` in the address": described("description"),
    "image from a description: the property `desc`": described("desc"),
    "image from a description: login prompt of the browser": login,
    "image from a description: content modifier: bearer key, content type": content_modifier,
    "image from a description: `n`": sent_with("n=3", n=3),
    "image from a description: `size`": sent_with("size=1024x1024", size="1024x1024"),
    "image from a description: splitter and gather of the results": gather,
    "image from a description: HTML page with each image": html,
    "image from a description: the error as a page": error_page,
    "text to completions: JSON from the sender": posted(
        "prompt", PROMPT, sends={"messages.-1.content": PROMPT["prompt"]}
    ),
    "text to completions: XML from the sender": raw(
        f"<request><prompt>{PROMPT['prompt']}</prompt></request>", "application/xml"
    ),
    "text to completions: plain text from the sender": raw(PROMPT["prompt"], "text/plain"),
    "text to completions: form fields from the sender": forms,
    "text to completions: fields in the address": in_the_address,
    "text to completions: JSON to XML converter": as_xml,
    "text to completions: bearer key of the receiver": bearer_or_basic,
    "text to completions: `model`: `text-davinci-003`": posted(
        "prompt", {**PROMPT, "model": "text-davinci-003"}, gives={"response": ...}
    ),
    "text to completions: `prompt`": posted(
        "prompt", PROMPT, sends={"messages": [{"role": "user", "content": PROMPT["prompt"]}]}
    ),
    "text to completions: `max_tokens`": posted(
        "prompt", {**PROMPT, "max_tokens": 4000}, sends={"max_completion_tokens": 4000}
    ),
    "text to completions: `temperature`": parameter("temperature", 1, model="gpt-4.1"),
    "text to completions: `top_p`": parameter("top_p", 0.5, model="gpt-4.1"),
    "text to completions: `stop`": parameter("stop", "\n", ["\n"], model="gpt-4.1"),
    "text to completions: `n`": parameter("n", 3),
    "text to completions: `frequency_penalty`": parameter(
        "frequency_penalty", 0.5, model="gpt-4.1"
    ),
    "text to completions: `presence_penalty`": parameter("presence_penalty", 0.5, model="gpt-4.1"),
    "text to completions: `user`": parameter("user", "contact-17"),
    "text to completions: `choices[0].text`": posted(
        "prompt",
        {**PROMPT, "n": 2},
        says=("a", "b"),
        gives={"response": "a", "responses": ["a", "b"]},
    ),
    "text to completions: `stream`, `logprobs`, `echo`, `suffix`, `best_of`": refused(
        "prompt",
        {**PROMPT, "stream": True, "logprobs": 1, "echo": True, "suffix": "x", "best_of": 2},
        *("stream", "logprobs", "echo", "suffix", "best_of"),
    ),
    "other APIs: Models": models,
    "other APIs: Images": posted("generate_image", {"prompt": "A kite"}, gives={"url": ...}),
    "other APIs: Moderations": posted("moderate", {"text": "Hello"}, gives={"flagged": False}),
    "other APIs: Edits, Image variations, Embeddings, Files, Fine-tunes": not_here(
        "edits", "image_variations", "embeddings", "files", "fine_tunes"
    ),
    "connection: root certificate of the receiver": root_certificate,
}
