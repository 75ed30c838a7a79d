"""Checks of webhook nodes that name a saved prompt: the prompt, its version, its variables."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from answers.prompts.known_prompts import KnownPrompts
from answers.prompts.prompt import Prompt, PromptVersion, read_reference
from flowhook.blanks import unpadded
from flowhook.strict_json import UnreadableJson, read_value
from flows.definition.definition import Node
from flows.lint import CRITICAL, WARNING, Issue, LintTarget, check
from flows.lint.webhooks import specified

SAVED_PROMPT = "saved_prompt"
VARIABLES = "prompt_variables"
COMPUTED = re.compile(r"@[A-Za-z_(]|<%")  # a flow's variable or expression; help@3 is none


@dataclass(frozen=True, slots=True)
class Use:
    """A node that names a saved prompt, as written; `number` is None where any live one answers."""

    node: Node
    body: Mapping[str, Any]
    known: KnownPrompts
    name: str
    number: int | None

    @property
    def prompt(self) -> Prompt | None:
        return self.known.find(self.name)

    @property
    def versions(self) -> list[PromptVersion]:
        """Those that may answer."""
        if self.number is not None:
            found = self.known.version(self.name, self.number)
            return [found] if found is not None else []
        return [version for version, _ in self.prompt.live] if self.prompt else []

    @property
    def given(self) -> set[str] | None:
        """The variables that have a value; None where only the running flow knows them."""
        written = self.body.get(VARIABLES)
        if isinstance(written, str):
            try:
                written = {} if not written.strip() else read_value(written)
            except UnreadableJson:
                return None
        if written is None:
            return set()
        if not isinstance(written, Mapping):
            return None
        return {name for name, value in written.items() if value is not None}

    @property
    def has_own_text(self) -> bool:
        """Whether the body has a prompt of its own, which wins over the saved text."""
        own = self.body.get("prompt")
        return isinstance(own, str) and bool(own.strip())


def uses(target: LintTarget) -> Iterator[Use]:
    """Nodes with the name of a saved prompt; one that only the running flow knows is passed by."""
    known = target.context.prompts
    if known is None:
        return
    for node, _, spec, body in specified(target):
        written = body.get(SAVED_PROMPT)
        if SAVED_PROMPT not in spec.fields or not isinstance(written, str):
            continue
        name = unpadded(written)
        if name and not COMPUTED.search(name):
            yield Use(node, body, known, *(read_reference(name) or (name, None)))


@check
def saved_prompts_exist(target: LintTarget) -> Iterator[Issue]:
    """A saved prompt must exist, and so must its version where one is named."""
    for use in uses(target):
        label, name = use.node.label, use.name[:80]
        if use.prompt is None:
            message = f"Node {label} names the saved prompt '{name}', which does not exist"
            nearest = difflib.get_close_matches(name, use.known.names(), n=1, cutoff=0.6)
            hint = f"; did you mean '{nearest[0]}'?" if nearest else ""
            yield Issue(CRITICAL, f"{message}{hint}", use.node.uuid)
        elif use.number is not None and not use.versions:
            message = (
                f"Node {label} names version {use.number} of the saved prompt '{name}', which does"
                " not exist"
            )
            yield Issue(CRITICAL, message, use.node.uuid)


@check
def saved_prompts_are_live(target: LintTarget) -> Iterator[Issue]:
    """Without a live version a saved prompt answers nobody, unless a version is named."""
    for use in uses(target):
        label, name, prompt = use.node.label, use.name, use.prompt
        if prompt is None:
            continue
        if use.number is None and not prompt.live:
            message = f"Node {label} names the saved prompt '{name}', of which no version is live"
            yield Issue(CRITICAL, message, use.node.uuid)
        elif use.number is not None and use.versions and use.number not in prompt.was_live:
            message = (
                f"Node {label} names version {use.number} of the saved prompt '{name}', which was"
                " never live"
            )
            yield Issue(WARNING, message, use.node.uuid)


@check
def prompt_variables_are_given(target: LintTarget) -> Iterator[Issue]:
    """Each variable of a saved prompt needs a value, or the call fails."""
    for use in uses(target):
        given = use.given
        if given is None or use.has_own_text:
            continue
        for variable in _variables(use):
            if variable not in given:
                message = (
                    f"Node {use.node.label} gives no value for the variable '{variable}' of the"
                    f" saved prompt '{use.name}'"
                )
                yield Issue(CRITICAL, message, use.node.uuid)


@check
def prompt_variables_are_known(target: LintTarget) -> Iterator[Issue]:
    """A variable that the saved prompt does not have is ignored."""
    for use in uses(target):
        known = _variables(use)
        for variable in sorted((use.given or set()) - set(known)) if use.versions else ():
            nearest = difflib.get_close_matches(variable[:100], known, n=1, cutoff=0.6)
            hint = f"; did you mean '{nearest[0]}'?" if nearest else ""
            message = (
                f"Node {use.node.label} gives the variable '{variable[:60]}', which the saved"
                f" prompt '{use.name}' does not have{hint}"
            )
            yield Issue(WARNING, message, use.node.uuid)


def _variables(use: Use) -> list[str]:
    """The variables of all versions that may answer, each once."""
    return list(dict.fromkeys(name for one in use.versions for name in one.variables))
