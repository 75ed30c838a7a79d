"""Call a webhook: a webhook function, or the author's own server."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from flowhook.common_keys import COMMON_KEYS, NAME_FIELDS
from flowhook.errors import FlowhookError, InvalidInput, TooLarge
from flowhook.http.body_size import MAX_IMPORT_VALUES
from flowhook.strict_json import UnreadableJson, read_value
from flows.model.action import (
    FAILURE,
    SUCCESS,
    Action,
    ActionOutcome,
    Editable,
    Parked,
    action,
    as_text,
    result_name,
)
from flows.model.bounds import check_bounds
from flows.model.events import WebhookCalled
from flows.model.session import WebhookAnswer, WebhookPending
from flows.model.sprint import Sprint

BAD_BODY = "Error in decoding webhook body. Please check the json body in floweditor"
MAX_ANSWER_VALUES = 20_000
METHODS = ("get", "post", "function")


def words(action: Action) -> str:
    """What is called, where the answer goes, and the keys of the body that the author chose."""
    result = action.text("result_name")
    called = f"{action.text('method')} {action.text('url')}"
    body = read_body(action.source)
    told = (
        f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in body.items()
        if name not in COMMON_KEYS
    )
    return "\n".join([f"{called} → @results.{result}" if result else called, *told])


def resume(action: Action, call_id: int, answer: WebhookAnswer, sprint: Sprint) -> ActionOutcome:
    """Continue with an answer that came while the flow was parked."""
    sprint.emit(
        WebhookCalled,
        id=call_id,
        method=action.text("method").upper(),
        url=action.text("url"),
        status=answer.status,
        request=None,
        response=answer.body,
        error=answer.error,
    )
    return save_answer(action, answer, sprint)


def read_body(source: Mapping[str, Any]) -> dict[str, Any]:
    """The body; empty if there is none, or if it is no JSON object."""
    try:
        body = read_value(as_text(source.get("body")))
    except UnreadableJson:
        return {}
    return body if isinstance(body, dict) else {}


def set_body(source: dict[str, Any], body: dict[str, Any]) -> None:
    """Write the body as text, in the layout and with the order of keys that the author has."""
    held = read_body(source)
    if held and json.dumps(held, sort_keys=True) == json.dumps(body, sort_keys=True):
        return
    kept = {key: body[key] for key in held if key in body}
    source["body"] = _laid_out({**kept, **body}, as_text(source.get("body")))


def _laid_out(body: dict[str, Any], written: str) -> str:
    """JSON in the layout of `written`: its indentation, or one line with or without blanks.

    >>> _laid_out({"a": 1, "b": 2}, '{"a":1}'), _laid_out({"a": 2}, '{"a": 1}')
    ('{"a":1,"b":2}', '{"a": 2}')
    >>> _laid_out({"a": 1}, '{\\n  "a": 3\\n}')
    '{\\n  "a": 1\\n}'
    """
    indented = re.search(r"\n([ \t]*)\S", written)
    is_dense = bool(written.strip()) and not re.search(r'":\s', written)
    return json.dumps(
        body,
        ensure_ascii=False,
        indent=indented[1] or None if indented else None,
        separators=(",", ":" if is_dense else ": ") if indented or is_dense else None,
    )


def _plain(name: str) -> Editable:
    """A field that is written as it is."""
    return Editable(
        lambda source: as_text(source.get(name)),
        lambda source, value: source.update({name: value}),
    )


@action(
    "call_webhook",
    edits={
        "body": Editable(read_body, set_body),
        "method": _plain("method"),
        "url": _plain("url"),
    },
    required=("url", "method", "result_name"),
    calls_webhook=True,
    replies=True,
    sets=result_name,
    resume=resume,
    words=words,
    shape="Webhook",
)
def call_webhook(action: Action, sprint: Sprint) -> ActionOutcome:
    """Call a webhook function, or send GET or POST to your own server, and save the answer.

    The body's variables are replaced as text; `@contact` or `@results` as a whole value sends
    everything about them. The answer's keys can be read as `@results.name.key`. A 2xx answer with a
    JSON object or list is Success. Anything else (a body that is not JSON, an unknown function, a
    time-out) is Failure, and an earlier answer under the same name is cleared.
    """
    method = action.text("method").lower()
    call_id = sprint.session.next_id()
    url, body = action.text("url"), None
    try:
        if method not in METHODS:
            raise InvalidInput(f"method {method[:20]!r} is not one of GET, POST and FUNCTION")
        body = request_body(action, sprint)
        url = sprint.substitute(url).strip()
        if method == "function":
            answer = _call_function(url, body, call_id, action, sprint)
        else:
            answer = _send(method, url, body, action, sprint)
    except FlowhookError as error:
        answer = WebhookAnswer(0 if method != "function" else error.status, error=error.message)
    shown = WebhookAnswer(0) if isinstance(answer, WebhookPending) else answer
    sprint.emit(
        WebhookCalled,
        id=call_id,
        method=method.upper(),
        url=url,
        request=body,
        status=shown.status,
        response=shown.body,
        error=shown.error,
        parked=shown is not answer,
    )
    if isinstance(answer, WebhookPending):
        sprint.run.call = call_id
        sprint.park("webhook", answer.timeout_seconds)
        return Parked()
    return save_answer(action, answer, sprint)


def save_answer(action: Action, answer: WebhookAnswer, sprint: Sprint) -> ActionOutcome:
    """Save a successful answer under the action's result name, or clear it after a failure."""
    name = action.source.get("result_name")
    if not isinstance(name, str):
        return FAILURE
    if not (answer.succeeded and isinstance(answer.body, Mapping) and _can_be_kept(answer.body)):
        sprint.clear_result(name)
        return FAILURE
    sprint.set_result(name, {**answer.body, "inserted_at": sprint.stamp()})
    return SUCCESS


