"""Variants of a prompt asked the same questions side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from statistics import median
from typing import Any

from answers.prompts.prompt import filled
from answers.prompts.prompt import variables_of as prompt_variables
from flowhook.errors import FlowhookError
from flowhook.http.answers import request_id
from flowhook.jobs.call import Call
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import failed
from flowhook.usage.prices import Prices
from web.page_security import organisation
from web.page_services import PageServices
from web.trying import TrialResult, run
from webhooks.fields import VARIABLE, is_variable
from webhooks.registry import WebhookFunction

QUESTIONS = ("question_text", "question", "input")
"""The fields of a function that hold what the contact asked."""
PROMPT = "prompt"
MEMORY = frozenset({"thread_id", "callback_url", "wait_seconds"})  # which would mix the answers
AT_ONCE = 5  # calls of one comparison
WAIT_SECONDS = 50.0  # for all of them: many proxies give a page 60

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Variant:
    """A prompt and a model, known by a letter; an empty model is the organisation's own."""

    letter: str
    prompt: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """An answer of a variant; `result` is None where none came in time.

    `is_begun` tells whether it was asked at all; `cost` is in US dollars, None without a price.
    """

    result: TrialResult | None
    is_begun: bool = True
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """What a variant did with all questions; `cost` is None where a price is not known."""

    answered: int
    milliseconds: float | None
    tokens: int
    cost: float | None


def question_field(function: WebhookFunction) -> str:
    """The field for the question; empty if the function has no prompt beside a question."""
    fields = function.fields.fields
    asked = next((name for name in QUESTIONS if name in fields), "")
    return asked if PROMPT in fields else ""


def model_fields(function: WebhookFunction) -> list[str]:
    """The names under which the function takes a model; the first is the usual one."""
    return [name for name in function.fields.fields if name in ("gpt_model", "model")]


def body_of(shown: Json, action: str) -> Json | None:
    """The body of a webhook action among what can be changed of a node; None if it is gone."""
    actions = (one for one in shown["actions"] if one["action"] == action)
    return next((one["body"] for one in actions if "body" in one), None)


def used_body(function: WebhookFunction, held: Json, variant: Variant) -> Json:
    """A node's body with the variant's prompt and model; everything else stays."""
    names = model_fields(function)
    body = {name: value for name, value in held.items() if name not in (PROMPT, *names)}
    kept = next((name for name in names if name in held), next(iter(names), ""))
    if variant.prompt:
        body[PROMPT] = variant.prompt
    if variant.model and kept:
        body[kept] = variant.model
    return body


def trial_body(
    function: WebhookFunction,
    held: Json,
    variant: Variant,
    question: str,
    values: Mapping[str, str],
) -> Json:
    """The body of a call: the node's own, with `values` for variables.

    Fields whose variables have no value are left out.
    """
    known = {*function.fields.fields, "account"} - MEMORY
    body = used_body(function, {name: held[name] for name in held if name in known}, variant)
    if PROMPT in body:
        body[PROMPT] = with_variables(body[PROMPT], values)
    with_all = {name: with_values(value, values) for name, value in body.items()}
    kept = {
        name: value
        for name, value in with_all.items()
        if not (isinstance(value, str) and is_variable(value))
    }
    return {**kept, question_field(function): question}


def with_values(value: Any, values: Mapping[str, str]) -> Any:
    """A text with its variables replaced, as far as they have values.

    >>> with_values("Hi @results.name, @results.name_2!", {"@results.name": "Asha"})
    'Hi Asha, @results.name_2!'
    """
    if not isinstance(value, str):
        return value
    return VARIABLE.sub(lambda found: values.get(found[0], found[0]), value)


def with_variables(text: str, values: Mapping[str, str]) -> str:
    """A prompt with its `{{variables}}` filled in as those of a saved prompt are; as it is where
    none of them has a value.

    >>> with_variables("Help {{name}}.", {"@results.name": "Asha"})
    'Help {{name}}.'
    """
    known = {name: values.get(f"@{name}") for name in prompt_variables(text)}
    if not any(known.values()):
        return text
    return filled(text, {name: value or "" for name, value in known.items()})


def variables_of(held: Json) -> list[str]:
    """The variables in the texts of a body, each once."""
    texts = (value for value in held.values() if isinstance(value, str))
    return list(dict.fromkeys(name for text in texts for name in VARIABLE.findall(text)))


def ask(services: PageServices, function: WebhookFunction, bodies: Sequence[Json]) -> list[Try]:
    """Run and record a call for each body, at most 5 at once, within 50 s.

    What is not begun by then never is; what runs goes on, and the log shows it.
    """
    org, asked = organisation(), request_id()
    pool = ThreadPoolExecutor(AT_ONCE, "compare")
    calls = [Call(org.id, function.name, body, asked, needs_consent=False) for body in bodies]
    futures = [pool.submit(_tried, services, org, one, function) for one in calls]
    wait(futures, WAIT_SECONDS)
    pool.shutdown(wait=False, cancel_futures=True)
    return [_try(one, services.prices) for one in futures]


def total(tries: Iterable[Try]) -> Total:
    results = [one for one in tries if one.result and not one.result.error]
    found = [one.result for one in results if one.result]
    costs = [one.cost for one in results]
    return Total(
        answered=len(found),
        milliseconds=median(one.milliseconds for one in found) if found else None,
        tokens=sum(one.input_tokens + one.output_tokens for one in found),
        cost=sum(one for one in costs if one is not None) if costs and None not in costs else None,
    )


def _tried(
    services: PageServices, org: Organisation, asked: Call, function: WebhookFunction
) -> TrialResult:
    """Run a call; one that finds no place is a failure of its own."""
    try:
        return run(services, org, asked, function)
    except FlowhookError as error:
        outcome = failed(error, asked.request_id, function.main)
        return TrialResult(0.0, asked.request_id, outcome)


def _try(future: Future[TrialResult], prices: Prices) -> Try:
    if not future.done() or future.cancelled():
        return Try(None, is_begun=not future.cancelled())
    result = future.result()
    price = prices.find(result.model) if result.model else None
    cost = price.cost(result.input_tokens, result.output_tokens) if price else None
    return Try(result, cost=cost)
