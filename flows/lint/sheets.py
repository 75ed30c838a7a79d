"""Checks of nodes that read and write Google sheets."""

from __future__ import annotations

from collections.abc import Iterator

from flowhook.errors import InvalidInput
from flowhook.providers.google_sheets import SheetLink
from flows.actions.link_google_sheet import link_google_sheet, row_data, writes
from flows.definition.definition import Node
from flows.lint import CRITICAL, WARNING, Issue, LintTarget, check
from flows.model.action import Action


def sheets(target: LintTarget) -> Iterator[tuple[Node, Action]]:
    for node in target.nodes:
        for action in node.actions:
            if action.kind.execute is link_google_sheet:
                yield node, action


@check
def sheets_have_a_link(target: LintTarget) -> Iterator[Issue]:
    """A sheet is given by its link, as the browser shows it; a published one can only be read."""
    for node, action in sheets(target):
        try:
            link = SheetLink.read(action.text("url"))
        except InvalidInput:
            message = f"Google sheet node {node.label} has no link of a Google sheet"
            yield Issue(CRITICAL, message, node.uuid)
            continue
        if link.is_published and writes(action):
            message = f"Google sheet node {node.label} writes to a published link, which only reads"
            yield Issue(CRITICAL, message, node.uuid)


@check
def sheets_name_a_row(target: LintTarget) -> Iterator[Issue]:
    """A node that reads names the key of a row, one that writes has at least one cell."""
    for node, action in sheets(target):
        if writes(action) and not any(row_data(action)):
            message = f"Google sheet node {node.label} writes an empty row"
            yield Issue(WARNING, message, node.uuid)
        elif not writes(action) and not action.text("row").strip():
            message = f"Google sheet node {node.label} names no row and always takes Failure"
            yield Issue(CRITICAL, message, node.uuid)


@check
def sheets_are_written_by_an_account(target: LintTarget) -> Iterator[Issue]:
    """Only a service account writes to sheets: it is saved in the organisation's settings."""
    if target.context.writes_sheets is not False:
        return
    for node, action in sheets(target):
        if writes(action):
            message = (
                f"Google sheet node {node.label} always takes Failure: save a service account in "
                "the settings, under Google Sheets, and share the sheet with it as an Editor"
            )
            yield Issue(CRITICAL, message, node.uuid)


@check
def sheet_failures_are_routed(target: LintTarget) -> Iterator[Issue]:
    """A sheet may lack the row, or not be shared: the flow must say what the contact reads then."""
    for node, _ in sheets(target):
        if node.router is None or node.router.category_named("Failure") is None:
            message = f"Google sheet node {node.label} has no Failure branch"
            yield Issue(CRITICAL, message, node.uuid)
