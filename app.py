"""Assembles the application from the rooms."""

from __future__ import annotations

import logging
import sys
from functools import partial
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from flowhook.board.board import Board
from flowhook.board.routes import board_routes
from flowhook.config import Config, ConfigError
from flowhook.http import answers
from flowhook.http.application import FlowhookFlask
from flowhook.http.body_size import MAX_BODY_BYTES
from flowhook.http.headers import ALWAYS_HTTPS
from flowhook.http.new_work import refuse_while_full
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
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.http.openai_routes import openai_routes
from flowhook.organisations.http.settings_routes import settings_routes
from flowhook.organisations.http.token_routes import token_routes
from flowhook.organisations.http.trash_routes import trash_routes
from flowhook.organisations.lockout import Lockout
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
from flows.api.channel_routes import channel_routes
from flows.api.conversation_routes import conversation_routes
from flows.api.editing_routes import editing_routes
from flows.api.flow_routes import flow_routes
from flows.api.funnel_routes import funnel_routes
from flows.api.intervention_routes import intervention_routes
from flows.api.roster_routes import roster_routes
from flows.conversations.author_requests import AuthorHttpClient
from flows.conversations.conversations import Conversations
from flows.conversations.interventions import Interventions
from flows.conversations.roster_filling import RosterFilling
from flows.conversations.store import CONVERSATIONS_PART, ConversationStore
from flows.conversations.waker import Waker
from flows.library.flow_editor import FlowEditor
from flows.library.flow_linter import FlowLinter
from flows.library.store import FLOW, FlowStore
from service import logs
from service.alerting import open_alerts
from service.background import Background
from service.flow_tools import FlowTools
from service.provider_clients import client_opener, open_google
from service.section_checks import section_checks
from service.webhook_calls import ConversationDelivery, FlowCalls, function_specs
from service.whatsapp_bridge import WHATSAPP, WhatsAppBridge, open_whatsapp
from web.operations.openapi import document
from web.operations.routes import operations_routes
from web.page_services import PageServices
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


def create_app(config: Config | None = None, redis: Any = None) -> Flask:
    """The service as a WSGI application; configuration and Redis from the environment."""
    config = config or Config.from_env()
    if redis is None:
        redis = connect(config.redis_url, config.data_dir, config.embedded_max_memory)

    cipher = RetiredKeys(redis, Cipher(config.encryption_keys)).cipher
    store = SettingsStore(redis, cipher)
    settings = SettingsCache(store)
    lockout = Lockout(redis)
    authenticator = Authenticator(config.admin_token, settings, lockout)

    guard = AddressGuard(config.allow_private_urls)
    accounts = Accounts(config)
    open_client = client_opener(redis, settings, guard, accounts)

    fullness, limiter, prices = Fullness(redis), Limiter(redis), Prices.load(config.prices_file)
    log = LogStore(
        redis,
        cipher,
        config.log_entries,
        config.log_days,
        max_bytes=config.log_megabytes * MEGABYTE,
        fullness=fullness,
    )
    counters, recent_outcomes, token_use = UsageCounters(redis), RecentOutcomes(redis), TokenUse()
    board = Board(redis, prices)
    recorder = Recorder(
        redis,
        [log, counters, token_use, recent_outcomes, board],
        dropped=metrics.DROPPED.inc,
        exists=lambda org: settings.get(org).exists,
        count=metrics.count,
    )

    media = MediaStore(redis, cipher, admit=fullness.check)
    public_media = PublicMedia(media, config.public_url)
    functions = load_functions()
    contexts = ContextFactory(
        accounts,
        open_client,
        guard,
        public_media,
        Threads(redis, cipher),
        config.google_maps_url,
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
    runner = CallRunner(dispatcher, settings.get, called_at)
    job_services = JobServices(config, redis, cipher, guard, settings.get, runner.run, fullness)
    handler = CallHandler(dispatcher, job_services.inline_runner, job_services.idempotency)
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
    )
    store.trash.restorers[FLOW] = conversations.flows.bring_back
    contexts.add_tools(FlowTools(conversations))
    job_services.add_delivery(CONVERSATION, ConversationDelivery(conversations))
    whatsapp = open_whatsapp(config, redis, cipher, settings)
    conversations.add_channel(WHATSAPP, whatsapp)
    store.deletion.add_indices(
        whatsapp.inbox.forget_organisation,
        whatsapp.outbox.forget_organisation,
        conversations.wakeups.forget_organisation,
        job_services.queue.forget_organisation,
        partial(forget_sessions, redis),
        board.forget,
    )
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
    )
    waker = Waker(
        conversations,
        [WhatsAppBridge(whatsapp, conversations, public_media.keep)],
        at_once=config.worker_threads,
        sweeps=[
            store.deletion.look_again,
            alerts.sweep,
            RosterFilling(conversations.store).sweep,
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
        "whatsapp": whatsapp,
        "alerts": alerts,
    }
    answers.install(app)
    linter = FlowLinter(function_specs(functions), Retired, settings.get)
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
        alerts=alerts,
        linter=linter,
        editor=FlowEditor(conversations.flows, linter),
        fullness=fullness,
        media=public_media,
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
        usage_routes(auth, sections, counters, prices),
        board_routes(auth, sections, board, alerts.open),
        refuse_while_full(flow_routes(auth, sections, conversations.flows, linter), fullness),
        refuse_while_full(editing_routes(auth, sections, services.editor), fullness),
        refuse_while_full(conversation_routes(auth, conversations, in_flight.place), fullness),
        refuse_while_full(
            intervention_routes(auth, Interventions(conversations), in_flight.place), fullness
        ),
        roster_routes(auth, conversations),
        funnel_routes(auth, sections, conversations.flows),
        refuse_while_full(channel_routes(settings, lockout, whatsapp), fullness),
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
