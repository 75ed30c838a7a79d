"""Assembles the runs of question sets: what they ask, who judges, and who performs them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from answers.prompts.store import PromptStore
from answers.question_sets.judge import ModelJudge
from answers.question_sets.runs.answer_cache import AnswerCache
from answers.question_sets.runs.runner import FLOW, FUNCTION, STEP, Runner
from answers.question_sets.runs.store import RunStore
from answers.question_sets.runs.verifying import Verifier
from answers.question_sets.store import QuestionSetStore
from flowhook.jobs.services import JobServices
from flowhook.limits.limiter import Limiter
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.providers.account import Accounts
from flowhook.usage.prices import Prices
from flows.conversations.conversations import Conversations
from service.flow_target import FlowTarget
from service.question_targets import FunctionCalls, FunctionTarget, ModelAsker
from service.variants import Variants
from service.webhook_calls import PretendedCalls
from webhooks.dispatcher import Dispatcher


def open_question_runs(
    redis: Any,
    cipher: Cipher,
    sets: QuestionSetStore,
    prompts: PromptStore,
    accounts: Accounts,
    dispatcher: Dispatcher,
    prices: Prices,
    conversations: Conversations,
    job_services: JobServices,
    find: Callable[[str], Organisation],
    limiter: Limiter,
) -> Runner:
    """What starts runs, and performs them in workers; `find` reads an organisation."""
    calls = FunctionCalls(dispatcher, prices)
    variants = Variants(prompts, accounts, dispatcher.contexts.knowledge)
    judge = ModelJudge(ModelAsker(calls))
    runner = Runner(
        RunStore(redis, cipher),
        AnswerCache(redis, cipher),
        sets,
        job_services.queue,
        Verifier(judge),
        find,
        partial(spare_tokens, limiter),
    )
    runner.add_target(FUNCTION, FunctionTarget(calls, variants, dispatcher.contexts.threads))
    pretended = PretendedCalls(dispatcher.functions)
    runner.add_target(FLOW, FlowTarget(conversations, dispatcher, pretended, prices, variants))
    job_services.add_task(STEP, runner.perform)
    return runner


def spare_tokens(limiter: Limiter, organisation: Organisation) -> int | None:
    """Half of what is left of the month's tokens, so that contacts keep the rest; None without a
    budget."""
    budget = organisation.section("limits").get("monthly_tokens")
    if budget is None:
        return None
    return max(0, budget - limiter.tokens_this_month(organisation.id)) // 2
