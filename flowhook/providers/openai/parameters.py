"""The optional parameters of requests: how their refusals look, and how to do without them.

A model that refuses one of a group refuses the others too, one complaint an answer, so a refusal
is answered by dropping or renaming all of them at once. `max_tokens` is renamed, never dropped:
the author's limit stays in force. A refused value of a hint is dropped alone (`language=or`), and
JSON that a model cannot be held to is asked for in words.

Source: OpenAI OpenAPI spec 2.3.0 (reasoning models); github.com/BerriAI/litellm/issues/13781.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from flowhook.providers.model_client import KEPT_OF_MESSAGES
from flowhook.providers.openai.error_body import ErrorBody
from flowhook.providers.openai.thinking_fields import can_change, wanted_field, with_field

REFUSED_TOGETHER = frozenset(
    {
        "temperature",
        "top_p",
        "presence_penalty",
        "frequency_penalty",
        "logprobs",
        "top_logprobs",
        "logit_bias",
    }
)
RENAMED = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
HINTS = frozenset({"language"})
OPTIONAL = REFUSED_TOGETHER | {
    "stop",
    "user",
    "seed",
    "verbosity",
    "reasoning_effort",
    "parallel_tool_calls",
    "safety_identifier",
    "prompt_cache_key",
    "store",
    "metadata",
    "service_tier",
    "n",
    "instructions",
    "speed",
    "style",
    "quality",
    "output_format",
    "strict",
}
_JSON_KINDS = ("json_schema", "json_object")
_KNOWN = {
    *(*OPTIONAL, *RENAMED, *HINTS, *_JSON_KINDS, *KEPT_OF_MESSAGES),
    *("response_format", "voice"),
}
_ALSO_CALLED = {"reasoning": "reasoning_effort", "grammar": "response_format"}

_CODES = frozenset(
    {
        "unsupported_parameter",
        "unsupported_value",
        "unknown_parameter",
        "unsupported_language",
        "extra_forbidden",
        "unsupportedparamserror",
    }
)
_REFUSED = re.compile(
    r"unsupported|not (yet )?(be )?(supported|permitted|allowed|available|accepted|disabled)"
    r"|unavailable|not one of the allowed|invalid enum value|failed to parse grammar"
    r"|does(n't| not) (support|accept)|unrecognized|unknown (parameter|field|name|argument)"
    r"|cannot (find field|be disabled)|unexpected keyword|extra_forbidden"
    r"|only (the default|supports?)"
    r"|must be (one of|at most 1|less than or equal to 1|1\b|'|\[)|use .{1,40} instead",
    re.IGNORECASE,
)
_OTHER_STATUSES = frozenset({401, 402, 403, 408, 409, 413, 429})
_QUOTED = re.compile(r"['\"`]([A-Za-z_.\[\]0-9]{1,60})['\"`]|supplied: ([a-z_]{1,40})")
_NAMED = re.compile(
    r"(?<![\w])("
    + "|".join(
        name.replace("_", "[_ ]") for name in sorted({*_KNOWN, *_ALSO_CALLED} - {"n", "user"})
    )
    + r")(?!\w)",
    re.IGNORECASE,
)


def refused_parameter(status: int, error: ErrorBody) -> str | None:
    """Return the optional parameter that an error reports as refused, or None.

    It is named by `param`, by a location, in quotes, or, of what may be refused, by a bare word.
    """
    if status in _OTHER_STATUSES or not (400 <= status < 500 or status == 501):
        return None
    wanted = wanted_field(error.message)
    if wanted:
        return wanted
    if not error.names & _CODES and not _REFUSED.search(error.message):
        return None
    if error.param:
        return _last_known(error.param) or error.param.partition(".")[0]
    return named_parameter(error)


def named_parameter(error: ErrorBody) -> str | None:
    """Return the known parameter that an error's message names, or None."""
    for quoted, supplied in _QUOTED.findall(error.message):
        known = _last_known(quoted or supplied)
        if known:
            return known
    named = _NAMED.search(error.message)
    return _canonical(named[1].lower().replace(" ", "_")) if named else None


