"""A simulated conversation as it grows into a script, which plays and passes on the same flow.

What came from outside is kept beside the turns (answers of functions, of the author's own server
and rows of sheets), each turn with what the flow sent and its status, the seconds since the turn
before, and the seed where chance had a part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson

from flows.model.contact import Contact
from flows.model.events import Event, MsgCreated
from flows.model.session import HttpAnswer, Message, Session, WebhookAnswer, WebhookPending
from flows.play.script_schema import ScriptMessageSchema
from flows.sheets.access import SheetAccess
from flows.sheets.table import KEY, Row

MAX_TURNS, MAX_BYTES = 200, 512 * 1024
SILENT = "silent"  # a key of turns that no script has
GLOBAL = re.compile(rb"\bglobal\.(\w+)", re.IGNORECASE)
KEPT_MEDIA = re.compile(rb'https?://[^/\s"\\]+/media/[\w-]{1,64}\.[\w-]{43}\.([a-z0-9]{3,4})\b')

Json = dict[str, Any]


def new_recording(flow: str, contact: Contact, now: datetime) -> Json:
    """A script without turns; `at` is the time of its last turn."""
    plain = asdict(Contact(contact.id))
    known = {name: value for name, value in contact.as_dict().items() if value != plain.get(name)}
    begun = {"flow": flow, "now": now.isoformat(), "at": now.isoformat()}
    return {**begun, "contact": {"id": contact.id, **known}, "turns": []}


def step_of(message: Message | None, *, starts: bool = False, is_silent: bool = False) -> Json:
    """The step of a turn: a start, what the contact sent, or time that passed, in which the flow
    waited for the contact if `is_silent`."""
    if starts:
        return {"starts": ""}
    if message is None:
        return {"waits": 0, SILENT: True} if is_silent else {"waits": 0}
    sent = {
        name: value
        for name, value in asdict(message).items()
        if name in ScriptMessageSchema().fields and value not in ("", None)
    }
    is_text = message.type == "text" and sent.keys() <= {"text", "type"}
    return {"says": message.text} if is_text else {"sends": sent}


def add_turn(
    recording: Json, step: Json, events: Sequence[Event], session: Session, now: datetime
) -> Json | None:
    """The recording with one more turn; None once it is too long to be kept."""
    passed = (now - datetime.fromisoformat(recording["at"])).total_seconds()
    timed = {"waits": passed} if "waits" in step else {"after": passed} if passed else {}
    sent = [_sent(event) for event in events if isinstance(event, MsgCreated)]
    *before, last = recording["turns"] or [{}]
    changes = last if last.keys() == {"language"} else {}  # made since the turn before
    turns = before if changes else recording["turns"]
    turn = {**step, **timed, **changes, "sent": sent, "status": session.status}
    grown = {**recording, "at": now.isoformat(), "turns": [*turns, turn]}
    is_kept = len(grown["turns"]) <= MAX_TURNS and len(orjson.dumps(grown)) <= MAX_BYTES
    return grown if is_kept else None


def change_language(recording: Json, locale: str) -> None:
    """Note that the contact's language was changed from outside."""
    turns = recording["turns"]
    if turns and turns[-1].keys() == {"language"}:
        turns.pop()
    turns.append({"language": locale})


def script_file(
    recording: Json, flows: Any, globals: Mapping[str, Any], organisation: str, timezone: str
) -> bytes:
    """The script of a recording, with the globals that the flows mention.

    Links to media kept here become examples: they last a day, and name this service.
    """
    named = {name.decode() for name in GLOBAL.findall(orjson.dumps(flows))}
    script = {key: value for key, value in recording.items() if key != "at"}
    script["turns"] = [
        {key: value for key, value in turn.items() if key != SILENT}
        for turn in recording["turns"]
        if turn.keys() != {"language"}
    ]
    script |= {"organization_id": organisation, "timezone": timezone}
    script["globals"] = {key: value for key, value in globals.items() if key in named}
    written = orjson.dumps(script, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return KEPT_MEDIA.sub(rb"https://example.org/media.\1", written)


class Answers:
    """What came from outside, noted in a recording."""

    def __init__(self, recording: Json | None) -> None:
        self.recording: Json = {} if recording is None else recording

    def of_function(self, name: str, answer: WebhookAnswer | WebhookPending) -> None:
        if isinstance(answer, WebhookAnswer):
            told = {"error": answer.error} if answer.error else {}
            self._add("functions", name, {"status": answer.status, "body": answer.body, **told})

    def of_server(self, url: str, answer: HttpAnswer) -> None:
        self._add("requests", url, {"status": answer.status, "text": answer.text})

    def of_sheet(self, url: str, row: Row | None) -> None:
        lines = self.recording.setdefault("sheets", {}).setdefault(url, [[KEY]])
        if row is None:
            return
        lines[0] += [name for name in row if name not in lines[0]]
        lines.append([row.get(name, "") for name in lines[0]])

    def _add(self, kind: str, name: str, answer: Json) -> None:
        self.recording.setdefault(kind, {}).setdefault(name, []).append(answer)


class RecordedSheets:
    """Sheets whose rows are noted as they are read."""

    def __init__(self, sheets: SheetAccess, answers: Answers) -> None:
        self.sheets = sheets
        self.answers = answers

    def read(self, url: str, key: str) -> Row | None:
        row = self.sheets.read(url, key)
        self.answers.of_sheet(url, row)
        return row

    def append(self, url: str, where: str, row: Sequence[str]) -> bool:
        is_written = self.sheets.append(url, where, row)
        self.answers.of_sheet(url, None)
        return is_written


def _sent(event: MsgCreated) -> str | Json:
    """What a script states of a message: its text, or an object with its media and options."""
    more: Json = {"url": event.url} if event.url else {}
    if event.options:
        more["options"] = [{"title": option["title"]} for option in event.options]
    return {"text": event.text, **more} if more else event.text
