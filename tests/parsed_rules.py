"""Parses each route once in a test process, not once for each of its thousands of services.

Parsing them was half of what a service cost to make, and a third of a small test.
"""

from __future__ import annotations

from typing import Any

from werkzeug.routing.rules import Rule, RulePart

from flowhook.http.application import LazyRule

Parsed = tuple[list[RulePart], list[tuple[bool, str]], dict[str, Any]]
PARSED: dict[str, Parsed] = {}


def parse_once(rule: LazyRule, text: str) -> list[RulePart]:
    """As `Rule._parse_rule`, which also notes on the rule what it finds."""
    if text not in PARSED:
        begun = len(rule._trace)
        parts = list(Rule._parse_rule(rule, text))
        PARSED[text] = (parts, rule._trace[begun:], dict(rule._converters))
        return parts
    parts, trace, converters = PARSED[text]
    rule._trace += trace
    rule._converters |= converters
    rule.arguments |= converters.keys()
    return parts


def share() -> None:
    """Have every service of this process do so."""
    LazyRule._parse_rule = parse_once  # type: ignore[method-assign, assignment]
