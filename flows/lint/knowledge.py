"""Checks of webhook nodes that answer from documents: the bases that they name."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from flowhook.blanks import unpadded
from flowhook.strict_json import UnreadableJson, read_value
from flows.lint import CRITICAL, Issue, LintTarget, check
from flows.lint.saved_prompts import COMPUTED
from flows.lint.webhooks import specified

KNOWLEDGE = "knowledge"


@check
def knowledge_exists(target: LintTarget) -> Iterator[Issue]:
    """A base of documents that a body names must exist."""
    known = target.context.knowledge
    if known is None:
        return
    for node, _, spec, body in specified(target):
        for name in named_bases(body) if KNOWLEDGE in spec.fields else ():
            if name in known:
                continue
            message = (
                f"Node {node.label} names the base of documents '{name[:80]}', which does not exist"
            )
            nearest = difflib.get_close_matches(name[:100], sorted(known), n=1, cutoff=0.6)
            hint = f"; did you mean '{nearest[0]}'?" if nearest else ""
            yield Issue(CRITICAL, f"{message}{hint}", node.uuid)


def named_bases(body: Mapping[str, Any]) -> list[str]:
    """The bases that a body names; those that only the running flow knows are passed by."""
    written = body.get(KNOWLEDGE)
    if isinstance(written, str) and written.lstrip().startswith("["):
        try:
            written = read_value(written)
        except UnreadableJson:
            return []
    given = written if isinstance(written, list) else [written]
    names = [unpadded(one) for one in given if isinstance(one, str)]
    return [name for name in names if name and not COMPUTED.search(name)]
