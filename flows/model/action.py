"""Actions, which are the steps of a node, and their types: one module per type in flows/actions.

An action module registers a function `(Action, Sprint) -> ActionOutcome` under its type, together
with all that other modules need to know of it: no other file names an action's type. With the
outcome None the node continues with its next action; the other outcomes are the classes below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flowhook.registry import Registry
from flows.model.events import ActionSkipped
from flows.model.session import Message, WebhookAnswer
from flows.model.sprint import Sprint


@dataclass(frozen=True, slots=True)
class Action:
    """One action of a node; `source` is its JSON object.

    The readers below are lenient about scalars, since editors write numbers and texts for the same
    field.
    """

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

    @property
    def kind(self) -> ActionType:
        """The registered type; an unknown type has the defaults."""
        return actions.find(self.type) or UNKNOWN


@dataclass(frozen=True, slots=True)
class WebhookReply:
    """The action is complete and tells the router `Success` or `Failure`."""

    message: Message


@dataclass(frozen=True, slots=True)
class Parked:
    """The run waits; the action has called `Sprint.park`."""


@dataclass(frozen=True, slots=True)
class EnterFlow:
    """The run enters a sub-flow."""

    flow: str


@dataclass(frozen=True, slots=True)
class Loop:
    """The action refused to repeat itself; an `Exit Loop` message goes to the next router."""


@dataclass(frozen=True, slots=True)
class BrokenAction:
    """The run ends, because the action could not send its message."""

    reason: str


ActionOutcome = None | WebhookReply | Parked | EnterFlow | Loop | BrokenAction
SUCCESS = WebhookReply(Message(text="Success"))
FAILURE = WebhookReply(Message(text="Failure"))


Execute = Callable[[Action, Sprint], ActionOutcome]
Resume = Callable[[Action, int, WebhookAnswer, Sprint], ActionOutcome]


def skip_unknown(action: Action, sprint: Sprint) -> ActionOutcome:
    """Skip an action of an unregistered type, and report it in the trace."""
    reason = f"Unsupported action type {action.type[:60]}"
    sprint.emit(ActionSkipped, action=action.type[:60], reason=reason)
    return None


def nothing(_action: Action) -> Iterable[Any]:
    """No items: the default of an ActionType's lists."""
    return ()


@dataclass(frozen=True, slots=True)
class Editable:
    """A field of an action that may be changed without the flow editor.

    `read` gives its value from the action's JSON object, None where this one cannot be changed;
    `write` puts a new one into it. One that `is_translated` has the same shape in the flow's
    translations, a text there in a list.
    """

    read: Callable[[Mapping[str, Any]], Any]
    write: Callable[[dict[str, Any], Any], None]
    is_translated: bool = False


@dataclass(frozen=True, slots=True)
class ActionType:
    """Describes an action type to the engine, the reader, the linter and the pages.

    execute: runs the action. resume: continues with the answer to the call (by id) for which the
    action parked. required: keys that it must have beside uuid and type. pauses: its node waits
    before it continues, whatever its router. replies: the router of its node gets `Success` or
    `Failure` from it, and runs no test. asks_person: a person hears of the conversation.
    calls_webhook, is_message (its text goes to the contact), is_interactive (the contact is asked
    to choose). text_is_shown: `<%= %>` in its text is not evaluated. sets: names of the results it
    sets; sets_any: results that the flow does not name. evaluated: texts whose `<%= %>` is
    evaluated, each with its subject in a lint message. groups, contacts, enters: the collections,
    contacts and flows it refers to, as the editor writes them. languages: languages it refers to.
    edits: its Editable fields by their names in a change. missing: what it needs and this service
    has not, and what to do instead, for authors. words: its description in the picture of the flow;
    shape: the heading of its card there.
    """

    name: str = ""
    execute: Execute = skip_unknown
    resume: Resume | None = None
    required: tuple[str, ...] = ()
    pauses: bool = False
    replies: bool = False
    asks_person: bool = False
    calls_webhook: bool = False
    is_message: bool = False
    is_interactive: bool = False
    text_is_shown: bool = False
    sets_any: bool = False
    sets: Callable[[Action], Iterable[str]] = nothing
    evaluated: Callable[[Action], Iterable[tuple[str, str]]] = nothing
    groups: Callable[[Action], Iterable[dict[str, Any]]] = nothing
    contacts: Callable[[Action], Iterable[dict[str, Any]]] = nothing
    enters: Callable[[Action], Iterable[dict[str, Any]]] = nothing
    languages: Callable[[Action], Iterable[str]] = nothing
    edits: Mapping[str, Editable] = field(default_factory=dict)
    words: Callable[[Action], str] = lambda action: action.type.replace("_", " ")
    shape: str = "Action"
    missing: str = ""


UNKNOWN = ActionType()
actions: Registry[ActionType] = Registry("action")


def action(name: str, **about: Any) -> Callable[[Execute], Execute]:
    """Register an action type; `about` are the fields of ActionType.

    The decorated function executes the action; its docstring is the action's page.
    """

    def register(execute: Execute) -> Execute:
        actions.add(name, ActionType(name, execute, **about), execute)
        return execute

    return register


def result_name(action: Action) -> Iterable[str]:
    """The result that an action with a `result_name` sets."""
    return filter(None, [action.text("result_name")])


def evaluated_value(action: Action) -> Iterable[tuple[str, str]]:
    """The text of an action's `value`, or the texts in it, for `evaluated` of ActionType."""
    value = action.source.get("value")
    texts = value.values() if isinstance(value, dict) else [value]
    return [("Action value has", one) for one in texts if isinstance(one, str)]


def as_text(value: Any) -> str:
    """A JSON scalar as text; any other value gives an empty text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else ""
