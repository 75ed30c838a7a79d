"""All parts of the store, one by one; what one cannot find out does not keep others from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from redis.exceptions import RedisError

from flowhook.board.board import Board
from flowhook.config import Config
from flowhook.jobs.liveness import Liveness
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.retired_keys import RetiredKeys
from flowhook.organisations.store import SettingsStore
from flowhook.usage.prices import Prices
from flows.channels.contact_queue import OUTBOX, ContactQueue
from service.doctor import machine, organisations, store
from service.doctor.finding import WRONG, Finding
from service.doctor.public_address import public_address
from service.whatsapp_token import refused_token_condition

Examine = Callable[[], Finding | Iterable[Finding]]


def examine_store(config: Config, redis: Any) -> Iterator[Finding]:
    """The store, and the organisations in it."""
    cipher = RetiredKeys(redis, Cipher(config.encryption_keys)).cipher
    settings = SettingsStore(redis, cipher)
    board = Board(redis, Prices.load(config.prices_file))
    yield from _told("Redis", lambda: store.servers(redis))
    yield from _told("Keys", lambda: store.secrets(settings))
    yield from _told("Clock", lambda: store.clock(redis))
    yield from _told("Worker", lambda: store.workers(Liveness(redis)))
    if config.redis_url is None:
        yield machine.disk(config.data_dir)
    yield public_address(config.public_url)
    yield from _told("Organisations' keys", lambda: _of_keys(settings, board))
    yield from _told("Organisations", lambda: _of_settings(config, settings, redis))


def _of_keys(settings: SettingsStore, board: Board) -> Finding:
    active = {org for org, is_on in settings.listed() if is_on}
    return organisations.keys(active, board.key_errors())


def _of_settings(config: Config, settings: SettingsStore, redis: Any) -> Iterator[Finding]:
    known = [settings.load(org) for org in settings.organisations()]
    defaults = (config.default_model,)
    outbox = ContactQueue(redis, settings.cipher, OUTBOX)
    yield organisations.whatsapp(known, refused_token_condition(outbox, settings.audit))
    yield organisations.models(known, defaults, datetime.now(UTC).date())


def _told(part: str, examine: Examine) -> Iterator[Finding]:
    try:
        found = examine()
        yield from [found] if isinstance(found, Finding) else list(found)
    except RedisError as error:
        words = f"Redis does not tell ({error})"
        yield Finding(part, WRONG, words, "let this user run the command that it names")
