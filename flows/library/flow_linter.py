"""The linter with the context of an organisation: its flows, keywords and templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Protocol

from flows.definition.definition import Flow
from flows.definition.interactive import Templates
from flows.library.library import Library
from flows.lint import FunctionSpec, Issue, LintContext, lint


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
        common_fields: frozenset[str],
        retired: RetiredBy,
    ) -> None:
        self.functions = functions
        self.common_fields = common_fields
        self.retired = retired

    def issues(
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
            common_fields=self.common_fields,
        )
        return lint(flow, context)
