"""The services that pages use, the same as the API's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from answers.approved.approved import Approved
from answers.asked.week import WhatPeopleAsk
from answers.gates.gates import Gates
from answers.gates.live_prompts import LivePrompts
from answers.guardrails.guards import Guards
from answers.guardrails.trying import GuardrailTrial
from answers.inbox.inbox import Inbox
from answers.knowledge.deleted_bases import DeletedBases
from answers.knowledge.knowledge import Knowledge
from answers.knowledge.reader import Reader
from answers.prompts.store import PromptStore
from answers.question_sets.runs.runner import Runner
from flowhook.alerts.alerts import Alerts
from flowhook.board.board import Board
from flowhook.config import Config
from flowhook.jobs.services import JobServices
from flowhook.limits.in_flight import InFlight
from flowhook.limits.limiter import Limiter
from flowhook.media.public import PublicMedia
from flowhook.organisations.account_checks import AccountChecks
from flowhook.organisations.cache import SettingsCache
from flowhook.organisations.contact_rights import ContactRights
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.section_service import SectionService
from flowhook.providers.guard import AddressGuard
from flowhook.records.log import LogStore
from flowhook.records.recent_outcomes import RecentOutcomes
from flowhook.redis.fullness import Fullness
from flowhook.usage.counters import UsageCounters
from flowhook.usage.prices import Prices
from flows.conversations.conversations import Conversations
from flows.conversations.live_services import CallFunction
from flows.library.flow_editor import FlowEditor
from flows.library.flow_linter import FlowLinter
from web.processing import Processing
from webhooks.dispatcher import Dispatcher


@dataclass(frozen=True, slots=True)
class PageServices:
    """The services of one application; made by app.py."""

    config: Config = field(repr=False)
    redis: Any = field(repr=False)
    auth: AdminAuth
    sections: SectionService
    settings: SettingsCache
    checks: AccountChecks
    dispatcher: Dispatcher
    in_flight: InFlight
    limiter: Limiter
    log: LogStore
    recent_outcomes: RecentOutcomes
    counters: UsageCounters
    prices: Prices
    board: Board
    job_services: JobServices
    conversations: Conversations
    prompts: PromptStore
    asked: WhatPeopleAsk
    approved: Approved
    knowledge: Knowledge
    reader: Reader
    deleted_bases: DeletedBases
    guard: AddressGuard
    guards: Guards
    trial: GuardrailTrial
    inbox: Inbox
    question_runs: Runner
    pretended: CallFunction
    tried: CallFunction
    processing: Processing
    alerts: Alerts
    linter: FlowLinter
    editor: FlowEditor
    gates: Gates
    live_prompts: LivePrompts
    fullness: Fullness
    media: PublicMedia
    rights: ContactRights
