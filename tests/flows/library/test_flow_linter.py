"""Issues are found once for a revision among the same other flows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flows.library.flow_linter import KEPT, FlowLinter
from flows.library.library import Library
from tests.flows.building import export_of


class Retired:
    """No model is gone; `asked` counts the flows linted, each of which asks once."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, today: date) -> Mapping[str, str]:
        self.asked += 1
        return {}


def test_issues_are_found_once_while_the_library_is_the_same() -> None:
    retired, among = Retired(), Library({}, {})
    linter = FlowLinter({}, retired)
    (flow,) = export_of([{"uuid": "f", "nodes": [{"id": "n", "enter": "gone"}]}]).flows
    found = linter.issues(flow, among)
    assert "Could not find Sub Flow: x" in [one.message for one in found]
    assert linter.issues(flow, among) == found
    assert retired.asked == 1
    assert linter.issues(flow, Library({}, {})) == found
    assert retired.asked == 2


def test_only_the_latest_flows_are_kept() -> None:
    retired, among = Retired(), Library({}, {})
    linter = FlowLinter({}, retired)
    nodes = [{"id": "n", "send": "hello"}]
    flows = [export_of([{"uuid": f"f{at}", "nodes": nodes}]).flows[0] for at in range(KEPT + 1)]
    for flow in flows:
        linter.issues(flow, among)
    linter.issues(flows[-1], among)
    assert retired.asked == KEPT + 1
    linter.issues(flows[0], among)
    assert retired.asked == KEPT + 2
