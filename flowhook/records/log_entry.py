"""The record of one webhook call, for standard output and the organisation's log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from flowhook.records.shortened import shortened_json

QUESTION_SET = "question_set"
"""In `called_by`: a run of a question set, or its judge, made the call."""


@dataclass(slots=True)
class LogEntry:
    """The record of one call.

    `status` is the error type or "ok"; `http_status` what the caller got; `called_by` the function
    whose model made this call, which has the same request id, or QUESTION_SET. `prompt` is the
    saved prompt's version that answered, as `farmer_help@3`. `source` tells what answered where
    the organisation has approved answers, and `answer_id` which of these did. `knowledge` are the
    bases of documents that the call named, by comma, `found` whether they held the answer, and
    `sources` in how many places. `guardrail` is the policy of the organisation's guardrails that
    spoke, and `replied` whether its reply stands in the place of an answer. `asked` is the name
    that was asked for where no function has it.
    It, `request` and `response` are kept only in the organisation's log, redacted, shortened and
    encrypted. `nested_tokens` are those of functions that its model called, which have entries of
    their own; nobody stores them, nor the `passages` that the call of a question set was answered
    from.
    """

    organization_id: str | None
    function: str
    request_id: str
    status: str
    http_status: int
    milliseconds: float
    at: float  # epoch seconds when the call began
    contact: str = ""
    flow: str = ""
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    nested_tokens: int = 0
    token_id: str | None = None
    called_by: str = ""
    prompt: str = ""
    source: str = ""
    answer_id: str = ""
    knowledge: str = ""
    found: bool = False
    sources: int = 0
    guardrail: str = ""
    replied: bool = False
    passages: tuple[str, ...] = field(default=(), repr=False)
    asked: str = ""
    request: Any = field(default=None, repr=False)
    response: Any = field(default=None, repr=False)
    _body: bytes = field(default=b"", init=False, repr=False)

    def body(self) -> bytes:
        """Return what the log keeps of request and response, as JSON of a bounded size.

        The first time it replaces them: an entry that waits must not hold a large request.
        """
        if not self._body:
            request = shortened_json(self.request, self.status)
            response = shortened_json(self.response, self.status)
            asked = b'"asked":%b,' % orjson.dumps(self.asked) if self.asked else b""
            self._body = b'{%b"request":%b,"response":%b}' % (asked, request, response)
            self.request = self.response = None
        return self._body

    def summary(self) -> dict[str, Any]:
        """What a log line may hold: names, outcome and numbers, never a contact's words."""
        found = {
            "request_id": self.request_id,
            "organization_id": self.organization_id,
            "function": self.function,
            "status": self.status,
            "http_status": self.http_status,
            "milliseconds": round(self.milliseconds, 1),
        }
        if self.called_by:
            found["called_by"] = self.called_by
        if self.prompt:
            found["prompt"] = self.prompt
        if self.source:
            found["source"] = self.source
        if self.guardrail:
            found["guardrail"] = self.guardrail
        if self.knowledge:
            found |= {"knowledge": self.knowledge, "found": self.found, "sources": self.sources}
        if self.model:
            found["model"] = self.model
            found["input_tokens"] = self.input_tokens
            found["output_tokens"] = self.output_tokens
        return found
