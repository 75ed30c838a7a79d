"""Plays a flow in the terminal: the contact types, the flow answers, commands let time pass.

/wait            let the next timer run out        /results   show the flow's results
/image URL       send a picture (audio, video,     /resume {} send a result the flow waits for
                 document too)                     /restart   start again
/location 26 80  send a location                   /quit      leave
/help            show this again
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from flowhook.durations import duration
from flowhook.errors import FlowhookError, InvalidInput, NotFound
from flowhook.strict_json import UnreadableJson, read_value
from flows.definition.definition import Export
from flows.engine.engine import Engine
from flows.model.contact import Contact
from flows.model.events import Event, MsgCreated
from flows.model.session import Message, Session
from flows.model.text import whole_number
from flows.play.chat_view import ChatView
from flows.play.standalone import CallWebhook, SendRequest, StandaloneServices
from flows.sheets.access import SheetAccess

MEDIA = ("image", "audio", "video", "document")
PROMPT = "› "

Ask = Callable[[str], str]
"""Returns one line of the contact, like `input`; raises EOFError at the end."""


class Player:
    """Lets the user of a terminal play the contact of a flow."""

    def __init__(
        self,
        export: Export,
        view: ChatView,
        ask: Ask,
        *,
        functions: CallWebhook,
        http: SendRequest,
        sheets: SheetAccess,
        contact: Contact,
        flow: str = "",
    ) -> None:
        self.view = view
        self.ask = ask
        self.contact = contact
        self.ahead = timedelta()
        self.services = StandaloneServices(
            clock=lambda: datetime.now(UTC) + self.ahead,
            functions=functions,
            http=http,
            sheets=sheets,
        )
        self.services.add(export)
        view.find_flow, view.now = self.services.find_flow, self.services.now
        self.flow = self._chosen(export, flow)
        self.engine = Engine(self.services)
        self.session = Session(Contact.from_dict(contact.as_dict()))
        self.options: list[str] = []

    def _chosen(self, export: Export, flow: str) -> str:
        """The UUID of the flow with this keyword or UUID, or of the first. Raises NotFound."""
        found = self.services.find_keyword(flow) or flow or export.flows[0].uuid
        if self.services.find_flow(found) is None:
            named = ", ".join(f"{one.uuid} ({one.name})" for one in export.flows)
            raise NotFound(f"the file holds no flow {flow}", fix=f"It holds {named}.")
        return found

    def play(self) -> Session:
        """Play until the contact leaves; returns the final session."""
        self._help()
        self._start()
        while True:
            self._tell_waiting()
            try:
                line = self.ask(PROMPT).strip()
            except (EOFError, KeyboardInterrupt):
                return self.session
            if line == "/quit":
                return self.session
            if line:
                self._answer(line)

    def _help(self, _rest: str = "") -> None:
        self.view.note((__doc__ or "").partition("\n\n")[2])

    def _start(self) -> None:
        self.session = Session(Contact.from_dict(self.contact.as_dict()))
        self._do(lambda: self.engine.start(self.session, self.flow))

    def _answer(self, line: str) -> None:
        commands: dict[str, Callable[[str], None]] = {
            "/help": self._help,
            "/wait": self._wait,
            "/results": self._show_results,
            "/resume": self._resume,
            "/restart": lambda _: self._start(),
            "/location": self._locate,
            **{f"/{kind}": self._sender(kind) for kind in MEDIA},
        }
        name, _, rest = line.partition(" ")
        command = commands.get(name)
        if command is not None:
            command(rest.strip())
        elif name.startswith("/"):
            self.view.note(f"there is no command {name}; /help lists them")
        else:
            self._say(line)

    def _say(self, line: str) -> None:
        """Send a text; the number of an option chooses the option."""
        number = whole_number(line)
        if number and number <= len(self.options):
            title = self.options[number - 1]
            message = Message(text=title, type="quick_reply", interactive={"title": title})
        else:
            message = Message(text=line)
        self.view.said(message.text)
        self._do(lambda: self.engine.receive(self.session, message))

    def _sender(self, kind: str) -> Callable[[str], None]:
        def send(url: str) -> None:
            self.view.said(f"{kind} {url}")
            self._do(lambda: self.engine.receive(self.session, Message(type=kind, url=url)))

        return send

    def _locate(self, place: str) -> None:
        try:
            latitude, longitude = map(float, place.replace(",", " ").split())
        except ValueError:
            self.view.note("/location takes a latitude and a longitude")
            return
        message = Message(type="location", latitude=latitude, longitude=longitude)
        self.view.said(f"📍 {latitude}, {longitude}")
        self._do(lambda: self.engine.receive(self.session, message))

    def _wait(self, _rest: str) -> None:
        due = self.session.next_wakeup()
        if due is None:
            self.view.note("nothing is waiting for a time")
            return
        self.ahead += max(due - self.services.now(), timedelta())
        self._do(lambda: self.engine.wake(self.session))

    def _resume(self, written: str) -> None:
        def resume() -> list[Event]:
            try:
                result: Any = read_value(written or "{}")
            except UnreadableJson:
                result = None
            if not isinstance(result, dict):
                raise InvalidInput(
                    "/resume takes a JSON object", fix='Such as /resume {"found": true}.'
                )
            run = self.session.active_run()
            return self.engine.resume(self.session, run.flow if run else self.flow, result)

        self._do(resume)

    def _show_results(self, _rest: str) -> None:
        run = self.session.active_run() or self.session.ending
        shown = orjson.dumps(run.results if run else {}, option=orjson.OPT_INDENT_2)
        self.view.note(shown.decode())

    def _do(self, step: Callable[[], list[Event]]) -> None:
        try:
            events = step()
        except FlowhookError as error:
            self.view.note(f"{error.message.rstrip('.')}. {error.fix}")
            return
        self.options = []
        for event in events:
            self.view.show(event, self.session.contact.id)
            if isinstance(event, MsgCreated) and event.options:
                self.options = [str(option["title"]) for option in event.options]

    def _tell_waiting(self) -> None:
        due = self.session.next_wakeup()
        if due is not None:
            left = duration(max(0.0, (due - self.services.now()).total_seconds()))
            self.view.note(f"(goes on by itself in {left}; /wait lets the time pass)")
        elif self.session.active_run() is None:
            self.view.note(f"(the flow is {self.session.status}; /restart starts again)")
