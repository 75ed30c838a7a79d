"""Script in every text that anyone outside can bring in: it is shown, and never runs."""

from __future__ import annotations

import io
import json
import time
from html import unescape
from urllib.parse import quote

import pytest

from answers.inbox.inbox import Inbox
from answers.inbox.item import SaidBefore
from flowhook.organisations.model_quirks import StoredModelQuirks
from flowhook.records.log_entry import LogEntry
from tests.answers.inbox.items import asked
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.flows.talking import export, publish, say
from tests.web.visitor import Page, Visitor, signed_in

MARK = "xss-mark"
SCRIPT = f"\"'></textarea></title><script>{MARK}</script><img src=x onerror={MARK}>{{{{7*7}}}}"
ACME = "/organisations/acme"


@pytest.fixture
def visitor(service: Service, openai: FakeOpenAI) -> Visitor:
    service.organisation(openai, system_prompt=SCRIPT)
    service.operator("POST", "/settings/acme/tokens", {"scope": "webhook", "label": SCRIPT[:100]})
    service.operator("PUT", "/settings/acme/glific", {"phone": "<script>xss-mark</script>"[:32]})
    openai.say(*[SCRIPT] * 20)
    return signed_in(service)


def stays_text(page: Page, shown: bool = True) -> None:
    """The script is among the words, if anywhere, and no element came of it."""
    if shown:
        assert MARK in unescape(page.html)
    for tag, known in page.elements:
        assert tag != "img"
        assert tag != "script" or str(known.get("src")).startswith("/assets/")
        assert not [name for name in known if name.startswith("on")]
        for name in ("href", "src", "action", "formaction"):
            assert "javascript:" not in (known.get(name) or "")
    assert f"<script>{MARK}" not in page.html
    assert "49" not in page.html.split("xss-mark", 1)[-1][:40]


def newest(service: Service, visitor: Visitor) -> str:
    service.flush()
    found = service.operator("GET", "/logs/acme").json["logs"][0]["id"]
    return f"{ACME}/logs/{found}"


def test_settings_and_tokens(service: Service, visitor: Visitor) -> None:
    service.operator("PATCH", "/settings/acme/openai", {"project": f"<script>{MARK}</script>"})
    stays_text(visitor.get(f"{ACME}/settings"))
    stays_text(visitor.get(f"{ACME}/settings/glific"))
    stays_text(visitor.get(f"{ACME}/tokens"))
    stays_text(visitor.post(f"{ACME}/tokens", {"scope": SCRIPT, "label": SCRIPT * 9}))
    typed = dict.fromkeys(("default_model", "model_aliases", "allowed_models"), SCRIPT)
    stays_text(visitor.post(f"{ACME}/settings/openai", {**typed, "timeout_seconds": SCRIPT}))


def test_warnings(service: Service, visitor: Visitor) -> None:
    organisation = service.background.settings.get("acme")
    StoredModelQuirks(service.redis, organisation, "", lambda _: None).warn(SCRIPT, SCRIPT)
    stays_text(visitor.get(f"{ACME}/settings"))


def test_prompts_and_answers(service: Service, visitor: Visitor) -> None:
    typed = {"question_text": SCRIPT, "prompt": SCRIPT, "gpt_model": SCRIPT}
    tried = visitor.post(f"{ACME}/functions/parse_via_chat_gpt", typed)
    stays_text(tried)
    tried = visitor.post(f"{ACME}/functions/parse_via_chat_gpt", {"question_text": SCRIPT})
    assert "Answered" in tried.text
    stays_text(tried)
    page = newest(service, visitor)
    stays_text(visitor.get(page))
    stays_text(visitor.post(page, {"body": SCRIPT}))
    stays_text(visitor.post(page, {"body": '{"question_text": "x", "' + MARK + '": "<script>"}'}))


