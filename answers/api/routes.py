"""All HTTP routes of the room."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from flask import Blueprint

from answers.api.approved_answers import AnswerAccess
from answers.api.approved_csv_routes import approved_csv_routes
from answers.api.approved_routes import approved_routes
from answers.api.case_csv_routes import case_csv_routes
from answers.api.case_routes import case_routes
from answers.api.consent_routes import consent_routes
from answers.api.document_routes import document_routes
from answers.api.gate_routes import flow_gate_routes, prompt_gate_routes
from answers.api.guardrail_routes import guardrail_routes
from answers.api.inbox_routes import inbox_routes
from answers.api.knowledge_answers import KnowledgeAccess
from answers.api.knowledge_routes import knowledge_routes
from answers.api.live_routes import live_routes
from answers.api.prompt_routes import prompt_routes
from answers.api.question_set_answers import Functions, SetAccess
from answers.api.question_set_routes import question_set_routes
from answers.api.run_routes import run_routes
from answers.approved.approved import Approved
from answers.gates.gates import Gates
from answers.gates.live_prompts import LivePrompts
from answers.guardrails.consent import ConsentStore
from answers.guardrails.trying import GuardrailTrial
from answers.inbox.inbox import Inbox
from answers.knowledge.deleted_bases import DeletedBases
from answers.knowledge.knowledge import Knowledge
from answers.knowledge.reader import Reader
from answers.question_sets.runs.runner import Runner
from flowhook.http.new_work import refuse_while_full
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.section_service import SectionService
from flowhook.providers.guard import AddressGuard
from flowhook.records.log import LogStore
from flowhook.redis.fullness import Fullness


def answers_routes(
    auth: AdminAuth,
    sections: SectionService,
    fullness: Fullness,
    place: Callable[[str], AbstractContextManager[None]],
    guard: AddressGuard,
    log: LogStore,
    functions: Functions,
    *,
    live_prompts: LivePrompts,
    gates: Gates,
    question_runs: Runner,
    knowledge: Knowledge,
    reader: Reader,
    deleted_bases: DeletedBases,
    approved: Approved,
    inbox: Inbox,
    consents: ConsentStore,
    trial: GuardrailTrial,
) -> list[Blueprint]:
    """Those of prompts, question sets, gates, knowledge, approved answers, inbox and guardrails.

    While the store is full, people may still answer and an admin may change guardrails.
    """
    sets, bases = SetAccess(auth, sections), KnowledgeAccess(auth, sections)
    pairs = AnswerAccess(auth, sections)
    storing = (
        prompt_routes(auth, sections, live_prompts.store),
        live_routes(auth, sections, live_prompts),
        prompt_gate_routes(auth, sections, gates),
        flow_gate_routes(auth, sections, gates),
        question_set_routes(sets, question_runs.sets, functions),
        case_routes(sets, question_runs.sets, log, functions),
        run_routes(sets, question_runs),
        case_csv_routes(sets, question_runs.sets),
        consent_routes(auth, sections, consents),
        knowledge_routes(bases, reader, deleted_bases, knowledge),
        document_routes(bases, reader, guard, place),
        approved_routes(pairs, approved),
        approved_csv_routes(pairs, approved),
    )
    return [
        guardrail_routes(auth, sections, trial, place),
        inbox_routes(auth, sections, inbox),
        *(refuse_while_full(routes, fullness) for routes in storing),
    ]