def _last_known(path: str) -> str | None:
    """The innermost known name of a path such as `tools[0].function.strict`."""
    steps = [_canonical(step) for step in re.findall(r"[a-z_]+", path.lower())]
    return next((step for step in reversed(steps) if step in _KNOWN), None)


def _canonical(name: str) -> str:
    return _ALSO_CALLED.get(name, name)


def refused_with(parameter: str, body: Mapping[str, Any]) -> list[str]:
    """Return the changes to `body` after a model refused `parameter`; empty if there are none.

    A change is the name of a parameter to drop or rename, `name=value` to drop that value alone,
    `+name` to fill it in, or the kind of JSON that cannot be asked for.
    """
    if can_change(parameter, body):
        return [parameter]
    if parameter in HINTS and parameter in body:
        return [f"{parameter}={body[parameter]}"]
    if parameter in ("response_format", *_JSON_KINDS):
        kind = _json_kind(body)
        return [kind] if kind else [parameter] if isinstance(body.get(parameter), str) else []
    if parameter == "strict":
        return ["strict"] if _has_strict(body) else []
    refused = set()
    if parameter == "instructions" and "input" in body and "voice" not in body:
        return []  # the prompt of a response, not the wish how a text be spoken
    if parameter in body and (parameter in OPTIONAL or parameter in RENAMED):
        refused.add(parameter)
    if parameter in REFUSED_TOGETHER:
        refused |= {name for name in REFUSED_TOGETHER if name in body}
    return sorted(refused)


def without(body: dict[str, Any], refused: Iterable[str]) -> dict[str, Any]:
    """Return `body` without the refused parameters, or with them renamed."""
    if not refused:
        return body
    changed = dict(body)
    for name in refused:
        _change(changed, name)
    for kind in _JSON_KINDS:
        if kind in refused and _json_kind(changed) == kind:
            _ask_in_words(changed, kind, also_refused="json_object" in refused)
    return changed


def _change(body: dict[str, Any], name: str) -> None:
    if can_change(name, body):
        body.update(with_field(name, body))
    elif name == "strict":
        _drop_strict(body)
    elif "=" in name:
        hint, _, value = name.partition("=")
        if str(body.get(hint)) == value:
            del body[hint]
    elif name in body:
        value = body.pop(name)
        if name in RENAMED:
            body[RENAMED[name]] = value


def _json_kind(body: Mapping[str, Any]) -> str | None:
    wanted = body.get("response_format")
    kind = wanted.get("type") if isinstance(wanted, Mapping) else None
    return kind if kind in _JSON_KINDS else None


def _ask_in_words(body: dict[str, Any], kind: str, also_refused: bool) -> None:
    """Ask for JSON without this kind of response_format; a schema is told in the messages."""
    wanted = body.pop("response_format")
    if kind == "json_object":
        return
    if not also_refused:
        body["response_format"] = {"type": "json_object"}
    schema = orjson.dumps(wanted["json_schema"]["schema"]).decode()
    told = {
        "role": "system",
        "content": f"Answer with one JSON object that keeps to this JSON Schema:\n{schema}",
    }
    body["messages"] = [told, *body.get("messages", ())]


def _tools(body: Mapping[str, Any]) -> list[Any]:
    tools = body.get("tools")
    return tools if isinstance(tools, list) else []


def _has_strict(body: Mapping[str, Any]) -> bool:
    return any("strict" in tool or "strict" in tool.get("function", ()) for tool in _tools(body))


def _drop_strict(body: dict[str, Any]) -> None:
    if _has_strict(body):
        body["tools"] = [_lenient(tool) for tool in _tools(body)]


def _lenient(tool: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in tool.items() if name != "strict"}
    function = kept.get("function")
    if isinstance(function, Mapping):
        kept["function"] = {name: one for name, one in function.items() if name != "strict"}
    return kept
