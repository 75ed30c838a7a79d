"""The share of real flows that an exploration reaches: what docs/performance.md tells."""

from __future__ import annotations

from pathlib import Path

from flows.definition.reading import read_export
from flows.exploring.exploration import explore
from flows.play.standalone import StandaloneServices
from tests.flows.exports import EXPORTS
from tests.flows.test_examples import FOLDER, NAMES
from webhooks.pretended import pretended_answer
from webhooks.registry import load_functions


def share_of(paths: list[Path]) -> tuple[list[int], list[int]]:
    """Nodes and exits reached of all, over all flows of these files."""
    functions = load_functions()
    nodes, exits = [0, 0], [0, 0]
    for path in paths:
        export = read_export(path.read_bytes())
        for flow in export.flows:
            services = StandaloneServices()
            services.add(export)
            found = explore(flow, services, lambda name: pretended_answer(functions, name))
            assert found["is_whole"]
            coverage = found["coverage"]
            nodes = [a + b for a, b in zip(nodes, coverage["nodes"], strict=True)]
            exits = [a + b for a, b in zip(exits, coverage["exits"], strict=True)]
    return nodes, exits


def test_all_of_the_examples_is_reached() -> None:
    nodes, exits = share_of([FOLDER / f"{name}.json" for name in NAMES])
    assert nodes == [55, 55]
    assert exits == [85, 85]


def test_most_of_the_exports_is_reached() -> None:
    """The rest needs a classifier, profiles or a sub-flow that is not there, or can't be taken."""
    nodes, exits = share_of(list(EXPORTS))
    assert nodes[0] >= 108
    assert exits[0] >= 140
