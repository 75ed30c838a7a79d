"""Conversations as data: the contact's messages, and what the flow must send and save.

A script is JSON: `flow` (UUID, if there are several), `contact`, `functions` (answers of webhook
functions by name), `requests` (answers of the author's own server), `sheets` (rows of Google sheets
by their links, the first with the columns' names; a flow appends to them) and `turns`. A turn has
one step (`starts`, `says`, `sends`, `waits` seconds, `resumes`, `answers`) and may state its
outcome: `sent`, `results`, `contact`, `status`, `calls`, `events`. Before its step `after` seconds
pass, `seed` begins its chances anew, and `language` becomes the contact's. After each turn the
session is converted to JSON and back.

    {"turns": [{"starts": "", "sent": ["What is your name?"]},
               {"says": "Asha", "sent": ["Hello Asha"], "results": {"name.input": "Asha"}}]}

A stated text that ends with `…` only needs to match the beginning.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from flowhook.errors import FlowhookError, NotFound
from flowhook.organisations.organisation import DEFAULT_TIMEZONE
from flows.definition.definition import Export
from flows.engine.engine import Engine
from flows.model.bounds import check_bounds
from flows.model.contact import Contact
from flows.model.events import Event, MsgCreated, WebhookCalled
from flows.model.session import HttpAnswer, Message, Session, WebhookAnswer, WebhookPending
from flows.play.readable import quoted
from flows.play.script_schema import check_script
from flows.play.standalone import StandaloneServices
from flows.sheets.table import Row, read_table, row_key

MISSING = "(missing)"


class ScriptSheets:
    """Sheets as a script states them: lists of rows by their links."""

    def __init__(self, sheets: Mapping[str, Any]) -> None:
        self.sheets = {url: [list(map(str, row)) for row in rows] for url, rows in sheets.items()}

    def read(self, url: str, key: str) -> Row | None:
        return read_table(self._rows(url)).row(row_key(key))

    def append(self, url: str, where: str, row: Sequence[str]) -> bool:
        self._rows(url).append(list(row))
        return True

    def _rows(self, url: str) -> list[list[str]]:
        if url not in self.sheets:
            raise NotFound(f"the script has no sheet {url[:60]}")
        return self.sheets[url]


@dataclass
class ScriptResult:
    """The outcome of a script: the differences found, and the events of each turn."""

    differences: list[str] = field(default_factory=list)
    turns: list[list[Event]] = field(default_factory=list)
    session: Session | None = None


class ScriptPlayer:
    """Plays one script against the flows of an export.

    Raises InvalidInput for a malformed script.
    """

    def __init__(self, export: Export, script: Mapping[str, Any]) -> None:
        check_script(script)
        check_bounds(dict(script), what="the script")
        self.script = script
        self.moment = datetime.fromisoformat(script.get("now", "2026-01-02T06:30:00+00:00"))
        self.services = StandaloneServices(
            organization_id=script.get("organization_id", 1),
            globals=script.get("globals", {}),
            timezone=script.get("timezone", DEFAULT_TIMEZONE),
            random=random.Random(script.get("seed", 1)),
            clock=lambda: self.moment,
            functions=self._call_function,
            http=self._send_request,
            sheets=ScriptSheets(script.get("sheets", {})),
        )
        self.services.add(export)
        for known in script.get("contacts", ()):
            self.services.contacts[str(known["id"])] = Contact(**known)
        self._answers = {
            name: list(answers)
            for kind in ("functions", "requests")
            for name, answers in script.get(kind, {}).items()
        }
        self.flow = script.get("flow") or export.flows[0].uuid
        self.engine = Engine(self.services)
        self.session = Session(
            Contact.from_dict({"id": "1", "name": "Asha", **script.get("contact", {})})
        )

    def play(self) -> ScriptResult:
        """Play all turns."""
        played = ScriptResult()
        for number, turn in enumerate(self.script["turns"], start=1):
            try:
                events = self._do(turn)
            except FlowhookError as error:  # the turns after it are still played and compared
                events = []
                played.differences.append(f"turn {number}: cannot be played: {error.message}")
            played.turns.append(events)
            for difference in self._compare(turn, events):
                played.differences.append(f"turn {number}: {difference}")
            self.session = Session.from_dict(orjson.loads(orjson.dumps(self.session.as_dict())))
        played.session = self.session
        return played

    def _do(self, turn: Mapping[str, Any]) -> list[Event]:
        self.moment += timedelta(seconds=turn.get("after", 0))
        if "seed" in turn:
            self.services.random.seed(turn["seed"])
        if "language" in turn:
            self.session.contact.set_language(turn["language"])
        if "starts" in turn:
            uuid = self.services.find_keyword(turn["starts"]) or turn["starts"] or self.flow
            return self.engine.start(self.session, uuid, results=turn.get("with"))
        if "says" in turn:
            return self.engine.receive(self.session, Message(text=turn["says"]))
        if "sends" in turn:
            return self.engine.receive(self.session, Message(**turn["sends"]))
        if "waits" in turn:
            self.moment += timedelta(seconds=turn["waits"])
            return self.engine.wake(self.session)
        if "resumes" in turn:
            return self.engine.resume(self.session, self.flow, turn["resumes"])
        call_id = next((run.call for run in self.session.runs if run.call), 0)
        answer = WebhookAnswer(**turn["answers"])
        return self.engine.finish_webhook(self.session, call_id, answer)

    # --- answers from outside -----------------------------------------------------------

    def _call_function(self, name: str, _body: Mapping[str, Any]) -> WebhookAnswer | WebhookPending:
        answer = self._next_answer(name)
        if answer is None:
            raise NotFound(f"there is no webhook function {name[:60]!r}")
        if answer.get("pending"):
            return WebhookPending(answer.get("timeout_seconds", 60))
        return WebhookAnswer(answer.get("status", 200), answer.get("body"), answer.get("error", ""))

    def _send_request(
        self, _method: str, url: str, _headers: Mapping[str, str], _body: Mapping[str, Any]
    ) -> HttpAnswer:
        answer = self._next_answer(url)
        if answer is None:
            raise NotFound(f"the script has no answer for {url[:60]}")
        return HttpAnswer(answer.get("status", 200), answer.get("text", ""))

    def _next_answer(self, name: str) -> dict[str, Any] | None:
        answers = self._answers.get(name)
        if not answers:
            return None
        answer: dict[str, Any] = answers.pop(0) if len(answers) > 1 else answers[0]
        return answer

    # --- comparison ---------------------------------------------------------------------

    def _compare(self, turn: Mapping[str, Any], events: list[Event]) -> Iterator[str]:
        if "sent" in turn:
            sent = [event for event in events if isinstance(event, MsgCreated)]
            yield from _compare_lists("sent", turn["sent"], [one.as_dict() for one in sent])
        if "calls" in turn:
            calls = [event for event in events if isinstance(event, WebhookCalled)]
            yield from _compare_lists("calls", turn["calls"], [one.as_dict() for one in calls])
        if "events" in turn:
            shown = [one.as_dict() for one in events]
            for stated in turn["events"]:
                if not any(fits(stated, one) for one in shown):
                    among = ", ".join(str(one["type"]) for one in shown)
                    yield f"no event {quoted(stated)} among {among}"
        active = self.session.active_run()
        results = active.results if active else getattr(self.session.ending, "results", {})
        yield from _compare_paths("results", turn.get("results", {}), results)
        yield from _compare_paths(
            "contact", turn.get("contact", {}), self.session.contact.as_dict()
        )
        if turn.get("status", self.session.status) != self.session.status:
            yield f"status is {self.session.status!r}, not {turn['status']!r}"


def fits(stated: Any, found: Any) -> bool:
    """Whether a value has everything that was stated.

    >>> fits("Dear…", "Dear Asha"), fits({"a": 1}, {"a": 1, "b": 2}), fits([1], [1, 2])
    (True, True, False)
    """
    if isinstance(stated, str) and stated.endswith("…") and isinstance(found, str):
        return found.startswith(stated[:-1])
    if isinstance(stated, dict) and isinstance(found, Mapping):
        return all(fits(value, found.get(key, MISSING)) for key, value in stated.items())
    if isinstance(stated, list) and isinstance(found, list | tuple):
        return len(stated) == len(found) and all(map(fits, stated, found))
    return bool(stated == found)


def _compare_lists(name: str, stated: list[Any], found: list[dict[str, Any]]) -> Iterator[str]:
    key = "text" if name == "sent" else "url"
    if len(stated) == len(found):
        for one, got in zip(stated, found, strict=True):
            compared = got[key] if isinstance(one, str) else got
            if not fits(one, compared):
                yield f"{name} {quoted(compared)}, not {quoted(one)}"
        return
    yield f"{name} {len(found)} times, not {len(stated)}"
    left = list(found)
    for one in stated:
        met = next(
            (got for got in left if fits(one, got[key] if isinstance(one, str) else got)), None
        )
        if met is None:
            yield f"{name} without {quoted(one)}"
        else:
            left.remove(met)
    for got in left:
        yield f"{name} also {quoted(got[key])}"


def _compare_paths(name: str, stated: Mapping[str, Any], found: Any) -> Iterator[str]:
    for path, value in stated.items():
        got = found
        for part in path.split("."):
            got = got.get(part, MISSING) if isinstance(got, Mapping) else MISSING
        if not fits(value, got):
            yield f"{name} {path} is {quoted(got)}, not {quoted(value)}"
