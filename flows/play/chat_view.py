"""A conversation in the terminal: bubbles on both sides, numbered options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.align import Align
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

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

WIDEST = 60
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
    SessionParked: "  waits for {waiting} {wakeup_at}",
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


class ChatView:
    """Prints events; with `trace` also every node and every change of a variable."""

    def __init__(self, console: Console, *, trace: bool = False) -> None:
        self.console = console
        self.trace = trace

    def show(self, event: Event, contact: str) -> None:
        if isinstance(event, MsgCreated):
            self._bubble(event, contact)
            return
        pattern = self._pattern(event)
        if pattern:
            shown = {key: escape(_short(value)) for key, value in event.as_dict().items()}
            style = "dim" if type(event) in TRACED else ""
            self.console.print(pattern.format_map(shown), style=style, highlight=False)

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
        self.console.print(Align.right(self._panel(Text(text), "you", "green")))

    def note(self, text: str) -> None:
        self.console.print(escape(text), style="dim", highlight=False)

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
        self.console.print(self._panel(body, title, "blue"))

    def _panel(self, body: Text, title: str, style: str) -> Panel:
        width = min(WIDEST, max(20, self.console.width - 8))
        lines = (line.cell_len for line in body.split("\n"))
        return Panel(
            body,
            title=title,
            title_align="left",
            border_style=style,
            width=min(width, max(lines, default=0) + 4 + len(title)),
        )


def _option(option: Mapping[str, Any]) -> str:
    description = option.get("description")
    return f"{option['title']} — {description}" if description else str(option["title"])


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 300 else text[:300] + "…"
