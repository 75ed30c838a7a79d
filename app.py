"""Joins the parts: the only place that knows them all."""

from __future__ import annotations

import atexit
import logging
import sys
from functools import partial
from threading import Thread
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from api import answers
from api.body_size import MAX_BODY_BYTES
from api.origin import called_at, origin
from api.service import Service
from config import FETCH_SECONDS, Config, ConfigError
from flow_calls import COMMON_FIELDS, FlowCalls, LateResults, function_specs
from flow_channels import WHATSAPP, WhatsAppLine, open_whatsapp
from flow_tools import FlowTools
from flows.channels.routes import channel_routes
from flows.conversation_routes import conversation_routes
from flows.conversation_store import ConversationStore
from flows.conversations import Conversations
from flows.outgoing import Outgoing
from flows.routes import flow_routes
from flows.store import FlowStore
from flows.surroundings import Examiner
from flows.waker import Waker
from jobs.desk import Desk
from jobs.routes import job_routes
from limits.limiter import Limiter
from media.routes import media_routes
from media.store import MediaStore
from openai_clients import client_opener
from operations.openapi import document
from operations.routes import operations_routes
from providers.accounts import Accounts
from providers.google_maps import GoogleMapsClient
from providers.guard import AddressGuard
from providers.retirements import Retired
from providers.transport import RequestsTransport
from records import metrics
from records.entry import Entry
from records.log import LogStore
from records.pulse import Pulse
from records.recorder import Recorder
from records.routes import log_routes
from records.token_use import TokenUse
from serving import logs
from settings.auth import Authenticator
from settings.cache import SettingsCache
from settings.cipher import Cipher
from settings.edge import Edge
from settings.lockout import Lockout
from settings.openai_checks import OpenAIChecks
from settings.openai_routes import openai_routes
from settings.retired_keys import RetiredKeys
from settings.routes import settings_routes
from settings.store import SettingsStore
from settings.token_routes import token_routes
from storage.connect import connect
from usage.counters import UsageCounters
from usage.prices import Prices
from usage.routes import usage_routes
from web.services import Services
from web.site import warm, web_routes
from webhooks.answering import Answering
from webhooks.dispatcher import Dispatcher
from webhooks.outcome import CallRunner
from webhooks.registry import Context, load_functions
from webhooks.routes import InFlight, webhook_routes
from webhooks.threads import Threads
from webhooks.webhook_tools import WebhookTools


class Background:
    """What runs beside the calls: `app.extensions[Background.NAME]`, to be closed with the app."""

    NAME = "flowhook"

    def __init__(
        self,
        settings: SettingsCache,
        recorder: Recorder,
        listener: Thread,
        desk: Desk,
        waker: Waker,
    ) -> None:
        self.settings = settings
        self.recorder = recorder
        self.listener = listener
        self.desk = desk
        self.waker = waker

    def close(self) -> None:
        """Write what is queued and end the threads; once, at the end of the process at the last."""
        atexit.unregister(self.close)
        self.waker.close()
        self.desk.close()
        self.settings.close()
        self.recorder.close()


