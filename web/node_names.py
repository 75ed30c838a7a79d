"""Nodes in the words of issues: named by what they say, not by the last letters of their UUID."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from flows.definition.definition import Flow
from flows.definition.titles import node_title
from web.language import translated

LABELS = re.compile(r"\b([Nn]odes?) (\S{4}(?:, \S{4})*)(?=[ ,.:]|$)")


class NodeNames:
    """The titles of a flow's nodes, by UUID and by the label with which issues name them."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self.titles = titles
        often = Counter(uuid[-4:] for uuid in titles)
        self.labels = {uuid[-4:]: title for uuid, title in titles.items() if often[uuid[-4:]] == 1}

    @classmethod
    def of(cls, flow: Flow) -> NodeNames:
        return cls({node.uuid: node_title(node) for node in flow.nodes.values()})

    def title(self, uuid: str) -> str:
        """A node's title; its label where there is no such node."""
        return self.titles.get(uuid) or uuid[-4:]

    def words(self, message: str, node: str = "") -> str:
        """An issue in the page's language; `node` is the one it stands at.

        >>> names = NodeNames({"1-22cc": "Hello!", "2-33dd": "Your age?", "3-33dd": "Bye"})
        >>> names.words("Nodes 22cc, 44ee form a loop")
        'Nodes “Hello!”, 44ee form a loop'
        >>> names.words("Node 33dd has a split", "2-33dd")
        'Node “Your age?” has a split'
        """
        own = {node[-4:]: self.titles[node]} if node in self.titles else {}

        def named(found: re.Match[str]) -> str:
            labels = found[2].split(", ")
            titles = (own.get(one) or self.labels.get(one) for one in labels)
            return f"{found[1]} " + ", ".join(
                f"“{title}”" if title else one for title, one in zip(titles, labels, strict=True)
            )

        return translated(LABELS.sub(named, message))
