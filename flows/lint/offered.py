"""What an author may use at a node: variables that nodes before it set, the contact's, and saved
prompts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from answers.prompts.prompt import Prompt
from flows.definition.definition import Flow, Node
from flows.lint import FunctionSpec
from flows.lint.graph import Graph
from flows.model.contact import binding_keys

MAX_OFFERED = 100


def offered_variables(flow: Flow, node: str, functions: Mapping[str, FunctionSpec]) -> list[str]:
    """The variables, each once: results first, at most 100."""
    results = dict.fromkeys(
        f"@results.{path}"
        for uuid in _before(flow, node)
        for path in _paths(flow.nodes[uuid], functions)
    )
    contact = (f"@contact.{key}" for key in sorted(binding_keys()))
    return [*results, *contact][:MAX_OFFERED]


def offered_prompts(prompts: Iterable[Prompt]) -> list[str]:
    """The prompts as a node may name them: one of which no version is live, with its newest."""
    return [one.name if one.live else f"{one.name}@{one.newest}" for one in prompts]


def _before(flow: Flow, node: str) -> list[str]:
    """The nodes from which a conversation may come to this one, and itself."""
    graph, found, open_ends = Graph(flow), dict[str, None](), [node]
    while open_ends:
        uuid = open_ends.pop(0)
        if uuid in flow.nodes and uuid not in found:
            found[uuid] = None
            open_ends += graph.before[uuid]
    return list(found)


def _paths(node: Node, functions: Mapping[str, FunctionSpec]) -> Iterator[str]:
    for action in node.actions:
        spec = functions.get(action.text("url")) if action.kind.calls_webhook else None
        keys = sorted((spec.results or frozenset()) - {"success"}) if spec else []
        for name in action.kind.sets(action):
            yield from [f"{name}.{key}" for key in keys] or [name]
    if node.router and node.router.result_name:
        yield node.router.result_name
