"""A flow ready to run: nodes, actions, routers, exits. Immutable, shared by all conversations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.model.action import Action

SWITCH, RANDOM = "switch", "random"  # types of routers


@dataclass(frozen=True, slots=True)
class Exit:
    """An exit; `destination` is the next node's UUID, None ends the flow."""

    uuid: str
    destination: str | None


@dataclass(frozen=True, slots=True)
class Category:
    uuid: str
    name: str
    exit: str


@dataclass(frozen=True, slots=True)
class Case:
    """A test of a switch; `type` is a name in flows.routers.cases, `category` a UUID."""

    uuid: str
    type: str
    arguments: tuple[str, ...]
    category: str


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait for a message; a `timeout_expression` overrides `timeout_seconds`."""

    timeout_seconds: int = 0
    timeout_expression: str = ""
    timeout_category: str = ""


@dataclass(frozen=True, slots=True)
class Router:
    """The router of a node; `type` is switch or random. A random one has no `default_category`."""

    type: str
    categories: tuple[Category, ...]
    cases: tuple[Case, ...] = ()
    operand: str = ""
    default_category: str = ""
    result_name: str = ""
    wait: Wait | None = None

    @property
    def is_random(self) -> bool:
        return self.type == RANDOM

    def category_named(self, name: str) -> Category | None:
        return next((one for one in self.categories if one.name == name), None)

    def category(self, uuid: str) -> Category | None:
        return next((one for one in self.categories if one.uuid == uuid), None)


@dataclass(frozen=True, slots=True)
class Node:
    uuid: str
    actions: tuple[Action, ...]
    exits: tuple[Exit, ...]
    router: Router | None = None

    @property
    def label(self) -> str:
        """The node's name in messages to authors: the last four characters of its UUID."""
        return self.uuid[-4:]

    @property
    def is_terminal(self) -> bool:
        return not any(one.destination for one in self.exits)

    @property
    def is_choice(self) -> bool:
        """Whether the node sends a message with buttons or a list."""
        return any(action.kind.is_interactive for action in self.actions)

    def destination(self, exit_uuid: str) -> str | None:
        return next((one.destination for one in self.exits if one.uuid == exit_uuid), None)


@dataclass(frozen=True, slots=True)
class Flow:
    """One revision of a flow; `source` is the definition as it was read, for export.

    `start` is the topmost node of the drawing, or empty if none can be found. `repeated` lists
    UUIDs that occur twice. `is_background` flows do not interrupt other conversations,
    `ignore_keywords` keeps every message inside the flow. `channel` is the one of Glific's that it
    is made for, empty for WhatsApp.
    """

    uuid: str
    name: str
    nodes: Mapping[str, Node]
    start: str
    localization: Mapping[str, Any]
    source: Mapping[str, Any]
    keywords: tuple[str, ...] = ()
    revision: int | str = 1
    is_active: bool = True
    is_background: bool = False
    is_template: bool = False
    ignore_keywords: bool = False
    repeated: tuple[str, ...] = ()
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """Glific's export format: several flows and what they need.

    `extra` keeps unknown keys, `entry_extra` those beside each definition, so that `as_dict` writes
    what was read.
    """

    flows: tuple[Flow, ...]
    contact_fields: tuple[Any, ...] = ()
    collections: tuple[Any, ...] = ()
    interactive_templates: tuple[Mapping[str, Any], ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    entry_extra: tuple[Mapping[str, Any], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        beside = self.entry_extra or ({},) * len(self.flows)
        return {
            **self.extra,
            "flows": [
                {**more, "definition": dict(flow.source), "keywords": list(flow.keywords)}
                for flow, more in zip(self.flows, beside, strict=True)
            ],
            "contact_field": list(self.contact_fields),
            "collections": list(self.collections),
            "interactive_templates": [dict(one) for one in self.interactive_templates],
        }
