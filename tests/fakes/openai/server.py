"""FakeOpenAI: the fake as tests use it."""

from __future__ import annotations

import datetime
import functools
import json
import socket
import traceback
from typing import Any

from tests.fakes.exchange import Asked, Exchange, Reply
from tests.fakes.openai import answers, endpoints, realtime, routes
from tests.fakes.openai.accounts import Account
from tests.fakes.openai.answers import Reader, Said
from tests.fakes.openai.complaints import Complaint
from tests.fakes.openai.fault_board import FaultBoard
from tests.fakes.openai.faults import Fault
from tests.fakes.openai.readings import Reading
from tests.fakes.openai.world import World
from tests.fakes.service import FakeService

TODAY = datetime.date(2026, 11, 20)
"""The day the fake lives in unless told otherwise: decides which models are gone."""

DEFAULT_KEY = "sk-fake-0123456789abcdefghijklmnopqrstuvwxyz"


class FakeOpenAI(FakeService):
    """The OpenAI API on a free loopback port, from creation until `close`.

    Left as a context manager, it raises AssertionError if a request was malformed
    (`violations`); a test that means to send such a request clears the list.
    """

    realtime_path = "/v1/realtime"

    def __init__(self, today: datetime.date = TODAY) -> None:
        endpoints.load()
        self.world = World(today)
        self.faults = FaultBoard()
        self.in_flight = 0
        self.peak_in_flight = 0
        self.key = self.add_key(DEFAULT_KEY)
        super().__init__()
        self.world.origin = self.origin
        self.base_url = f"{self.origin}/v1"

    @staticmethod
    def closed_base_url() -> str:
        """A base URL where every connection is refused, for as long as the process lives."""
        return f"http://127.0.0.1:{_refusing_socket().getsockname()[1]}/v1"

    # --- accounts and models ----------------------------------------------------------------

    def add_key(
        self,
        key: str,
        *,
        organization: str | None = None,
        project: str | None = None,
        models: list[str] | None = None,
        quota_tokens: int | None = None,
        needs_headers: bool = False,
    ) -> str:
        """Make a key valid; gives it back. `models` are all it may use, by exact id."""
        allowed = tuple(models) if models is not None else None
        self.world.accounts.add(
            Account(key, organization, project, allowed, quota_tokens, needs_headers)
        )
        return key

    def remove_key(self, key: str) -> None:
        """From now on the key is refused."""
        self.world.accounts.remove(key)

    def account(self, key: str) -> Account:
        """The account behind a key: `requests`, `used_tokens`, and its limits to change."""
        return self.world.accounts.get(key)

    def add_model(self, name: str, kind: str = "chat") -> None:
        self.world.models.add(name, kind)

    def retire(self, model: str) -> None:
        """From now on the model answers 404."""
        self.world.models.retired.add(model)

    def revive(self, model: str) -> None:
        """Bring a model back that has been shut down, such as dall-e-3."""
        self.world.models.revived.add(model)

    # --- what the model says next -----------------------------------------------------------

    def say(self, *texts: str) -> None:
        """Each text is the whole of one answer, in order."""
        for text in texts:
            self.world.answers.add(Said(text=text))

    def say_choices(self, *texts: str) -> None:
        """One answer whose n choices say these texts."""
        self.world.answers.add(Said(choices=texts))

    def say_json(self, value: Any) -> None:
        self.say(json.dumps(value, ensure_ascii=False))

    def say_refusal(self, text: str = "I'm sorry, I can't help with that.") -> None:
        self.world.answers.add(Said(refusal=text))

    def say_cut_off(self, text: str) -> None:
        """The output limit was reached after this text."""
        self.world.answers.add(Said(text=text, finish="length"))

    def say_content_filter(self, text: str = "") -> None:
        """The provider's content filter stopped the answer after this text."""
        self.world.answers.add(Said(text=text, finish="content_filter"))

    def say_tool_calls(self, calls: list[dict[str, Any]], text: str | None = None) -> None:
        """One answer that calls functions: `[{"name", "arguments": object or text, "id"?}]`."""
        made = tuple(answers.tool_call(call) for call in calls)
        self.world.answers.add(Said(text=text, calls=made, finish="tool_calls"))

    def say_failure(self, code: str, message: str) -> None:
        """A response of status `failed`; on chat/completions a 500."""
        self.world.answers.add(Said(failure=(code, message)))

    def say_by(self, reader: Reader | None) -> None:
        """What is said when nothing is queued: `reader(body) -> text`; None is the echo."""
        self.world.answers.reader = reader

    def say_transcript(self, *texts: str) -> None:
        """What the next transcriptions hear."""
        self.world.transcripts.extend(texts)

    def read_aloud(self, *readings: Reading) -> None:
        """How the next responses of realtime models come out; without, word for word."""
        self.world.readings.extend(readings)

    # --- faults -----------------------------------------------------------------------------

    def fail(self, fault: Fault, times: int | None = 1, path: str | None = None) -> None:
        """The next `times` requests (to `path`, with or without /v1) fail; None is for ever."""
        self.faults.add(fault, times, path)

    def recover(self) -> None:
        """No fault is pending any more."""
        self.faults.clear()

    def close_idle_connections(self) -> int:
        """Close pooled connections behind the client's back; how many there were."""
        return self._transport.close_idle()

    @property
    def open_connections(self) -> int:
        return self._transport.open_connections

    # --- what was asked ---------------------------------------------------------------------

    @property
    def last(self) -> Asked:
        return self.requests[-1]

    def asked(self, path: str) -> list[Asked]:
        """The requests to a path, with or without /v1."""
        return [request for request in self.requests if request.is_for(path)]

    # --- serving ----------------------------------------------------------------------------

    def _serve(self, exchange: Exchange) -> Reply | None:
        asked = exchange.asked
        with self._lock:
            self.requests.append(asked)
            self.in_flight += 1
            self.peak_in_flight = max(self.peak_in_flight, self.in_flight)
        try:
            reply = self._reply(exchange)
            asked.status = reply.status if reply else None
            return reply
        finally:
            with self._lock:
                self.in_flight -= 1

    def _reply(self, exchange: Exchange) -> Reply | None:
        fault = self.faults.take(exchange.asked)
        if fault is None and exchange.asked.path == self.realtime_path:
            return self._converse(exchange)
        if fault is None:
            return self._answer(exchange.asked)
        exchange.asked.fault = fault.name
        return fault.strike(exchange, functools.partial(self._answer, exchange.asked))

    def _answer(self, asked: Asked) -> Reply:
        with self.world.lock:
            try:
                reply = self._endpoint_reply(asked)
            except Complaint as complaint:
                if complaint.violation:
                    self._violate(asked, complaint.message)
                reply = Reply.of_json(complaint.as_dict(), complaint.status)
            except Exception:  # a bug in the fake itself must fail the test that met it
                self._violate(asked, traceback.format_exc())
                reply = Reply.of_json({"error": {"message": "The fake broke."}}, 500)
            reply.headers |= {
                "x-request-id": self.world.new_id("req_"),
                "openai-processing-ms": "7",
                "openai-version": "2020-10-01",
            }
            return reply

    def _converse(self, exchange: Exchange) -> Reply | None:
        violate = functools.partial(self._violate, exchange.asked)
        try:
            realtime.converse(exchange, self.world, violate)
        except Complaint as complaint:
            return Reply.of_json(complaint.as_dict(), complaint.status)
        except OSError:
            return None  # the client left
        except Exception:  # a bug in the fake itself must fail the test that met it
            violate(traceback.format_exc())
        return None

    def _violate(self, asked: Asked, message: str) -> None:
        self.violations.append(f"{asked.method} {asked.path}: {message}")

    def _endpoint_reply(self, asked: Asked) -> Reply:
        route, names = routes.find(asked.method, asked.path)
        if route.public:
            answer = route.endpoint(routes.Call(self.world, asked, None, names))
            return answer if isinstance(answer, Reply) else Reply.of_json(answer)
        account = self.world.accounts.authenticate(asked.headers)
        account.requests += 1
        if asked.method == "POST":
            account.check_quota()
        answer = route.endpoint(routes.Call(self.world, asked, account, names))
        reply = answer if isinstance(answer, Reply) else Reply.of_json(answer)
        if isinstance(answer, dict):
            account.used_tokens += (answer.get("usage") or {}).get("total_tokens", 0)
        reply.headers |= account.limit_headers()
        if account.organization:
            reply.headers["openai-organization"] = account.organization
        return reply


@functools.cache
def _refusing_socket() -> socket.socket:
    """A port that is taken but not listened on."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    return taken
