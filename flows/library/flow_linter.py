"""The linter with the context of an organisation: its flows, keywords and templates."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Protocol

from flows.definition.definition import Flow
from flows.definition.interactive import Templates
from flows.library.library import Library
from flows.lint import FunctionSpec, Issue, LintContext, lint

KEPT = 200  # flows whose issues are cached


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
    ) -> None:
        self.functions = functions
        self.retired = retired
        self._kept: OrderedDict[int, tuple[Flow, Library, date, list[Issue]]] = OrderedDict()

    def issues(self, flow: Flow, library: Library) -> list[Issue]:
        """The issues of a revision, cached for the day as long as the library is the same."""
        today = datetime.now(UTC).date()
        held = self._kept.get(id(flow))  # the cache references the flow, so its id is unique
        if held is not None and held[1] is library and held[2] == today:
            return held[3]
        found = self.issues_of_import(flow, library)
        self._kept[id(flow)] = (flow, library, today, found)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

    def issues_of_import(
        self,
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
        )
        return lint(flow, context)
