"""Attacks that borrow somebody's proof or words."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from flowhook.organisations.signature import HEADER, signature
from tests.attacks.rows import Row, attack
from tests.attacks.stand import PHRASE, Stand, Victim, basic
from tests.fakes.receiver import Receiver
from tests.flows.talking import export

SECRET = "RUNSECRET"
REPLAYS = 5


def publish(stand: Stand, victim: Victim, *nodes: Any) -> None:
    flow = {"uuid": "one", "name": "One", "nodes": list(nodes)}
    stand.service.operator("POST", f"/flows/{victim.id}", export(flow))
    stand.service.operator("POST", f"/flows/{victim.id}/one/publish?force=true", {})


def start(stand: Stand, victim: Victim, **more: Any) -> str:
    path = f"/conversations/{victim.id}/919800000001/messages"
    answer = stand.ask("POST", path, victim.admin_token, {"flow": "one", **more})
    return answer.text


@attack("7. a page on another site uses a browser's HTTP Basic")
def cross_site(stand: Stand) -> Iterator[Row]:
    victim = stand.organisation()
    publish(stand, victim, {"id": "a", "send": "Hello"})
    form = "application/x-www-form-urlencoded"
    imported = json.dumps(export({"uuid": "two", "name": "Two", "nodes": []})).encode()
    requests: list[tuple[str, str | None, bytes]] = [
        (f"/flows/{victim.id}/one/publish?force=true", form, b"a=b"),
        (f"/flows/{victim.id}/one/publish?force=true", None, b""),
        (f"/settings/{victim.id}/tokens", None, b'{"scope": "admin"}'),
        (f"/settings/{victim.id}/tokens", "text/plain", b'{"scope": "admin"}'),
        (f"/flows/{victim.id}", None, imported),
        ("/webhooks/get_buttons", None, b'{"buttons_data": "Yes|No"}'),
        ("/webhooks/get_buttons", "text/plain", b"Yes|No"),
    ]
    done = 0
    for token in (victim.admin_token, victim.webhook_token):
        for path, kind, body in requests:
            headers = {**basic(victim, token), "Sec-Fetch-Site": "cross-site"}
            if kind:
                headers["Content-Type"] = kind
            done += stand.ask("POST", path, raw=body, headers=headers).ok
    yield Row("requests that were done", done, 0)


@attack("8a. who receives a flow's own request plays it back")
def outgoing_replayed(stand: Stand) -> Iterator[Row]:
    victim = stand.organisation()
    with Receiver() as receiver:
        body = {"question_text": "Why?", "organization_id": victim.id}
        ask = {
            "type": "call_webhook",
            "method": "POST",
            "url": receiver.url,
            "headers": {},
            "body": json.dumps(body),
            "result_name": "x",
        }
        publish(stand, victim, {"id": "a", "ask": ask})
        start(stand, victim)
        [got] = receiver.requests
    headers = {name: value for name, value in got.headers.items() if "ignature" in name}
    headers["Content-Type"] = "application/json"
    if HEADER not in headers:
        headers[HEADER] = next(iter(headers.values()))
    path = "/webhooks/parse_via_chat_gpt"
    done = sum(stand.ask("POST", path, raw=got.raw, headers=headers).ok for _ in range(REPLAYS))
    yield Row("replays that were taken", done, 0)


@attack("8b. who sees a signed call plays it back")
def call_replayed(stand: Stand) -> Iterator[Row]:
    victim = stand.organisation()
    raw = json.dumps({"text": "Why?", "organization_id": victim.id}).encode()
    headers = {
        HEADER: signature(PHRASE, time.time(), raw),
        "Content-Type": "application/json",
    }
    path = "/webhooks/moderate"
    before = len(stand.openai.requests)
    first = stand.ask("POST", path, raw=raw, headers=headers)
    answers = [stand.ask("POST", path, raw=raw, headers=headers) for _ in range(REPLAYS)]
    runs = len(stand.openai.requests) - before
    stand.ask("POST", "/webhooks/detect_language", raw=raw, headers=headers)
    others = len(stand.openai.requests) - before - runs
    yield Row("calls of the right sender that were refused", int(not first.ok), 0)
    yield Row("runs beyond the first", runs - 1, 0)
    yield Row("answered otherwise", sum(one.status_code not in (200, 409) for one in answers), 0)
    yield Row("runs of another function", others, 0)


@attack("9. a contact is called @results.secret")
def words_as_variables(stand: Stand) -> Iterator[Row]:
    victim = stand.organisation()
    before = len(stand.openai.requests)
    webhook = {
        "url": "parse_via_chat_gpt",
        "body": '{"question_text": "I am @contact.name", "prompt": "Be kind to @contact.name"}',
        "result_name": "x",
    }
    nodes = [
        {"id": "a", "send": "Hello @contact.name", "to": "b"},
        {"id": "b", "webhook": webhook, "success": "c", "failure": "c"},
        {"id": "c", "send": "@results.x.parsed_msg"},
    ]
    publish(stand, victim, *nodes)
    told = ""
    for name in ("@results.secret", "@@results.secret", "@(results.secret)", "<%= 6 * 7 %>"):
        told += start(stand, victim, results={"secret": SECRET}, contact={"name": name})
    asked = b"".join(one.raw for one in stand.openai.requests[before:]).decode()
    said = json.loads("[" + told.replace("}{", "},{") + "]")
    texts = " ".join(one.get("text", "") for each in said for one in each.get("messages", []))
    yield Row("the secret in messages", texts.count(SECRET), 0)
    yield Row("the secret at the provider", asked.count(SECRET), 0)
    yield Row("expressions that ran", texts.count("42") + asked.count("I am 42"), 0)
