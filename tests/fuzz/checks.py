"""What must hold of every answer, and of all that a service printed."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.fuzz.request import Client, Got, Sent
from tests.fuzz.target import WORDS, Target, read_json

LIMIT_SECONDS = 1.0
TRIES = 3
TYPES = {
    502: {
        *("invalid_api_key", "insufficient_quota", "model_not_found", "refused"),
        *("content_filter", "truncated", "provider_rejected", "provider_error"),
        "invalid_response",
    },
    503: {"provider_unavailable", "overloaded"},
    504: {"provider_timeout"},
}
UNLOGGED = {"unauthorized", "forbidden", "too_large", "rate_limited", "invalid_json"}


class Findings:
    """What went wrong, by kind, route and status, with one request of each."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.samples: dict[str, str] = {}
        self._lock = threading.Lock()

    def add(self, kind: str, sent: Sent | None, detail: str = "") -> None:
        name = f"{kind}: {sent.method} {sent.route}" if sent else kind
        with self._lock:
            self.counts[name] += 1
            self.samples.setdefault(name, f"{detail}\n    {sent}")


class Checker:
    """Checks answers as they come; `finish` checks what the service printed."""

    def __init__(self, target: Target, findings: Findings) -> None:
        self.target = target
        self.findings = findings
        self.statuses: Counter[int] = Counter()
        self.slowest = 0.0
        self.must_be_logged: dict[str, Sent] = {}
        self._lock = threading.Lock()

    def check(self, client: Client, sent: Sent, got: Got) -> None:
        self._time(client, sent, got)
        with self._lock:
            self.statuses[got.status] += 1
        request_id = got.headers.get("X-Request-ID", "")
        if not request_id:
            self.findings.add("no X-Request-ID", sent, str(got.status))
        answer = read_json(got.body)
        error = _error_of(answer)
        if got.status >= 400:
            self._failure(sent, got, answer, error, request_id)
        self._secrets(sent, got, is_failure=got.status >= 400 or bool(error))
        # Of a failure in HTML or XML it cannot be told whether the caller was known.
        if self._is_call(sent, got, error) and (got.status < 400 or error):
            self.must_be_logged[request_id] = sent

    def _time(self, client: Client, sent: Sent, got: Got) -> None:
        """An answer is slow if it is so three times running: the machine has other work too.

        A 502, 503 or 504 took what the provider took, such as the search for its address.
        """
        seconds = got.seconds if got.status not in TYPES else 0.0
        for _ in range(TRIES - 1):
            if seconds <= LIMIT_SECONDS:
                break
            seconds = min(seconds, client.send(sent).seconds)
        self.slowest = max(self.slowest, seconds)
        if seconds > LIMIT_SECONDS:
            self.findings.add("slow", sent, f"{seconds:.2f} s")

    def _failure(
        self, sent: Sent, got: Got, answer: Any, error: dict[str, Any], request_id: str
    ) -> None:
        kind = got.headers.get("Content-Type", "")
        detail = f"{got.status} {kind} {got.body[:300]!r}"
        if got.status == 500 or (got.status > 500 and got.status not in TYPES):
            self.findings.add("5xx", sent, detail)
        if sent.method == "HEAD" or got.status == 304:
            return
        if "html" in kind:
            # A page's own form, sent with its session and token, is answered by the page.
            if "html" not in sent.headers.get("Accept", "") and sent.proof != "session":
                self.findings.add("a page nobody asked for", sent, detail)
        elif "xml" in kind:
            if b"<success>false</success>" not in got.body:
                self.findings.add("an XML failure of another shape", sent, detail)
        elif not _is_error_shape(answer, error, request_id):
            self.findings.add("a failure of another shape", sent, detail)
        elif got.status in TYPES and error["type"] not in TYPES[got.status]:
            self.findings.add("a 5xx of another type", sent, detail)

    def _secrets(self, sent: Sent, got: Got, is_failure: bool) -> None:
        head = repr(dict(got.headers)).encode()
        for secret in self.target.secrets:
            if secret in got.body or secret in head:
                self.findings.add("a secret in an answer", sent, repr(got.body[:300]))
        if is_failure and WORDS.encode() in got.body:
            self.findings.add("a contact's words in a failure", sent, repr(got.body[:300]))

    @staticmethod
    def _is_call(sent: Sent, got: Got, error: dict[str, Any]) -> bool:
        """Whether it is a function's call whose caller was known."""
        is_known = sent.proof in ("webhook", "admin", "basic") and sent.method == "POST"
        is_named = sent.target == sent.route and sent.route.startswith("/webhooks/")
        # A malformed Host and another site are refused before anybody asks who calls.
        odd = {"X-Request-ID", "Host", "Sec-Fetch-Site"} & set(sent.headers)
        is_plain = "Idempotent-Replay" not in got.headers and not odd
        is_open = got.status < 500 and error.get("type") not in UNLOGGED
        return is_known and is_named and is_plain and is_open and got.status != 202

    def finish(self, log: Path, metrics: bytes) -> int:
        """Check the lines and the metrics; how many calls were found in the log."""
        printed = log.read_bytes()
        for secret in (*self.target.secrets, WORDS.encode()):
            if secret in printed:
                place = printed.index(secret)
                self.findings.add(
                    "a secret on standard output", None, repr(printed[place - 300 : place + 50])
                )
            if secret in metrics:
                self.findings.add("a secret in the metrics", None)
        logged = set()
        for line in printed.splitlines():
            read = _line(line)
            if read is None:
                self.findings.add("a line that is no JSON", None, repr(line[:300]))
            elif "traceback" in read:
                self.findings.add(f"a traceback: {read.get('error')}", None, str(read))
            else:
                logged.add(read.get("request_id"))
        for request_id, sent in self.must_be_logged.items():
            if request_id not in logged:
                self.findings.add("a call without a log line", sent, request_id)
        return len(logged & set(self.must_be_logged))


def _error_of(answer: Any) -> dict[str, Any]:
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, dict) else {}


def _is_error_shape(answer: Any, error: dict[str, Any], request_id: str) -> bool:
    texts = (error.get(name) for name in ("type", "message", "fix"))
    return (
        isinstance(answer, dict)
        and answer.get("success") is False
        and answer.get("request_id") == request_id
        and all(isinstance(one, str) and one for one in texts)
    )


def _line(line: bytes) -> dict[str, Any] | None:
    read: Callable[[bytes], Any] = json.loads
    try:
        found = read(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
