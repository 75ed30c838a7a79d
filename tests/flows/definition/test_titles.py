"""By what an author knows a node."""

from __future__ import annotations

from typing import Any

import pytest

from flows.definition.titles import in_order, node_title
from tests.flows.building import export_of


@pytest.mark.parametrize(
    ("node", "title"),
    [
        ({"id": "n", "send": "What is\n your name? "}, "What is"),
        ({"id": "n", "send": "x" * 90}, "x" * 59 + "…"),
        (
            {
                "id": "n",
                "actions": [
                    {"type": "set_run_result", "name": "turn", "category": "", "value": "1"},
                    {"type": "send_msg", "text": "Hello"},
                ],
            },
            "Hello",
        ),
        ({"id": "n", "wait": {"result": "name"}, "else": None}, "@results.name"),
        ({"id": "abcdef", "wait": {}, "else": None}, "Other"),
        (
            {"id": "n", "wait": {}, "cases": [["has_phrase", ["1"], "One", None]], "else": None},
            "One / Other",
        ),
        ({"id": "abcdef", "send": ""}, "cdef"),
        ({"id": "n", "split": "@results.a", "else": None}, "@results.a"),
    ],
)
def test_a_node_is_called_by_its_words(node: dict[str, Any], title: str) -> None:
    (flow,) = export_of([{"uuid": "f", "nodes": [node]}]).flows
    assert node_title(flow.nodes[node["id"]]) == title


def test_nodes_come_as_a_conversation_reaches_them() -> None:
    nodes = [
        {"id": "a", "send": "A", "to": "c"},
        {"id": "b", "send": "B"},
        {"id": "c", "send": "C", "to": "a"},
    ]
    (flow,) = export_of([{"uuid": "f", "nodes": nodes}]).flows
    assert [node.uuid for node in in_order(flow)] == ["a", "c", "b"]
