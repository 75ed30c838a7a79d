"""GET and POST nodes: what goes out, what comes back, what is refused."""

from __future__ import annotations

import hmac
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from flowhook.organisations.organisation import Organisation
from flowhook.organisations.signature import sign
from flowhook.providers.guard import AddressGuard
from flows.conversations.author_requests import AuthorHttpClient
from tests.fakes.web import answer, redirect, serve
from tests.fixtures_app import PHRASE, OpenService, Service
from tests.flows.talking import publish, say

BODY = '{"name": "@contact.name", "n": 3, "deep": {"a": ["@results.word"]}}'


@pytest.fixture
def acme(open_service: OpenService, fake_redis: Any) -> Service:
    service = open_service(fake_redis, allow_private_urls=("127.0.0.1",))
    service.organisation()
    service.admin("PUT", "/settings/acme/signature", {"phrase": PHRASE})
    return service


def call(service: Service, url: str, method: str = "POST", **more: Any) -> dict[str, Any]:
    """Start a flow that calls the URL; the answer, with `taken` for the branch it took."""
    hook = {
        "url": url,
        "method": method,
        "result_name": "hook",
        "body": BODY,
        "headers": {"Accept": "application/json", "Token": "@results.word"},
        **more,
    }
    nodes = [
        {"id": "h", "webhook": hook, "success": "yes", "failure": "no"},
        {"id": "yes", "send": "Success"},
        {"id": "no", "send": "Failure"},
    ]
    publish(service, {"uuid": "f", "nodes": nodes})
    start = {"flow": "f", "contact": {"name": "Asha"}, "results": {"word": {"input": "w 1"}}}
    found = say(service, start).json
    return {**found, "taken": found["messages"][0]["text"]}


def status(service: Service) -> Any:
    """The status that the conversation's notes give the call."""
    found = service.admin("GET", "/conversations/acme/7").json["transcript"]
    return [item["status"] for item in found if item["type"] == "webhook_called"][-1]


def test_a_post_is_signed_json_with_the_author_s_headers(acme: Service) -> None:
    with serve(answer(b'{"rows": [{"x": 1}, {"x": 2}]}')) as server:
        found = call(acme, f"http://127.0.0.1:{server.port}/hook")
    assert found["taken"] == "Success"
    assert found["results"]["hook"]["rows"] == {"0": {"x": 1}, "1": {"x": 2}}
    head, _, body = server.requests[0].partition("\r\n\r\n")
    lines = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    assert head.startswith("POST /hook HTTP/1.1")
    assert json.loads(body) == {
        "name": "Asha",
        "n": 3,
        "deep": {"a": ["w 1"]},
        "organization_id": "acme",
    }
    assert lines["Token"] == "w 1"
    assert lines["Content-Type"] == "application/json"
    stamp, _, shown = lines["X-Flowhook-Signature"].removeprefix("t=").partition(",v1=")
    key = hmac.new(PHRASE.encode(), b"flowhook webhook", "sha256").hexdigest()
    assert shown == sign(key, stamp, body.encode())
    assert "X-Glific-Signature" not in lines
    for value in (f"t={stamp},v1={shown}", f"t={stamp},v1={sign(PHRASE, stamp, b'other')}"):
        headers = {"X-Glific-Signature": value, "Content-Type": "application/json"}
        replayed = acme.request(
            "POST", "/webhooks/parse_via_chat_gpt", raw=body.encode(), headers=headers
        )
        assert replayed.status == 401


def test_a_function_of_this_service_reads_glifics_signature() -> None:
    """Glific's own flows call it by its address; nobody else reads what is sent there."""
    with serve(answer(b"{}")) as server:
        address = f"http://127.0.0.1:{server.port}"
        client = AuthorHttpClient(AddressGuard(("127.0.0.1",)), public_url=address)
        organisation = Organisation("acme", {"signature": {"phrase": PHRASE}}, {})
        client.send(organisation, "POST", f"{address}/webhooks/chat", {}, {"a": 1})
        client.send(organisation, "POST", f"{address}/other", {}, {"a": 1})
    own, other = server.requests
    assert "X-Glific-Signature: t=" in own
    assert "X-Glific-Signature" not in other
    assert "X-Flowhook-Signature: t=" in other


def test_a_get_carries_the_body_as_its_query(acme: Service) -> None:
    with serve(answer(b'["a", "b"]')) as server:
        found = call(acme, f"http://127.0.0.1:{server.port}/hook?x=1", "GET")
    assert found["results"]["hook"]["1"] == "b"
    target = server.requests[0].split(" ")[1]
    assert parse_qs(urlsplit(target).query) == {
        "x": ["1"],
        "name": ["Asha"],
        "n": ["3"],
        "deep": ['{"a":["w 1"]}'],
        "organization_id": ["acme"],
    }
    assert "X-Flowhook-Signature: t=" in server.requests[0]


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"not json", "200 OK"), (b'"text"', "200 OK"), (b"null", "200 OK"), (b"{}", "404 Not Found")],
)
def test_what_is_no_success_takes_failure(acme: Service, body: bytes, code: str) -> None:
    with serve(answer(body, code)) as server:
        found = call(acme, f"http://127.0.0.1:{server.port}/")
    assert found["taken"] == "Failure"
    assert "hook" not in found["results"]
    assert status(acme) == int(code[:3])


