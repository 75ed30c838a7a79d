"""What the linter is told of an organisation: its flows, keywords and templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Protocol

from flows.definition.definition import Flow
from flows.definition.interactive import Templates
from flows.library.library import Library
from flows.lint import FunctionSpec, Issue, LintContext, lint


class RetiredBy(Protocol):
    """The models that are gone by a day, each with its successor."""

    def __call__(self, today: date) -> Mapping[str, str]: ...


class FlowLinter:
    """Lints flows among an organisation's others.

    Collections, contacts and approved templates are not checked: the first come to be when a
    flow names them, the others live elsewhere.
    """

    def __init__(
        self,
        functions: Mapping[str, FunctionSpec],
        retired: RetiredBy,
    ) -> None:
        self.functions = functions
        self.retired = retired

    def issues(
        self,
        flow: Flow,
        library: Library,
        beside: Iterable[Flow] = (),
        templates: Sequence[Mapping[str, Any]] = (),
    ) -> list[Issue]:
        """`beside` and `templates` come with the flow and are not in the library yet."""
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