def test_contacts_flows_and_models_of_calls(service: Service, visitor: Visitor) -> None:
    body = {"question_text": SCRIPT, "contact_id": SCRIPT, "flow_id": SCRIPT, SCRIPT: SCRIPT}
    service.call("parse_via_chat_gpt", body)
    service.background.recorder.record(
        LogEntry("acme", SCRIPT, SCRIPT, SCRIPT, 200, 1.0, 1e9, SCRIPT, SCRIPT, SCRIPT, 1, 1)
    )
    service.background.recorder.record(
        LogEntry(
            "acme", SCRIPT, SCRIPT, SCRIPT, 200, 1.0, time.time(), model=SCRIPT, input_tokens=1
        )
    )
    page = newest(service, visitor)
    stays_text(visitor.get(page))
    stays_text(visitor.get(f"{ACME}/logs"))
    stays_text(visitor.get(f"{ACME}/logs/newer", Accept="application/json"), shown=False)
    stays_text(visitor.get(ACME))
    stays_text(visitor.get("/"), shown=False)
    stays_text(visitor.get(f"{ACME}/usage"))


def test_flows(service: Service, visitor: Visitor) -> None:
    flow = {
        "uuid": "scripted",
        "name": SCRIPT,
        "keywords": [f"<b>{MARK}"],
        "nodes": [
            {"id": "say", "send": SCRIPT, "to": "ask"},
            {
                "id": "ask",
                "wait": {"result": "answer"},
                "cases": [["has_any_word", ["stop"], SCRIPT, None]],
                "else": SCRIPT,
            },
            {
                "id": SCRIPT,
                "webhook": {"url": SCRIPT, "body": '{"a": "@results.answer"}', "result_name": "r"},
                "success": "say",
                "failure": "say",
            },
        ],
    }
    content = json.dumps(export(flow)).encode()
    imported = visitor.post(f"{ACME}/flows", {"file": (io.BytesIO(content), "flow.json")})
    assert imported.status == 200, imported.text
    stays_text(imported)
    stays_text(visitor.get(f"{ACME}/flows"))
    stays_text(visitor.get(f"{ACME}/flows/scripted"))
    stays_text(visitor.get(f"{ACME}/flows/scripted?node={quote(SCRIPT)}"))
    simulator = f"{ACME}/flows/scripted/simulator"
    stays_text(visitor.post(simulator, {"action": "start"}))
    stays_text(visitor.post(simulator, {"text": SCRIPT}))
    stays_text(visitor.post(simulator, {"type": "location", "text": SCRIPT}))
    stays_text(visitor.post(simulator, {"type": SCRIPT, "text": SCRIPT}))
    broken = json.dumps(export(flow)).replace('"send_msg"', f'"<script>{MARK}"').encode()
    stays_text(visitor.post(f"{ACME}/flows", {"file": (io.BytesIO(broken), "x")}), shown=False)
    noise = {"file": (io.BytesIO(SCRIPT.encode()), "x")}
    stays_text(visitor.post(f"{ACME}/flows", noise), shown=False)


def test_conversations(service: Service, visitor: Visitor) -> None:
    flow = {
        "uuid": "scripted",
        "name": SCRIPT,
        "keywords": ["hello"],
        "nodes": [
            {"id": "say", "send": SCRIPT, "to": "ask"},
            {
                "id": "ask",
                "wait": {"result": "answer"},
                "cases": [["has_any_word", ["stop"], SCRIPT, None]],
                "else": "say",
            },
        ],
    }
    publish(service, flow)
    known = {"name": SCRIPT[:80], "fields": {"village": SCRIPT}}
    said: list[dict[str, object]] = [
        {"text": "hello", "contact": known},
        {"text": SCRIPT},
        {"type": "image", "url": f"https://a.example/{quote(SCRIPT)}", "text": SCRIPT},
    ]
    for message in said:
        answer = say(service, message)
        assert answer.status == 200, answer.body
    conversations = f"{ACME}/conversations"
    stays_text(visitor.get(conversations))
    stays_text(visitor.get(f"{conversations}?flow=scripted"))
    stays_text(visitor.get(f"{conversations}/7"))
    stays_text(visitor.post(f"{conversations}/7", {"action": "say", "text": SCRIPT}))
    stays_text(visitor.post(f"{conversations}/7", {"action": SCRIPT, "text": SCRIPT}))
    stays_text(visitor.post(f"{conversations}/7", {"action": "move", "node": SCRIPT}))
    stays_text(visitor.get(f"{ACME}/flows/scripted/funnel"))


