"""A conversation in the terminal: bubbles on both sides, numbered options.

Into a file it is plain lines of any length, as the author wrote them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from rich.align import Align
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from flowhook.durations import duration
from flows.definition.definition import Flow
from flows.definition.titles import node_title
from flows.model.events import (
    ActionSkipped,
    ContactFieldChanged,
    ContactGroupsChanged,
    ContactLanguageChanged,
    ContactNameChanged,
    Event,
    ExpressionFailed,
    FlowCompleted,
    FlowFailed,
    FlowInterrupted,
    FlowStarted,
    InputLabelled,
    MsgCreated,
    MsgIgnored,
    MsgNotSent,
    NodeEntered,
    ResultCleared,
    ResultSet,
    RouteTaken,
    SessionParked,
    SessionTriggered,
    TicketOpened,
    WebhookCalled,
)
from flows.play.readable import readable

NARROWEST, SHARE = 20, 0.7  # of a bubble: columns, and its part of the terminal's width
ICONS = {
    "image": "🖼",
    "audio": "🔊",
    "video": "🎬",
    "document": "📄",
    "sticker": "🏷",
    "location_request": "📍",
}
TRACED: dict[type[Event], str] = {
    FlowStarted: "flow [bold]{name}[/] starts",
    NodeEntered: "node {node}",
    RouteTaken: "  [cyan]{operand}[/] goes to [bold]{category}[/]",
    ResultSet: "  @results.{name} = [cyan]{value}[/]",
    ResultCleared: "  @results.{name} is cleared",
    ContactNameChanged: "  @contact.name = [cyan]{name}[/]",
    ContactLanguageChanged: "  @contact.language = [cyan]{language}[/]",
    ContactFieldChanged: "  @contact.fields.{key} = [cyan]{value}[/]",
    ContactGroupsChanged: "  collections: added {added}, removed {removed}",
    InputLabelled: "  labelled [cyan]{labels}[/]",
    WebhookCalled: "  {method} {url} answered {status} {error} [dim]{response}[/]",
    SessionParked: "  waits for {waiting}",
    FlowCompleted: "flow ends",
}
NOTED: dict[type[Event], str] = {
    FlowFailed: "[red]the flow failed: {reason}[/]",
    FlowInterrupted: "[yellow]a flow was ended: {reason}[/]",
    ActionSkipped: "[yellow]{action} was skipped: {reason}[/]",
    ExpressionFailed: "[yellow]Invalid Code: {reason}[/]",
    MsgNotSent: "[red]a message was not sent: {reason}[/]",
    MsgIgnored: "[yellow]{reason}[/]",
    SessionTriggered: "[yellow]would start {target_flow} for {contacts} {groups}[/]",
    TicketOpened: "[yellow]ticket: {body}[/]",
}


FindFlow = Callable[[str], Flow | None]


def utc_now() -> datetime:
    return datetime.now(UTC)


class ChatView:
    """Prints events; with `trace` also every node and every change of a variable.

    `find_flow` knows the flows whose names, and nodes' titles, stand in the place of UUIDs.
    """

    def __init__(
        self,
        console: Console,
        *,
        trace: bool = False,
        find_flow: FindFlow = lambda _: None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.console = console
        self.trace = trace
        self.find_flow = find_flow
        self.now = now

    def show(self, event: Event, contact: str) -> None:
        if isinstance(event, MsgCreated):
            self._bubble(event, contact)
            return
        pattern = self._pattern(event)
        if pattern:
            shown = {key: escape(value) for key, value in self._shown(event).items()}
            style = "dim" if type(event) in TRACED else ""
            self._print(pattern.format_map(shown), style)

    def _shown(self, event: Event) -> dict[str, str]:
        """The event's fields in words."""
        shown = {key: readable(value) for key, value in event.as_dict().items()}
        shown["node"] = self._title(event.flow, event.node)
        for name in ("flow", "target_flow"):
            flow = self.find_flow(shown.get(name, ""))
            shown |= {name: flow.name} if flow else {}
        if isinstance(event, SessionParked) and event.wakeup_at:
            left = (event.wakeup_at - self.now()).total_seconds()
            shown["waiting"] += f", at most {duration(max(0.0, left))}"
        return shown

    def _title(self, uuid: str, node: str) -> str:
        flow = self.find_flow(uuid)
        known = flow.nodes.get(node) if flow else None
        return node_title(known) if known else node

    def _print(self, line: str, style: str) -> None:
        self.console.print(
            line, style=style, highlight=False, soft_wrap=not self.console.is_terminal
        )

    def _pattern(self, event: Event) -> str:
        """The line to print with the event's fields; empty for an event that is not shown."""
        if isinstance(event, WebhookCalled) and event.error and not self.trace:
            return "[red]{url} failed: {error}[/]"
        if type(event) in TRACED:
            return TRACED[type(event)] if self.trace else ""
        if type(event) in NOTED or not event.is_noted:
            return NOTED.get(type(event), "")
        own = event.note().keys() - {"type", "flow", "node"}
        return "[yellow]{type}: " + ", ".join(f"{{{key}}}" for key in sorted(own)) + "[/]"

    def said(self, text: str) -> None:
        """Print the contact's message, on the right."""
        self._message(Text(text), "you", "green", is_right=True)

    def note(self, text: str) -> None:
        self._print(escape(text), "dim")

    def _bubble(self, event: MsgCreated, contact: str) -> None:
        body = Text(event.text)
        if event.url:
            icon = ICONS.get(event.kind, "📎")
            body = Text(f"{icon} {event.url}\n").append_text(body)
        elif event.kind == "location_request":
            body = Text(f"{ICONS[event.kind]} ").append_text(body)
        for number, option in enumerate(event.options, start=1):
            body.append(f"\n  {number}  ", style="bold cyan").append(_option(option))
        title = "flow" if event.contact == contact else f"to {event.contact}"
        self._message(body, title, "blue")

    def _message(self, body: Text, title: str, style: str, *, is_right: bool = False) -> None:
        if not self.console.is_terminal:
            self._print(escape(f"{title}: {body.plain}"), "")
            return
        panel = self._panel(body, title, style)
        self.console.print(Align.right(panel) if is_right else panel)

    def _panel(self, body: Text, title: str, style: str) -> Panel:
        widest = max(NARROWEST, int(self.console.width * SHARE))
        lines = (line.cell_len for line in body.split("\n"))
        return Panel(
            body,
            title=title,
            title_align="left",
            border_style=style,
            width=min(widest, max(lines, default=0) + 4 + len(title)),
        )


def _option(option: Mapping[str, Any]) -> str:
    description = option.get("description")
    return f"{option['title']} — {description}" if description else str(option["title"])
