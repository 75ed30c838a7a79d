"""Checks of splits on the guardrail that spoke on a call."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from itertools import islice

from flowhook.organisations.guardrail_schemas import GUARDRAIL, NO_POLICY, POLICIES
from flows.definition.definition import Node
from flows.lint import WARNING, Issue, LintTarget, check
from flows.lint.results import paths_in
from flows.lint.texts import MAX_USES, NodeText, arguments_by_language, operand_of, tested

_WORD = re.compile(r"[^\W\d][\w-]*")
_OF_PATTERN = re.compile(
    r"[\\^$.|?*+()\[\]{}@]"
)  # in no list of words, but in a pattern or variable
_RESULT_AND_KEY = 3  # parts of @results.answer.guardrail


@check
def guardrails_exist(target: LintTarget) -> Iterator[Issue]:
    """A split on `guardrail` names policies that there are, or `none`; no other word is said."""
    for node, word in islice(_named(target), MAX_USES):
        if word.casefold() in (*POLICIES, NO_POLICY):
            continue
        nearest = difflib.get_close_matches(word[:60].casefold(), POLICIES, n=1, cutoff=0.6)
        hint = f"; did you mean '{nearest[0]}'?" if nearest else ""
        named = f"Node {node.label} tests for the guardrail '{word[:60]}'"
        message = f"{named}, which there is not; there are {', '.join(POLICIES)}{hint}"
        yield Issue(WARNING, message, node.uuid)


def _named(target: LintTarget) -> Iterator[tuple[Node, str]]:
    """The words that splits on a guardrail look for."""
    for node in target.nodes:
        paths = paths_in(NodeText(operand_of(node)), target)
        if not any(len(path) == _RESULT_AND_KEY and path[2] == GUARDRAIL for path in paths):
            continue
        for case in tested(node):
            for _, arguments in arguments_by_language(case, target):
                written = (text for text in arguments if not _OF_PATTERN.search(text))
                yield from ((node, word) for text in written for word in _WORD.findall(text))