def test_the_inbox(service: Service, visitor: Visitor) -> None:
    inbox: Inbox = service.app.extensions[Inbox.NAME]
    said = (SaidBefore("contact", SCRIPT), SaidBefore(SCRIPT, SCRIPT), SaidBefore("bot", SCRIPT))
    more = {"context": SCRIPT, "name": SCRIPT, "flow_name": SCRIPT, "language": SCRIPT}
    item_id = inbox.intake.add("acme", asked(SCRIPT, said=said, contact=SCRIPT, **more)).id
    inbox.assign("acme", item_id, f"token 1 {SCRIPT}")
    page = f"{ACME}/inbox"
    stays_text(visitor.get(page))
    stays_text(visitor.get(f"{page}/{item_id}"))
    answer = {"action": "answer", "answer": SCRIPT, "as_question": SCRIPT * 20, "approve": "on"}
    stays_text(visitor.post(f"{page}/{item_id}", answer))
    inbox.answer("acme", item_id, SCRIPT, f"token 1 {SCRIPT}")
    stays_text(visitor.get(page))
    stays_text(visitor.post(f"{page}/{item_id}", answer | {"as_question": ""}))
    inbox.close("acme", item_id, f"token 1 {SCRIPT}")
    stays_text(visitor.get(f"{page}/{item_id}"))


@pytest.mark.parametrize(
    "path",
    [
        f"{ACME}/inbox?flow=@",
        f"{ACME}/inbox?contact=@&assigned=@&kind=@&status=@",
        f"{ACME}/inbox?cursor=@",
        f"{ACME}/inbox/@",
        f"{ACME}/logs?contact=@&flow=@&request_id=@&status=@&function=@",
        f"{ACME}/logs?from=@",
        f"{ACME}/logs?cursor=@",
        f"{ACME}/logs/@",
        f"{ACME}/usage?from=@",
        f"{ACME}/conversations?q=@",
        f"{ACME}/conversations?flow=@&node=@",
        f"{ACME}/conversations?status=@",
        f"{ACME}/conversations?waiting_since=@",
        f"{ACME}/conversations?cursor=@",
        f"{ACME}/conversations/@",
        f"{ACME}/usage.csv?by=@",
        f"{ACME}/functions/@",
        f"{ACME}/settings/@",
        f"{ACME}/settings/openai/accounts/@",
        f"{ACME}/settings?done=@",
        f"{ACME}/@",
        "/organisations?from=@&after=@",
        "/organisations/@",
        "/sign-in?next=@",
    ],
)
def test_addresses(visitor: Visitor, path: str) -> None:
    stays_text(visitor.get(path.replace("@", quote(SCRIPT))), shown=False)


def test_the_sign_in_form(service: Service) -> None:
    visitor = Visitor(service.app)
    visitor.get("/sign-in")
    stays_text(visitor.post("/sign-in", {"token": SCRIPT, "next": f"/{SCRIPT}"}), shown=False)


def test_accounts_and_organisations(visitor: Visitor) -> None:
    stays_text(visitor.post(f"{ACME}/settings/openai/accounts", {"title": SCRIPT}), shown=False)
    stays_text(visitor.post("/organisations", {"id": SCRIPT}))
    stays_text(visitor.post(f"{ACME}/delete", {"confirm": SCRIPT}), shown=False)
