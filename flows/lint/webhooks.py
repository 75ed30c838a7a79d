"""Checks of webhook nodes: the function, its fields, and the Failure category."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import Any

from flowhook.common_keys import COMMON_KEYS
from flowhook.strict_json import UnreadableJson, read_value
from flows.definition.definition import Node
from flows.lint import CRITICAL, WARNING, FunctionSpec, Issue, LintTarget, check
from flows.model.action import Action

# Keys allowed in the body of any function; Glific's flows contain the last two.
COMMON_FIELDS = COMMON_KEYS | {"wait_time", "endpoint"}
MODEL_FIELDS = ("gpt_model", "model", "image_model", "speech_model", "transcription_model")
DEPRECATED = {
    "speech_to_text_with_bhasini": "speech_to_text",
    "text_to_speech_with_bhasini": "text_to_speech",
    "nmt_tts_with_bhasini": "text_to_speech",
}
IN_PLACE_OF_BHASHINI = (
    'with "provider": "sarvam" in its body, Sarvam\'s models for India\'s languages do what '
    "Bhashini did"
)
ONLY_IN_GLIFIC = {
    "send_wa_group_poll": "conversations here are with contacts, not with WhatsApp groups; ask "
    "with an interactive message",
    "create_certificate": "nothing here fills in Google Slides; send POST to a server of your own "
    "that makes the certificate and answers with its address",
    "sheets.insert_row": "write rows with a Google Sheets node",
    "call_and_wait": "use filesearch-gpt",
    "unified-llm-call": "use filesearch-gpt",
    "unified-voice-llm-call": "use voice-filesearch-gpt",
    "llm4dev": "use filesearch-gpt",
    "jugalbandi": "use filesearch-gpt",
    "jugalbandi-voice": "use voice-filesearch-gpt",
    "openllm": "use parse_via_chat_gpt",
}
"""Functions that Glific has or had, with what to use instead."""


def webhooks(target: LintTarget) -> Iterator[tuple[Node, Action]]:
    for node in target.nodes:
        for action in node.actions:
            if action.kind.calls_webhook:
                yield node, action


def is_function(action: Action) -> bool:
    return action.text("method").lower() == "function"


def body_of(action: Action) -> dict[str, Any] | None:
    """The body as written; None if it is not a JSON object."""
    written = action.text("body")
    if not written.strip():
        return {}
    try:
        body = read_value(written)
    except UnreadableJson:
        return None
    return body if isinstance(body, dict) else None


@check
def functions_exist(target: LintTarget) -> Iterator[Issue]:
    """A FUNCTION webhook must call a function of the catalogue."""
    known = target.context.functions
    for node, action in webhooks(target):
        name = action.text("url").strip()
        successor = DEPRECATED.get(name)
        if successor and is_function(action):
            message = (
                f"The '{name}' webhook is deprecated. Please migrate this node to the "
                f"'{successor}' node before publishing; {IN_PLACE_OF_BHASHINI}."
            )
            yield Issue(CRITICAL, message, node.uuid)
        elif known is not None and is_function(action) and name not in known:
            yield Issue(CRITICAL, _no_function(name, known), node.uuid)


def _no_function(name: str, known: Iterable[str]) -> str:
    """What is said of a function that does not exist here."""
    instead = ONLY_IN_GLIFIC.get(name)
    if instead:
        return f"Glific's function '{name}' does not exist here: {instead}"
    said = f"There is no webhook function '{name[:60]}'"
    nearest = difflib.get_close_matches(name[:100], known, n=3, cutoff=0.75)
    if nearest:
        return f"{said}; did you mean {' or '.join(nearest)}?"
    return (
        f"{said}; one that was written for your organisation runs in Glific alone: send POST to a "
        "server of your own instead"
    )


@check
def methods_are_supported(target: LintTarget) -> Iterator[Issue]:
    """A webhook node's method is FUNCTION, GET or POST."""
    for node, action in webhooks(target):
        method = action.text("method")
        if method.lower() not in ("get", "post", "function"):
            message = f"Webhook node {node.label}: method {method[:20]} is not supported"
            yield Issue(CRITICAL, message, node.uuid)


