"""Rows of the log as pages show them: beginnings of question and answer, names and cost.

Names of contacts and flows are those that the call gave, which are sealed with its request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from answers.guardrails.masking.placeholders import AS_MADE
from flowhook.records.log import LogFilter, texts_in
from flowhook.records.routes import asked_filter
from flowhook.usage.csv_text import csv_text
from web.explanations import explain
from web.page_services import PageServices
from webhooks.fields import is_variable

PREVIEW_CHARACTERS = 120
ASKED = ("question_text", "prompt", "text", "description", "question", "input", "speech")
CALLER = frozenset({"organization_id", "contact", "contact_id", "flow", "flow_id"})
COLUMNS = (
    "time", "function", "status", "question", "answer", "contact", "contact_name", "flow",
    "flow_name", "prompt", "model", "input_tokens", "output_tokens", "cost", "milliseconds",
    "request_id",
)  # fmt: skip


class LogRows:
    """Finds calls, and adds what a person looks for to their entries."""

    def __init__(self, services: PageServices) -> None:
        self.services = services

    def wanted(self, org: str) -> LogFilter:
        """The filter of the query; a flow of this service may be given by its name."""
        asked = asked_filter()
        named = [uuid for uuid, name in self._flow_names(org).items() if name == asked.flow]
        return replace(asked, flow=named[0]) if named else asked

    def rows(self, org: str, entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The entries, which hold request and response, each with texts, flow's name and cost."""
        names = self._flow_names(org)
        return [self._row(entry, names.get(entry["flow"], "")) for entry in entries]

    def _row(self, entry: Mapping[str, Any], flow_name: str) -> dict[str, Any]:
        function = self.services.dispatcher.functions.find(entry["function"])
        price = self.services.prices.find(entry["model"]) if entry["model"] else None
        return {
            **entry,
            "prompt": entry.get("prompt", ""),
            "question": _text_of(entry.get("request"), ASKED),
            "answer": _answer_of(entry, function.main if function else ""),
            "function": entry.get("asked") or entry["function"],
            "contact_name": name_in(entry.get("request"), "contact"),
            "flow_name": flow_name or name_in(entry.get("request"), "flow"),
            "why": failure_of(entry),
            "cost": price.cost(entry["input_tokens"], entry["output_tokens"]) if price else None,
        }

    def _flow_names(self, org: str) -> dict[str, str]:
        entries = self.services.conversations.flows.library(org).entries
        return {uuid: entry.draft.name for uuid, entry in entries.items()}


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows as a table, questions and answers whole."""
    return csv_text(COLUMNS, [[row[name] for name in COLUMNS] for row in rows])


def preview(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= PREVIEW_CHARACTERS else line[: PREVIEW_CHARACTERS - 1] + "…"


def failure_of(entry: Mapping[str, Any]) -> dict[str, str] | None:
    """What went wrong in a call, how to fix it, and who does."""
    if entry["status"] == "ok":
        return None
    known = explain(entry["status"])
    response = entry.get("response")
    found = response.get("error") if isinstance(response, Mapping) else None
    error = found if isinstance(found, Mapping) else {}
    return {
        "message": str(error.get("message") or entry["status"]),
        "fix": str(error.get("fix") or (known.fix if known else "")),
        "fixed_by": known.fixed_by if known else "operator",
    }


def name_in(body: Any, of: str) -> str:
    """The name of the contact or flow as the call gave it: in an object, or as a plain text. The
    log has none where names are masked."""
    given = body.get(of) if isinstance(body, Mapping) else None
    name = given.get("name") if isinstance(given, Mapping) else given
    if not isinstance(name, str) or is_variable(name) or AS_MADE.fullmatch(name):
        return ""
    return preview(name)


def _answer_of(entry: Mapping[str, Any], main: str) -> str:
    """The main result, or the message of what failed."""
    response = entry.get("response")
    error = response.get("error") if isinstance(response, Mapping) else None
    if isinstance(error, Mapping):
        return str(error.get("message") or "")
    return _text_of(response, (main,))


def _text_of(body: Any, names: tuple[str, ...]) -> str:
    """The first of the fields that is text, else whatever text there is first but who called."""
    if not isinstance(body, Mapping):
        return ""
    named = [body[name] for name in names if isinstance(body.get(name), str)]
    rest = {name: value for name, value in body.items() if name not in CALLER}
    return next((text for text in named if text), "" if named else next(texts_in(rest), ""))
