"""Find problems of a flow before a contact does.

A check is a function `(LintTarget) -> Iterator[Issue]`, registered under its own name. Everything
outside the flow that checks need (webhook functions, other flows, collections) is in
`LintContext`; checks of a part that is None are skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from answers.prompts.known_prompts import KnownPrompts
from flowhook.registry import Registry, load
from flowhook.turns import in_turns
from flows.definition.definition import Flow, Node
from flows.definition.interactive import Templates
from flows.lint.graph import Graph
from flows.model.contact import LANGUAGES, Language

Found = TypeVar("Found")

CRITICAL = "Critical"
WARNING = "Warning"

NO_TEMPLATES = Templates()
MAX_FINDINGS = 200  # of one check; nobody needs more at once


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding; `node` is the UUID of the node, empty for the whole flow."""

    severity: str
    message: str
    node: str = ""
    check: str = ""

    def as_dict(self) -> dict[str, str]:
        return {"severity": self.severity, "message": self.message, "node": self.node}


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """The fields of a webhook function; `results` None means that it may return any key, and
    `asks_person` that a person answers it."""

    fields: frozenset[str]
    required: frozenset[str] = frozenset()
    results: frozenset[str] | None = None
    asks_person: bool = False


@dataclass(frozen=True)
class LintContext:
    """Everything outside a flow that checks need; None means unknown.

    functions: webhook functions by name. retired_models: model to its successor, or "".
    flows: UUID to name. keywords: cleaned keyword of a published flow to that flow's UUID.
    groups: collection ids and names. contacts: ids. interactive: templates of interactive
    messages. templates: UUIDs of approved message templates. waiting_nodes: nodes of this flow
    on which contacts are waiting. writes_sheets: whether the organisation has a Google account.
    prompts: the organisation's saved prompts. knowledge: the names of its bases of documents.
    asks_not_found: whether its inbox takes questions whose answer was not found.
    """

    functions: Mapping[str, FunctionSpec] | None = None
    retired_models: Mapping[str, str] = field(default_factory=dict)
    flows: Mapping[str, str] | None = None
    keywords: Mapping[str, str] = field(default_factory=dict)
    groups: frozenset[str] | None = None
    contacts: frozenset[str] | None = None
    interactive: Templates = NO_TEMPLATES
    templates: frozenset[str] | None = None
    waiting_nodes: frozenset[str] = frozenset()
    writes_sheets: bool | None = None
    prompts: KnownPrompts | None = None
    knowledge: frozenset[str] | None = None
    asks_not_found: bool | None = None
    languages: Sequence[Language] = LANGUAGES


@dataclass(frozen=True, slots=True)
class LintTarget:
    """The flow being checked, with its context and graph; `known` is what `once` has made."""

    flow: Flow
    context: LintContext
    graph: Graph
    known: dict[object, Any] = field(default_factory=dict)

    @property
    def nodes(self) -> Iterator[Node]:
        """The nodes, between two of which other requests go on."""
        return in_turns(self.flow.nodes.values())

    def once(self, key: object, make: Callable[[], Found]) -> Found:
        """Make a value at the first call alone: one template's text may stand at many nodes."""
        if key not in self.known:
            self.known[key] = make()
        found: Found = self.known[key]
        return found

    def label(self, locale: str) -> str:
        """The name of a locale's language, or the locale itself."""
        found = (one.label for one in self.context.languages if one.locale == locale)
        return next(found, locale)


Check = Callable[[LintTarget], Iterator[Issue]]
checks: Registry[Check] = Registry("lint check")


def check(function: Check) -> Check:
    """Register a check; its docstring tells authors what it finds."""
    checks.add(function.__name__, function, function)
    return function


def lint(flow: Flow, context: LintContext | None = None) -> list[Issue]:
    """All issues of a flow without duplicates, Critical ones first."""
    load(__name__)
    if not flow.nodes:
        return [Issue(CRITICAL, "Flow is empty", check="flow_is_empty")]
    target = LintTarget(flow, context or LintContext(), Graph(flow))
    found = [
        Issue(issue.severity, issue.message, issue.node, name)
        for name in in_turns(checks.names())
        for issue in _findings(name, target)
    ]
    return sorted(dict.fromkeys(found), key=lambda issue: issue.severity != CRITICAL)


def _findings(name: str, target: LintTarget) -> Iterator[Issue]:
    function = checks.find(name)
    return islice(function(target), MAX_FINDINGS) if function else iter(())
