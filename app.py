"""Assembles the application from the rooms."""

from __future__ import annotations

import logging
import sys
from functools import partial
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from answers.api.routes import answers_routes
from answers.asked.week import WhatPeopleAsk
from answers.guardrails.consent import ConsentStore
from answers.guardrails.guards import Guards
from answers.guardrails.rules.rules import Rules
from answers.guardrails.rules.verdicts import Verdicts
from answers.guardrails.trying import GuardrailTrial
from answers.inbox.alert import inbox_condition
from answers.inbox.inbox import Inbox
from answers.knowledge.reader import Reader
from answers.prompts.store import PromptStore
from answers.question_sets.runs.runner import Runner
from answers.question_sets.store import QuestionSetStore
from flowhook.board.board import Board
from flowhook.board.routes import board_routes
from flowhook.config import Config, ConfigError
from flowhook.http import answers
from flowhook.http.application import FlowhookFlask
from flowhook.http.body_size import MAX_BODY_BYTES
from flowhook.http.headers import ALWAYS_HTTPS
from flowhook.http.origin import called_at
from flowhook.jobs.room import MEGABYTE
from flowhook.jobs.routes import job_routes
from flowhook.jobs.services import JobServices
from flowhook.jobs.store import CONVERSATION
from flowhook.limits.in_flight import InFlight
from flowhook.limits.limiter import Limiter
from flowhook.media.public import PublicMedia
from flowhook.media.routes import media_routes
from flowhook.media.store import MediaStore
from flowhook.organisations.account_checks import AccountChecks
from flowhook.organisations.auth import Authenticator
from flowhook.organisations.cache import SettingsCache
from flowhook.organisations.check_results import CheckResults
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.contact_rights import ContactRights
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.http.contact_routes import contact_routes
from flowhook.organisations.http.openai_routes import openai_routes
from flowhook.organisations.http.settings_routes import settings_routes
from flowhook.organisations.http.token_routes import token_routes
from flowhook.organisations.http.trash_routes import trash_routes
from flowhook.organisations.lockout import Lockout
from flowhook.organisations.retention import DAY_SECONDS, INBOX, LOGS, MEDIA, naming
from flowhook.organisations.retired_keys import RetiredKeys
from flowhook.organisations.section_service import SectionService
from flowhook.organisations.store import SettingsStore
from flowhook.providers.account import Accounts
from flowhook.providers.guard import AddressGuard
from flowhook.providers.retirements import Retired
from flowhook.records import metrics
from flowhook.records.log import LogStore
from flowhook.records.recent_outcomes import RecentOutcomes
from flowhook.records.recorder import Recorder
from flowhook.records.routes import log_routes
from flowhook.records.token_use import TokenUse
from flowhook.redis.connect import connect
from flowhook.redis.fullness import Fullness
from flowhook.usage.counters import UsageCounters
from flowhook.usage.prices import Prices
from flowhook.usage.routes import usage_routes
from flows.api.routes import flows_routes
from flows.conversations.author_requests import AuthorHttpClient
from flows.conversations.conversations import Conversations
from flows.conversations.roster_filling import RosterFilling
from flows.conversations.store import CONVERSATIONS_PART, ConversationStore
from flows.conversations.waker import Waker
from flows.library.flow_editor import FlowEditor
from flows.library.flow_linter import FlowLinter
from flows.library.store import FLOW, FlowStore
from service import logs
from service.alerting import open_alerts
from service.answer_loop import AnswerLoop, open_answer_loop, open_reader
from service.background import Background
from service.contact_stores import open_contact_rights
from service.flow_tools import FlowTools
from service.gating import Gating, open_gates
from service.inbox_conversations import join_inbox
from service.inboxes import open_inbox
from service.passage_embedder import PassageEmbedder
from service.provider_clients import client_opener, open_google
from service.question_runs import open_question_runs
from service.retention import open_retention
from service.section_checks import section_checks
from service.webhook_calls import (
    ConversationDelivery,
    FlowCalls,
    PretendedCalls,
    function_specs,
)
from service.whatsapp_bridge import WHATSAPP, WhatsAppBridge, open_whatsapp
from web.operations.openapi import document
from web.operations.privacy_routes import privacy_routes
from web.operations.routes import operations_routes
from web.page_services import PageServices
from web.processing import Processing
from web.sessions import forget_organisation as forget_sessions
from web.site import warm, web_routes
from webhooks.call_handler import CallHandler
from webhooks.call_runner import CallRunner
from webhooks.context import ContextFactory
from webhooks.dispatcher import Dispatcher
from webhooks.http.routes import webhook_routes
from webhooks.registry import load_functions
from webhooks.threads import Threads
from webhooks.tools.webhook_tools import WebhookTools