def _can_be_kept(body: Mapping[str, Any]) -> bool:
    try:
        check_bounds(dict(body), max_values=MAX_ANSWER_VALUES, what="the webhook's answer")
    except (InvalidInput, TooLarge):
        return False
    return True


def request_body(action: Action, sprint: Sprint) -> dict[str, Any]:
    """Build the JSON object to send; empty if the author left the body empty.

    Raises InvalidInput for a body that is not a JSON object, InvalidInput or TooLarge for one that
    is nested too deep or too large.
    """
    written = action.text("body")
    if not written.strip():
        return {}
    try:
        body = read_value(written)
    except UnreadableJson as refusal:
        raise InvalidInput(f"{BAD_BODY} ({refusal})") from None
    if not isinstance(body, dict):
        raise InvalidInput(BAD_BODY)
    check_bounds(body, what="the webhook's body")
    sent = {sprint.substitute(key): _value(value, sprint) for key, value in body.items()}
    sent["organization_id"] = sprint.services.organization_id
    return sent


def _value(written: Any, sprint: Sprint) -> Any:
    """Replace the variables of a value of the body.

    Only the author can ask for everything about the contact; a contact's `@results` stays text.
    """
    if written == "@contact":
        known = sprint.contact_bindings()
        return {key: known[key] for key in ("id", "name", "phone", "fields")}
    if written == "@results":
        return dict(sprint.run.results)
    return substituted(written, sprint)


def substituted(value: Any, sprint: Sprint) -> Any:
    """Replace the variables in every text, keys included."""
    if isinstance(value, str):
        return sprint.substitute(value)
    if isinstance(value, list):
        return [substituted(item, sprint) for item in value]
    if isinstance(value, dict):
        return {sprint.substitute(key): substituted(item, sprint) for key, item in value.items()}
    return value


def _call_function(
    name: str, body: dict[str, Any], call_id: int, action: Action, sprint: Sprint
) -> WebhookAnswer | WebhookPending:
    body.update(
        flow_id=sprint.run.flow,
        contact_id=sprint.contact.id,
        webhook_log_id=call_id,
        result_name=action.source.get("result_name"),
    )
    return sprint.services.call_webhook(name, body, _asker(sprint))


def _asker(sprint: Sprint) -> dict[str, Any]:
    """The contact's id, names and language, as a body's `contact` has them."""
    known = sprint.contact_bindings()
    told = (*NAME_FIELDS, "language")
    fields = {key: value for key, value in known["fields"].items() if key in told}
    return {"id": known["id"], "name": known["name"], "fields": fields}


def _send(
    method: str, url: str, body: dict[str, Any], action: Action, sprint: Sprint
) -> WebhookAnswer:
    headers = {
        sprint.substitute(name): sprint.substitute(as_text(value))
        for name, value in action.map("headers").items()
    }
    answer = sprint.services.send_request(method.upper(), url, headers, body)
    if not 200 <= answer.status < 300:
        error = f"Did not return a 200..299 status code{answer.text[:1000]}"
        return WebhookAnswer(answer.status, error=error)
    try:
        decoded = read_value(answer.text, MAX_IMPORT_VALUES)
    except UnreadableJson:
        error = f"Could not decode message body: {answer.text[:1000]}"
        return WebhookAnswer(answer.status, error=error)
    if not isinstance(decoded, dict | list):
        return WebhookAnswer(answer.status, error="The answer is neither an object nor a list")
    check_bounds(decoded, max_values=MAX_ANSWER_VALUES, what="the webhook's answer")
    return WebhookAnswer(answer.status, body=indexed(decoded))


def indexed(value: Any) -> Any:
    """Turn lists into objects keyed by position, so that `@results.hook.0.name` reaches an item.

    >>> indexed({"a": [{"b": 1}, 2]})
    {'a': {'0': {'b': 1}, '1': 2}}
    """
    if isinstance(value, dict):
        return {key: indexed(item) for key, item in value.items()}
    if isinstance(value, list):
        return {str(position): indexed(item) for position, item in enumerate(value)}
    return value