@pytest.fixture
def hosts(open_service: OpenService, fake_redis: Any) -> Service:
    """A service that may call two hosts."""
    service = open_service(fake_redis, allow_private_urls=("127.0.0.1", "127.0.0.2"))
    service.organisation()
    service.admin("PUT", "/settings/acme/signature", {"phrase": PHRASE})
    return service


@pytest.mark.parametrize("code", ["302 Moved Temporarily", "303 See Other"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_answer_at_another_host_is_fetched_as_apps_script_wants_it(
    hosts: Service, method: str, code: str
) -> None:
    with serve(answer(b'{"rows": 2}'), host="127.0.0.2") as echo:
        target = f"http://127.0.0.2:{echo.port}/macros/echo?user_content_key=k"
        with serve(redirect(target, code)) as script:
            found = call(hosts, f"http://127.0.0.1:{script.port}/macros/s/x/exec", method)
        assert (found["taken"], found["results"]["hook"]["rows"]) == ("Success", 2)
        [asked] = echo.requests
    assert asked.startswith("GET /macros/echo?user_content_key=k HTTP")
    sent = asked.lower()
    assert "token:" not in sent
    assert "signature" not in sent
    assert "asha" not in sent


@pytest.mark.parametrize("code", ["301 Moved", "307 Temporary Redirect", "308 Permanent"])
def test_a_request_is_not_sent_again_to_another_host(hosts: Service, code: str) -> None:
    with serve(answer(b"{}"), host="127.0.0.2") as other:
        with serve(redirect(f"http://127.0.0.2:{other.port}/", code)) as server:
            assert call(hosts, f"http://127.0.0.1:{server.port}/")["taken"] == "Failure"
        assert other.requests == []


def test_a_second_redirect_and_one_inside_are_not_followed(hosts: Service) -> None:
    with serve(answer(b"{}")) as third:
        back = redirect(f"http://127.0.0.1:{third.port}/")
        with (
            serve(back, host="127.0.0.2") as second,
            serve(redirect(f"http://127.0.0.2:{second.port}/")) as first,
        ):
            assert call(hosts, f"http://127.0.0.1:{first.port}/")["taken"] == "Failure"
        assert third.requests == []
    with serve(redirect("http://10.0.0.1/")) as server:
        assert call(hosts, f"http://127.0.0.1:{server.port}/")["taken"] == "Failure"


def test_a_redirect_on_the_same_host_is_not_followed(acme: Service) -> None:
    with serve(answer(b"{}")) as target:
        with serve(redirect(f"http://127.0.0.1:{target.port}/")) as server:
            found = call(acme, f"http://127.0.0.1:{server.port}/", "GET")
        assert target.requests == []
    assert found["taken"] == "Failure"
    assert 300 <= status(acme) < 400


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "http://localhost:6379/", "file:///etc/passwd"]
)
def test_an_address_inside_is_refused(acme: Service, url: str) -> None:
    assert call(acme, url)["taken"] == "Failure"
    assert status(acme) == 0


def test_headers_that_frame_the_request_are_ours(acme: Service) -> None:
    headers = {"Content-Length": "3", "Transfer-Encoding": "chunked", "Host": "evil", "X": "a\nb"}
    with serve(answer(b"{}")) as server:
        found = call(acme, f"http://127.0.0.1:{server.port}/", headers={**headers, "X": "ok"})
        assert found["taken"] == "Success"
        assert call(acme, f"http://127.0.0.1:{server.port}/", headers=headers)["taken"] == "Failure"
    assert len(server.requests) == 1
    assert "chunked" not in server.requests[0]
    assert "evil" not in server.requests[0]


def test_a_header_may_hold_words_of_any_script(acme: Service) -> None:
    with serve(answer(b"{}")) as server:
        url = f"http://127.0.0.1:{server.port}/hook"
        found = call(acme, url, headers={"X-Name": " हाँ "}, body="")
    assert found["taken"] == "Success"
    assert "X-Name: हाँ".encode() in server.requests[0].encode("latin-1")


@pytest.mark.parametrize("headers", [{"X-Name": "a\nX-Evil: 1"}, {"X Name": "a"}, {"": "a"}])
def test_a_header_that_cannot_be_sent_takes_failure(acme: Service, headers: dict[str, str]) -> None:
    with serve(answer(b"{}")) as server:
        found = call(acme, f"http://127.0.0.1:{server.port}/hook", headers=headers)
    assert found["taken"] == "Failure"
    assert server.requests == []
    notes = acme.admin("GET", "/conversations/acme/7").json["transcript"]
    told = [note["error"] for note in notes if note["type"] == "webhook_called"]
    assert told == ["a header of the webhook has a name or a value that cannot be sent"]