def create_app(config: Config | None = None, redis: Any = None) -> Flask:  # noqa: PLR0915 - one list
    """The service as a WSGI application; configuration and Redis from the environment."""
    config = config or Config.from_env()
    if redis is None:
        redis = connect(config.redis_url, config.data_dir, config.embedded_max_memory)

    cipher = RetiredKeys(redis, Cipher(config.encryption_keys)).cipher
    store = SettingsStore(redis, cipher)
    settings = SettingsCache(store)
    lockout = Lockout(redis)
    prompts = PromptStore(redis, cipher, store.changes, store.trash)
    questions = QuestionSetStore(redis, cipher, store.trash)
    answer_loop = open_answer_loop(config, redis, cipher, store)
    authenticator = Authenticator(config.admin_token, settings, lockout)

    guard = AddressGuard(config.allow_private_urls)
    guards = Guards(cipher, ConsentStore(redis, cipher), settings.get)
    accounts = Accounts(config)
    open_client = client_opener(redis, settings, guard, accounts, guards)

    fullness = Fullness(redis)
    limiter = Limiter(redis)
    prices = Prices.load(config.prices_file)
    log = LogStore(
        redis,
        cipher,
        config.log_entries,
        config.log_days,
        max_bytes=config.log_megabytes * MEGABYTE,
        fullness=fullness,
        days_of=naming(settings.get, LOGS),
    )
    counters = UsageCounters(redis)
    recent_outcomes = RecentOutcomes(redis)
    token_use = TokenUse()
    board = Board(redis, prices)
    recorder = Recorder(
        redis,
        [log, counters, token_use, recent_outcomes, board, answer_loop.approved.counts],
        dropped=metrics.DROPPED.inc,
        exists=lambda org: settings.get(org).exists,
        count=metrics.count,
    )

    media = MediaStore(
        redis,
        cipher,
        config.media_days * DAY_SECONDS,
        admit=fullness.check,
        days_of=naming(settings.get, MEDIA),
    )
    public_media = PublicMedia(media, config.public_url)
    functions = load_functions()
    contexts = ContextFactory(
        accounts,
        open_client,
        guard,
        public_media,
        Threads(redis, cipher),
        config.google_maps_url,
        prompts,
        answer_loop.knowledge,
        answer_loop.intake,
        answer_loop.approved,
        guards,
        Rules(Verdicts(redis, cipher)),
    )
    dispatcher = Dispatcher(functions, contexts, recorder.record, limiter)
    contexts.add_tools(WebhookTools(dispatcher))
    auth = AdminAuth(authenticator, partial(token_use.note, redis))
    sections = SectionService(store, settings.drop, guard, limiter.forget_month)
    in_flight = InFlight(config.max_in_flight)
    sheets = open_google(config, redis, cipher, guard)
    checks = AccountChecks(
        sections,
        accounts,
        open_client,
        in_flight.place,
        section_checks(config, guard, sheets, authenticator, store.tokens),
        CheckResults(redis),
    )
    job_services = JobServices(
        config,
        redis,
        cipher,
        guard,
        settings.get,
        CallRunner(dispatcher, settings.get, called_at).run,
        fullness,
    )
    handler = CallHandler(
        dispatcher,
        job_services.inline_runner,
        job_services.person_runner,
        job_services.idempotency,
    )
    conversations = Conversations(
        ConversationStore(
            redis,
            cipher,
            most_bytes=lambda: fullness.most // CONVERSATIONS_PART,
            is_full=lambda: fullness.is_full,
        ),
        FlowStore(redis, cipher),
        settings.get,
        FlowCalls(handler),
        AuthorHttpClient(guard, public_url=config.public_url),
        sheets.open,
        called_at=called_at,
        record_consent=guards.note_consent,
    )
    store.trash.restorers[FLOW] = conversations.flows.bring_back
    contexts.add_tools(FlowTools(conversations, FlowCalls(handler, needs_consent=False)))
    job_services.add_delivery(
        CONVERSATION, ConversationDelivery(conversations, answer_loop.intake.store)
    )
    whatsapp = open_whatsapp(config, redis, cipher, settings)
    conversations.add_channel(WHATSAPP, whatsapp)
    question_runs = open_question_runs(
        redis,
        cipher,
        questions,
        prompts,
        accounts,
        dispatcher,
        prices,
        conversations,
        job_services,
        settings.get,
        limiter,
    )
    reader = open_reader(
        answer_loop,
        job_services,
        settings.get,
        PassageEmbedder(accounts, open_client, limiter, recorder.record),
    )
    store.deletion.add_indices(
        question_runs.store.due.forget_organisation,
        whatsapp.inbox.forget_organisation,
        whatsapp.outbox.forget_organisation,
        conversations.wakeups.forget_organisation,
        job_services.queue.forget_organisation,
        partial(forget_sessions, redis),
        board.forget,
    )
    inbox = open_inbox(
        answer_loop.intake,
        job_services,
        dispatcher,
        conversations.store,
        answer_loop.approved,
        store.ids,
        naming(settings.get, INBOX),
    )
    gating = open_gates(prompts, conversations.flows, question_runs, store.audit, store.ids)
    alerts = open_alerts(
        config,
        store,
        guard,
        board,
        recent_outcomes,
        limiter,
        job_services.dead,
        whatsapp.outbox,
        checks,
        gating.nightly.condition(),
        inbox_condition(answer_loop.intake.store),
    )
    rights = open_contact_rights(
        store,
        conversations,
        whatsapp,
        answer_loop.intake.store,
        job_services,
        contexts.threads,
        media,
        log,
        question_runs,
        guards.consents,
    )
    waker = Waker(
        conversations,
        [WhatsAppBridge(whatsapp, conversations, public_media.keep)],
        at_once=config.worker_threads,
        sweeps=[
            store.deletion.look_again,
            rights.erasures.sweep,
            rights.rewrite.sweep,
            alerts.sweep,
            gating.sweep.sweep,
            inbox.sweep.sweep,
            join_inbox(inbox.inbox, conversations, whatsapp, job_services, store.deletion).sweep,
            RosterFilling(conversations.store).sweep,
            question_runs.sweep,
            reader.sweep,
            open_retention(redis, store.ids, log, media, conversations, inbox.sweep.keeping).sweep,
        ],
    )
    background = Background(settings, recorder, settings.listen(), job_services, waker, fullness)

    app = FlowhookFlask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.config[ALWAYS_HTTPS] = (config.public_url or "").startswith("https:")
    app.extensions |= {
        Background.NAME: background,
        JobServices.NAME: job_services,
        SectionService.NAME: sections,
        Runner.NAME: question_runs,
        Gating.NAME: gating,
        AnswerLoop.NAME: answer_loop,
        Inbox.NAME: inbox.inbox,
        Reader.NAME: reader,
        "whatsapp": whatsapp,
        "alerts": alerts,
        ContactRights.NAME: rights,
    }
    answers.install(app)
    linter = FlowLinter(function_specs(functions), Retired, settings.get, prompts)
    services = PageServices(
        config=config,
        redis=redis,
        auth=auth,
        sections=sections,
        settings=settings,
        checks=checks,
        dispatcher=dispatcher,
        in_flight=in_flight,
        limiter=limiter,
        log=log,
        recent_outcomes=recent_outcomes,
        counters=counters,
        prices=prices,
        board=board,
        job_services=job_services,
        conversations=conversations,
        prompts=prompts,
        asked=WhatPeopleAsk(redis, cipher, log, functions.find),
        approved=answer_loop.approved,
        knowledge=answer_loop.knowledge,
        reader=reader,
        deleted_bases=answer_loop.deleted,
        guard=guard,
        guards=guards,
        trial=GuardrailTrial(
            guards, contexts.rules, accounts, open_client, limiter, recorder.record
        ),
        inbox=inbox.inbox,
        question_runs=question_runs,
        pretended=PretendedCalls(functions),
        tried=FlowCalls(handler, needs_consent=False),
        processing=Processing(functions, accounts, config),
        alerts=alerts,
        linter=linter,
        editor=FlowEditor(conversations.flows, linter, gating.gates),
        gates=gating.gates,
        live_prompts=gating.live_prompts,
        fullness=fullness,
        media=public_media,
        rights=rights,
    )
    for routes in (
        webhook_routes(handler, authenticator, settings, in_flight),
        settings_routes(auth, sections, checks),
        token_routes(auth, sections),
        openai_routes(auth, sections, checks),
        trash_routes(auth, sections, store.trash),
        log_routes(auth, sections, log),
        job_routes(auth, job_services.store, job_services.dead),
        media_routes(media),
        contact_routes(auth, sections, rights, in_flight.place),
        usage_routes(auth, sections, counters, prices),
        board_routes(auth, sections, board, alerts.open),
        *flows_routes(
            auth,
            sections,
            fullness,
            in_flight.place,
            conversations=conversations,
            linter=linter,
            editor=services.editor,
            pretended=services.pretended,
            settings=settings,
            lockout=lockout,
            receiver=whatsapp,
        ),
        *answers_routes(
            auth,
            sections,
            fullness,
            in_flight.place,
            guard,
            log,
            functions,
            live_prompts=gating.live_prompts,
            gates=gating.gates,
            question_runs=question_runs,
            knowledge=answer_loop.knowledge,
            reader=reader,
            deleted_bases=answer_loop.deleted,
            approved=answer_loop.approved,
            inbox=inbox.inbox,
            consents=guards.consents,
            trial=services.trial,
        ),
        privacy_routes(auth, sections, services.processing),
        operations_routes(auth, fullness, lambda: document(app, functions)),
        web_routes(services),
    ):
        app.register_blueprint(routes)
    trust_proxies(app, config.trusted_proxies)
    return app


def trust_proxies(app: Flask, hops: int) -> None:
    """Trust the forwarded headers of this many proxies."""
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def application() -> Flask:
    """The application that gunicorn serves; exits with one line where a variable is wrong."""
    try:
        config = Config.from_env()
        logs.configure(config.log_level)
        logging.getLogger(__name__).info("worker starts")
        app = create_app(config)
        app.extensions[JobServices.NAME].liveness.begin()
        warm(app)
        return app
    except ConfigError as error:
        sys.exit(str(error))