@check
def bodies_are_json(target: LintTarget) -> Iterator[Issue]:
    """The body must be a JSON object as written, with its variables in quotes."""
    for node, action in webhooks(target):
        if body_of(action) is None:
            message = (
                f"Webhook node {node.label}: the body is not a JSON object; put every variable "
                'in quotes, as in "@results.question"'
            )
            yield Issue(CRITICAL, message, node.uuid)


@check
def failures_are_routed(target: LintTarget) -> Iterator[Issue]:
    """A webhook can always fail, so the flow must say what the contact reads then."""
    for node, _ in webhooks(target):
        failure = node.router.category_named("Failure") if node.router else None
        if node.router is None or failure is None:
            message = f"Webhook node {node.label} has no Failure branch"
            yield Issue(CRITICAL, message, node.uuid)
        elif node.destination(failure.exit) is None:
            message = f"The Failure branch of webhook node {node.label} ends the flow in silence"
            yield Issue(WARNING, message, node.uuid)
        if node.router is not None and node.router.category_named("Success") is None:
            message = f"Webhook node {node.label} has no Success branch"
            yield Issue(CRITICAL, message, node.uuid)


@check
def results_have_a_name(target: LintTarget) -> Iterator[Issue]:
    """Without a result name the answer is lost, and the node takes Failure."""
    for node, action in webhooks(target):
        if not isinstance(action.source.get("result_name"), str):
            message = f"Webhook node {node.label} has no result name and always takes Failure"
            yield Issue(CRITICAL, message, node.uuid)
        elif not action.text("result_name").strip():
            message = f"Webhook node {node.label} has no result name, so its answer is lost"
            yield Issue(WARNING, message, node.uuid)


def specified(target: LintTarget) -> Iterator[tuple[Node, Action, FunctionSpec, dict[str, Any]]]:
    """Webhook nodes with a known function and a readable body."""
    for node, action in webhooks(target):
        spec = (target.context.functions or {}).get(action.text("url").strip())
        body = body_of(action)
        if is_function(action) and spec is not None and body is not None:
            yield node, action, spec, body


@check
def fields_are_taken(target: LintTarget) -> Iterator[Issue]:
    """A field that a function does not know is ignored, as in Glific."""
    for node, action, spec, body in specified(target):
        for name in body:
            if name not in spec.fields and name not in COMMON_FIELDS:
                nearest = difflib.get_close_matches(name[:100], spec.fields, n=1, cutoff=0.6)
                hint = f"; did you mean '{nearest[0]}'?" if nearest else ""
                url = action.text("url").strip()
                message = f"'{url}' ignores the field '{name[:60]}'{hint}"
                yield Issue(WARNING, message, node.uuid)


@check
def required_fields_are_given(target: LintTarget) -> Iterator[Issue]:
    """The body must contain the required fields of the function."""
    for node, action, spec, body in specified(target):
        for name in sorted(spec.required):
            if body.get(name) in (None, ""):
                message = f"'{action.text('url').strip()}' needs the field '{name}'"
                yield Issue(CRITICAL, message, node.uuid)


@check
def models_are_in_service(target: LintTarget) -> Iterator[Issue]:
    """A model that the provider has retired no longer answers."""
    for node, action in webhooks(target):
        if not is_function(action):
            continue
        body = body_of(action) or {}
        for name in MODEL_FIELDS:
            model = body.get(name)
            if isinstance(model, str) and model in target.context.retired_models:
                successor = target.context.retired_models[model]
                hint = f"; use {successor}" if successor else ""
                message = f"The model '{model}' in node {node.label} is retired{hint}"
                yield Issue(WARNING, message, node.uuid)
