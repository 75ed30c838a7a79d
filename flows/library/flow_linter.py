"""The linter with the context of an organisation: its flows, keywords and templates."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Protocol

from answers.knowledge.base_fields import names as names_of_bases
from answers.prompts.known_prompts import KnownPrompts
from answers.prompts.store import PromptStore
from flowhook.organisations.inbox_schema import takes_not_found
from flowhook.organisations.organisation import Organisation
from flows.definition.definition import Flow
from flows.definition.interactive import Templates
from flows.library.library import Library
from flows.lint import FunctionSpec, Issue, LintContext, lint

KEPT = 200  # flows whose issues are cached

Known = tuple[Flow, Library, date, bool | None, int, frozenset[str] | None, bool | None]


class RetiredBy(Protocol):
    """Returns the models retired by a date, each with its successor."""

    def __call__(self, today: date) -> Mapping[str, str]: ...


class FlowLinter:
    """Lints a flow in the context of its organisation's other flows.

    Collections, contacts and approved templates are not checked: a collection is created when a
    flow names it, and the others are kept elsewhere.
    """

    def __init__(
        self,
        functions: Mapping[str, FunctionSpec],
        retired: RetiredBy,
        settings: Callable[[str], Organisation] | None = None,
        prompts: PromptStore | None = None,
    ) -> None:
        """`settings` gives an organisation by its id; without it, or an id, neither its settings
        nor its bases of documents nor its saved `prompts` are known."""
        self.functions = functions
        self.retired = retired
        self.settings = settings
        self.prompts = prompts
        self._kept: OrderedDict[int, tuple[Known, list[Issue]]] = OrderedDict()

    def issues(self, org: str, flow: Flow, library: Library) -> list[Issue]:
        """The issues of a revision, cached for the day as long as nothing around it changes."""
        prompts = self._prompts(org)
        state = prompts.state if prompts else 0
        today, bases = datetime.now(UTC).date(), self._knowledge(org)
        sheets, not_found = self._writes_sheets(org), self._asks_not_found(org)
        known = (flow, library, today, sheets, state, bases, not_found)
        held = self._kept.get(id(flow))  # the cache references the flow, so its id is unique
        if held is not None and held[0][1] is library and held[0][2:] == known[2:]:
            return held[1]
        found = self.issues_of_import(org, flow, library)
        self._kept[id(flow)] = (known, found)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

    def issues_of_import(
        self,
        org: str,
        flow: Flow,
        library: Library,
        beside: Iterable[Flow] = (),
        templates: Sequence[Mapping[str, Any]] = (),
    ) -> list[Issue]:
        """The issues of a flow.

        `beside` and `templates` are imported together with it and are not in the library yet.
        """
        context = LintContext(
            functions=self.functions,
            retired_models=self.retired(datetime.now(UTC).date()),
            flows={
                **{uuid: entry.draft.name for uuid, entry in library.entries.items()},
                **{one.uuid: one.name for one in beside},
            },
            keywords=library.keywords,
            interactive=Templates((*library.interactive.values(), *templates)),
            writes_sheets=self._writes_sheets(org),
            prompts=self._prompts(org),
            knowledge=self._knowledge(org),
            asks_not_found=self._asks_not_found(org),
        )
        return lint(flow, context)

    def _writes_sheets(self, org: str) -> bool | None:
        """Whether the organisation has an account to write to sheets with; None: not known."""
        if self.settings is None or not org:
            return None
        return bool(self.settings(org).section("google_sheets").get("service_account"))

    def _asks_not_found(self, org: str) -> bool | None:
        """Whether the organisation's inbox takes what was not found; None: not known."""
        if self.settings is None or not org:
            return None
        return takes_not_found(self.settings(org).section("inbox"))

    def _knowledge(self, org: str) -> frozenset[str] | None:
        """The names of the organisation's bases of documents; None: not known."""
        if self.settings is None or not org:
            return None
        return frozenset(names_of_bases(self.settings(org).stored))

    def _prompts(self, org: str) -> KnownPrompts | None:
        """The organisation's saved prompts; None: not known."""
        if self.settings is None or self.prompts is None or not org:
            return None
        return KnownPrompts(self.prompts, self.settings(org))
