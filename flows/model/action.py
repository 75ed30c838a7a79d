"""What the nodes of a flow do: one module per action type.

An action module registers a function `(Action, Sprint) -> Outcome` under its type. None lets
the node go on to its next action; the other outcomes are the classes below. A module needs no
import of the flow definition, which reads actions through this registry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flowhook.registry import Registry
from flows.model.session import Message
from flows.model.sprint import Sprint


@dataclass(frozen=True, slots=True)
class Action:
    """One action of a node. `source` is its JSON object; readers below are lenient about
    scalars, because editors write numbers and texts for the same field."""

    uuid: str
    type: str
    delay_seconds: float
    source: Mapping[str, Any]

    def text(self, key: str) -> str:
        return as_text(self.source.get(key))

    def items(self, key: str) -> list[Any]:
        value = self.source.get(key)
        return value if isinstance(value, list) else []

    def objects(self, key: str) -> list[dict[str, Any]]:
        return [item for item in self.items(key) if isinstance(item, dict)]

    def map(self, key: str) -> dict[str, Any]:
        value = self.source.get(key)
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class WebhookReply:
    """The action is done and says so to the router: `Success` or `Failure`."""

    message: Message


@dataclass(frozen=True, slots=True)
class Parked:
    """The run waits; `Sprint.park` has been called."""


@dataclass(frozen=True, slots=True)
class EnterFlow:
    """Go into a sub-flow."""

    flow: str


@dataclass(frozen=True, slots=True)
class Loop:
    """The action refused to repeat itself; an `Exit Loop` message travels on."""


@dataclass(frozen=True, slots=True)
class BrokenAction:
    """The run is ended after this sprint, which itself goes on: the message was not sent."""

    reason: str


ActionOutcome = None | WebhookReply | Parked | EnterFlow | Loop | BrokenAction
SUCCESS = WebhookReply(Message(text="Success"))
FAILURE = WebhookReply(Message(text="Failure"))


@dataclass(frozen=True, slots=True)
class ActionType:
    """`required` are the keys an action must have beside uuid and type."""

    name: str
    required: tuple[str, ...]
    execute: Callable[[Action, Sprint], ActionOutcome]


actions: Registry[ActionType] = Registry("action")
Execute = Callable[[Action, Sprint], ActionOutcome]


def action(name: str, required: tuple[str, ...] = ()) -> Callable[[Execute], Execute]:
    """Register an action type; the decorated function's docstring is its page."""

    def register(execute: Execute) -> Execute:
        actions.add(name, ActionType(name, required, execute), execute)
        return execute

    return register


def as_text(value: Any) -> str:
    """A scalar of JSON as text; anything else is empty."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else ""
