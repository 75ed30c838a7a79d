"""FakeGraph: the Graph API as tests use it.

It enforces what Meta enforces: tokens, phone number ids, shapes and lengths of messages, the
24-hour window, media that belong to the number and addresses that lapse after five minutes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
from collections.abc import Callable
from typing import Any

from tests.fakes import multipart
from tests.fakes.exchange import Asked, Exchange, Reply
from tests.fakes.graph import rules
from tests.fakes.graph.deliveries import Person, signed, wrapped
from tests.fakes.graph.errors import GraphError, missing
from tests.fakes.graph.line import Line, Sent
from tests.fakes.graph.media import URL_SECONDS, File, check_upload
from tests.fakes.service import FakeService

WINDOW_SECONDS = 24 * 3600
START = 1_795_000_000.0
PATH = re.compile(r"/v\d+\.\d/([^/]+)(?:/(messages|media|subscribed_apps))?")


class FakeGraph(FakeService):
    """On a free loopback port from creation until `close`.

    `late_window` tells of a closed window as Meta mostly does: the message is taken, and a
    failed status follows. `now` is the fake's clock, moved by hand.
    """

    def __init__(self, late_window: bool = False) -> None:
        self.late_window = late_window
        self.now = START
        self.lines: dict[str, Line] = {}
        self.sent: list[Sent] = []
        self.read: list[tuple[str, bool]] = []
        self.files: dict[str, File] = {}
        self._faults: list[tuple[int, dict[str, str], str | None]] = []
        self._count = 0
        super().__init__()
        self.base_url = self.origin

    # --- the world ---

    def add_line(self, phone_number_id: str = "106540352242922") -> Line:
        line = Line(
            phone_number_id,
            token=f"EAAG{phone_number_id}token",
            app_secret=f"app-secret-of-{phone_number_id}",
            verify_token=f"verify-{phone_number_id}",
        )
        self.lines[phone_number_id] = line
        return line

    def fail(
        self, code: int, times: int = 1, *, retry_after: int | None = None, to: str | None = None
    ) -> None:
        """Refuse the next `times` messages (to one contact) with one of Meta's codes."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        with self._lock:
            self._faults += [(code, headers, to)] * times

    def texts(self, to: str | None = None) -> list[str]:
        """The texts of the messages taken, in order."""
        return [
            sent.body["text"]["body"]
            for sent in self.sent
            if sent.body["type"] == "text" and to in (None, sent.to)
        ]

    def keep(self, line: Line, content: bytes, mime_type: str) -> File:
        """A file at Meta: what a contact sent, or an upload."""
        with self._lock:
            kept = File(self._new("14"), line.phone_number_id, content, mime_type)
            self.files[kept.id] = kept
        return kept

    # --- deliveries ---

    def says(
        self, line: Line, person: Person, message: dict[str, Any]
    ) -> tuple[bytes, dict[str, str]]:
        """A contact's message, `{"type": "text", "text": {...}}`: noted here, to be delivered."""
        message_id = message.get("id") or self.wamid()
        with self._lock:
            line.last_inbound[person.identity] = self.now
            line.received.add(message_id)
        if message["type"] in ("button", "interactive") and "context" not in message:
            # What is chosen answers the message that offered it.
            message = {**message, "context": {"from": "15550783881", "id": self.wamid()}}
        whole = {**person.as_sender(), "timestamp": str(int(self.now)), **message, "id": message_id}
        value = {"contacts": [person.as_contact()], "messages": [whole]}
        return signed(line.app_secret, wrapped("waba", line.phone_number_id, value))

    def writes(self, line: Line, person: Person, text: str) -> int:
        """A contact writes a text, which is delivered at once; the subscriber's status."""
        assert line.post is not None, "nobody subscribed"
        return line.post(*self.says(line, person, {"type": "text", "text": {"body": text}}))

    def status(
        self, line: Line, message_id: str, to: str, status: str, error: GraphError | None = None
    ) -> tuple[bytes, dict[str, str]]:
        """What became of a message, to be delivered."""
        key = "recipient_user_id" if rules.BSUID.fullmatch(to) else "recipient_id"
        told: dict[str, Any] = {
            "id": message_id,
            "status": status,
            "timestamp": str(int(self.now)),
            key: to,
        }
        if error is not None:
            told["errors"] = [error.as_status()]
        value = {"contacts": [_person(to).as_contact()], "statuses": [told]}
        return signed(line.app_secret, wrapped("waba", line.phone_number_id, value))

    def wamid(self) -> str:
        return "wamid." + base64.b64encode(self._new("HBgL").encode()).decode()

    # --- the API ---

    def _serve(self, exchange: Exchange) -> Reply:
        asked = exchange.asked
        later: list[Callable[[], object]] = []
        with self._lock:
            self.requests.append(asked)
            try:
                reply = self._answer(asked, later)
            except GraphError as error:
                reply = Reply.of_json(error.body(), error.status)
                reply.headers.update(error.headers)
            asked.status = reply.status
        for deliver in later:
            threading.Thread(target=deliver, daemon=True).start()
        return reply

    def _answer(self, asked: Asked, later: list[Callable[[], object]]) -> Reply:
        line = self._authenticated(asked)
        if asked.path == "/whatsapp_business/attachments/":
            return self._fetch(line, asked)
        found = PATH.fullmatch(asked.path)
        if found is None:
            raise GraphError(100, "Unknown path components", 404)
        if found[2] is None and "fields" in asked.query:
            return self._number(line, found[1], asked)
        if found[2] is None:
            return self._media(line, found[1], asked)
        if found[2] == "subscribed_apps":
            return self._subscriptions(line, found[1], asked)
        if found[1] != line.phone_number_id or asked.method != "POST":
            raise GraphError(
                100, f"Unsupported post request. Object with ID '{found[1]}' does not exist", 400
            )
        if found[2] == "media":
            return self._upload(line, asked)
        return self._messages(line, asked, later)

    def _authenticated(self, asked: Asked) -> Line:
        shown = asked.headers.get("Authorization", "").removeprefix("Bearer ")
        for line in self.lines.values():
            if shown == line.token:
                return line
        raise GraphError(190)

    def _number(self, line: Line, number_id: str, asked: Asked) -> Reply:
        """What is asked of a number."""
        self._check_manager(line, asked)
        if asked.method != "GET" or number_id != line.phone_number_id:
            raise _no_object(number_id, "get")
        told = line.told()
        wanted = asked.query["fields"].split(",")
        unknown = set(wanted) - set(told)
        if unknown:
            raise GraphError(
                100, title=f"(#100) Tried accessing nonexisting field ({min(unknown)})"
            )
        return Reply.of_json({name: told[name] for name in (*wanted, "id")})

    def _subscriptions(self, line: Line, account: str, asked: Asked) -> Reply:
        """The apps that are subscribed to an account: listed, or the token's app added."""
        self._check_manager(line, asked)
        if account != line.account or asked.method not in ("GET", "POST"):
            raise _no_object(account, asked.method.lower())
        if asked.method == "GET":
            return Reply.of_json(line.subscriptions())
        line.subscribed.add(line.app)
        return Reply.of_json({"success": True})

    def _check_manager(self, line: Line, asked: Asked) -> None:
        """A proof of the app's secret is checked wherever it is sent."""
        proof = hmac.new(line.app_secret.encode(), line.token.encode(), hashlib.sha256).hexdigest()
        if asked.query.get("appsecret_proof", proof) != proof:
            raise GraphError(
                100, title="Invalid appsecret_proof provided in the API argument", status=400
            )
        if not line.is_manager:
            raise GraphError(200, status=403)

    def _messages(self, line: Line, asked: Asked, later: list[Callable[[], object]]) -> Reply:
        body = asked.body
        if not isinstance(body, dict):
            raise GraphError(100, "The request body is not an object.")
        if body.get("status") == "read":
            return self._read(line, body)
        to = rules.recipient_of(body)
        self._strike(to)
        rules.check_message(body, lambda media_id: self._owns(line, media_id))
        if body["type"] == "template":
            named = (body["template"]["name"], body["template"]["language"]["code"])
            if named not in line.templates:
                raise GraphError(132001, "template name does not exist in the translation")
        wamid = self.wamid()
        is_open = self.now - line.last_inbound.get(to, float("-inf")) <= WINDOW_SECONDS
        if body["type"] != "template" and not is_open:
            closed = GraphError(
                131047,
                "Message failed to send because more than 24 hours have passed since the customer"
                " last replied to this number.",
            )
            if not self.late_window:
                raise closed
            post = line.post
            if post is not None:
                failed = self.status(line, wamid, to, "failed", closed)
                later.append(lambda: post(*failed))
        else:
            self.sent.append(Sent(line.phone_number_id, to, body, wamid))
        contact = {"user_id": to} if "to" not in body else {"wa_id": to}
        return Reply.of_json(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": body.get("to") or body.get("recipient"), **contact}],
                "messages": [{"id": wamid}],
            }
        )

    def _strike(self, to: str) -> None:
        for fault in self._faults:
            code, headers, only = fault
            if only in (None, to):
                self._faults.remove(fault)
                raise GraphError(code, "set by the test", headers=headers)

    def _read(self, line: Line, body: dict[str, Any]) -> Reply:
        if body.get("messaging_product") != "whatsapp":
            raise GraphError(100, "The parameter messaging_product is required.")
        if body.get("message_id") not in line.received:
            raise GraphError(131009, "Message id is not valid")
        typing = body.get("typing_indicator")
        if typing is not None and typing != {"type": "text"}:
            raise GraphError(100, "typing_indicator.type must be text")
        self.read.append((body["message_id"], typing is not None))
        return Reply.of_json({"success": True})

    def _upload(self, line: Line, asked: Asked) -> Reply:
        form = multipart.read(asked.raw, asked.headers.get("Content-Type", ""))
        file = form.files.get("file")
        if form.fields.get("messaging_product") != "whatsapp":
            raise GraphError(100, "The parameter messaging_product is required.")
        if file is None:
            raise missing("file")
        check_upload(file.data, file.content_type)
        return Reply.of_json({"id": self.keep(line, file.data, file.content_type).id})

    def _media(self, line: Line, media_id: str, asked: Asked) -> Reply:
        if not self._owns(line, media_id):
            raise GraphError(100, f"Object with ID '{media_id}' does not exist", 400)
        if asked.method == "DELETE":
            del self.files[media_id]
            return Reply.of_json({"success": True})
        file = self.files[media_id]
        expiry = int(self.now) + URL_SECONDS
        address = f"/whatsapp_business/attachments/?mid={media_id}&ext={expiry}"
        return Reply.of_json(
            {
                "messaging_product": "whatsapp",
                "url": self.base_url + address,
                "mime_type": file.mime_type,
                "sha256": file.sha256,
                "file_size": len(file.content),
                "id": media_id,
            }
        )

    def _fetch(self, line: Line, asked: Asked) -> Reply:
        media_id = asked.query.get("mid", "")
        if not self._owns(line, media_id) or int(asked.query.get("ext", "0")) < self.now:
            return Reply(404, json.dumps({"error": "gone"}).encode())
        file = self.files[media_id]
        return Reply(200, file.content, file.mime_type)

    def _owns(self, line: Line, media_id: str) -> bool:
        file = self.files.get(media_id)
        return file is not None and file.owner == line.phone_number_id

    def _new(self, prefix: str) -> str:
        with self._lock:
            self._count += 1
            return f"{prefix}{self._count:012d}"


def _no_object(named: str, method: str) -> GraphError:
    return GraphError(
        100,
        title=f"Unsupported {method} request. Object with ID '{named}' does not exist,"
        " cannot be loaded due to missing permissions, or does not support this operation.",
    )


def _person(to: str) -> Person:
    """Who is behind a number or user id; everybody has a user id, hidden numbers or not."""
    return Person(user_id=to) if rules.BSUID.fullmatch(to) else Person(to, f"IN.{to}")
