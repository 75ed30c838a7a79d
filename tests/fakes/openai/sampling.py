"""Which parameters a model takes: what reasoning models refuse, one complaint at a time."""

from __future__ import annotations

from typing import Any

from tests.fakes.openai import tokens
from tests.fakes.openai.complaints import Complaint, unsupported_parameter, unsupported_value
from tests.fakes.openai.models import Model

_ONLY_DEFAULTS: dict[str, object] = {
    "temperature": 1,
    "top_p": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "logprobs": False,
    "top_logprobs": 0,
}


def check_effort(effort: str | None, param: str, model: Model) -> None:
    if effort is None:
        return
    if not model.reasons:
        raise unsupported_parameter(param)
    if effort not in model.efforts:
        listed = ", ".join(f"'{name}'" for name in model.efforts)
        raise unsupported_value(param, effort, f"Supported values are: {listed}.")


def check_for_chat(body: dict[str, Any], model: Model) -> None:
    """The first parameter of the body that this model does not take on chat/completions."""
    if model.reasons and "max_tokens" in body:
        raise unsupported_parameter("max_tokens", "Use 'max_completion_tokens' instead.")
    _check_output_limit(body, model)
    check_effort(body.get("reasoning_effort"), "reasoning_effort", model)
    if _is_reasoning(model, body.get("reasoning_effort")):
        for name, default in _ONLY_DEFAULTS.items():
            if name in body and body[name] != default:
                shown = str(default).lower()
                rest = f"Only the default ({shown}) value is supported."
                raise unsupported_value(name, body[name], rest)
    if "stop" in body and not model.takes_stop:
        raise unsupported_parameter("stop")
    _check_verbosity(body.get("verbosity"), model)


def _check_output_limit(body: dict[str, Any], model: Model) -> None:
    for name in ("max_tokens", "max_completion_tokens"):
        wanted = body.get(name, 0)
        if wanted > model.output_tokens:
            raise Complaint(
                f"{name} is too large: {wanted}. This model supports at most "
                f"{model.output_tokens} completion tokens, whereas you provided {wanted}.",
                param=name,
                code="invalid_value",
            )


def check_for_responses(body: dict[str, Any], model: Model) -> None:
    """As above for the Responses API, which names the parameter as unsupported."""
    effort = body.get("reasoning", {}).get("effort")
    check_effort(effort, "reasoning.effort", model)
    if _is_reasoning(model, effort):
        for name in ("temperature", "top_p", "top_logprobs"):
            if name in body and body[name] != _ONLY_DEFAULTS[name]:
                raise unsupported_parameter(name)
    _check_verbosity(body.get("text", {}).get("verbosity"), model)


def check_length(used: int, model: Model, param: str) -> None:
    if used > model.context_tokens:
        raise Complaint(
            f"This model's maximum context length is {model.context_tokens} tokens. However, "
            f"your messages resulted in {used} tokens. Please reduce the length of the messages.",
            param=param,
            code="context_length_exceeded",
        )


def reasoning_tokens(text: str, model: Model, effort: str | None) -> int:
    return tokens.count(text) if _is_reasoning(model, effort) else 0


def _is_reasoning(model: Model, effort: str | None) -> bool:
    return model.reasons and (effort or model.default_effort) != "none"


def _check_verbosity(verbosity: str | None, model: Model) -> None:
    if verbosity not in (None, "medium") and not model.id.startswith(("gpt-5", "gpt-6")):
        raise unsupported_value("verbosity", verbosity, "Supported values are: 'medium'.")