def create_app(config: Config | None = None, redis: Any = None) -> Flask:
    """The service as a WSGI application; configuration and Redis from the environment."""
    config = config or Config.from_env()
    redis = redis if redis is not None else connect(config.redis_url, config.data_dir)

    cipher = RetiredKeys(redis, Cipher(config.encryption_keys)).cipher
    store = SettingsStore(redis, cipher)
    settings = SettingsCache(store)
    authenticator = Authenticator(config.admin_token, settings, Lockout(redis))

    guard = AddressGuard(config.allow_private_urls)
    accounts = Accounts(config)
    open_client = client_opener(redis, settings, guard, accounts)

    log = LogStore(redis, cipher, config.log_entries, config.log_days)
    counters, pulse = UsageCounters(redis), Pulse(redis)
    token_use = TokenUse()
    recorder = Recorder(
        redis,
        [log, counters, token_use, pulse],
        dropped=metrics.DROPPED.inc,
        exists=lambda org: settings.get(org).exists,
    )

    def record(entry: Entry) -> None:
        metrics.count(entry)
        recorder.record(entry)

    media = MediaStore(redis, cipher)
    maps = RequestsTransport()

    def fetch(url: str, field: str, max_bytes: int) -> bytes:
        return guard.fetch(
            url, max_bytes=max_bytes, timeout_seconds=FETCH_SECONDS, field=field
        ).content

    def keep_media(org: str, content: bytes, extension: str) -> str:
        return f"{origin(config.public_url)}/media/{media.keep(org, content, extension)}"

    functions = load_functions()
    threads = Threads(redis, cipher)
    tool_sources = (WebhookTools(functions), FlowTools(lambda: conversations))

    def make_context(**known: Any) -> Context:
        return Context(
            fetch=fetch,
            keep_media=keep_media,
            open_maps=lambda api_key: GoogleMapsClient(api_key, maps, config.google_maps_url),
            open_account=lambda organisation, title: accounts.open(organisation.sections, title),
            open_client=open_client,
            threads=threads,
            tool_sources=tool_sources,
            **known,
        )

    limiter, prices = Limiter(redis), Prices.load(config.prices_file)
    dispatcher = Dispatcher(functions, make_context, record, limiter)
    edge = Edge(store, settings.drop, authenticator, guard, partial(token_use.note, redis))
    checks = OpenAIChecks(edge, accounts, open_client)
    runner = CallRunner(dispatcher, settings.get, called_at)
    late = LateResults(lambda: conversations)
    desk = Desk(config, redis, cipher, guard, settings.get, runner.run, late)
    whatsapp = open_whatsapp(config, redis, cipher, settings)
    line = WhatsAppLine(whatsapp, lambda: conversations, keep_media)
    conversations = Conversations(
        ConversationStore(redis, cipher),
        FlowStore(redis, cipher),
        settings.get,
        FlowCalls(dispatcher, desk.deadlines),
        Outgoing(guard),
        channels={WHATSAPP: line},
        called_at=called_at,
    )
    waker = Waker(conversations, [line], at_once=config.worker_threads)
    background = Background(settings, recorder, settings.listen(), desk, waker)
    atexit.register(background.close)

    app = Service(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.extensions[Background.NAME] = background
    app.extensions[Desk.NAME] = desk
    answers.install(app)
    in_flight = InFlight(config.max_in_flight)
    answering = Answering(dispatcher, desk.deadlines, desk.repeats)
    app.extensions["whatsapp"] = whatsapp
    examiner = Examiner(function_specs(functions), COMMON_FIELDS, Retired)
    services = Services(
        config=config,
        redis=redis,
        edge=edge,
        settings=settings,
        checks=checks,
        dispatcher=dispatcher,
        limiter=limiter,
        log=log,
        pulse=pulse,
        counters=counters,
        prices=prices,
        desk=desk,
        conversations=conversations,
        examiner=examiner,
    )
    for routes in (
        webhook_routes(dispatcher, authenticator, settings, in_flight, answering),
        settings_routes(edge),
        token_routes(edge),
        openai_routes(edge, checks),
        log_routes(edge, log),
        job_routes(edge, desk.store, desk.dead),
        media_routes(media),
        usage_routes(edge, counters, prices),
        flow_routes(edge, conversations.flows, examiner),
        conversation_routes(edge, conversations, in_flight),
        channel_routes(settings, whatsapp),
        operations_routes(edge, redis, lambda: document(app, functions)),
        web_routes(services),
    ):
        app.register_blueprint(routes)
    trust_proxies(app, config.trusted_proxies)
    return app


def trust_proxies(app: Flask, hops: int) -> None:
    """Believe what this many proxies in front say of the caller."""
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def application() -> Flask:
    """What gunicorn serves."""
    try:
        config = Config.from_env()
        logs.configure(config.log_level)
        logging.getLogger(__name__).info("worker starts")
        app = create_app(config)
        warm(app)
        return app
    except ConfigError as error:
        sys.exit(str(error))
