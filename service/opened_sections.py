"""The settings of organisations, as the HTTP API and the pages change them, for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flowhook.limits.limiter import Limiter
from flowhook.organisations.auth import OPERATOR, Caller
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.retired_keys import RetiredKeys
from flowhook.organisations.section_service import SectionService
from flowhook.organisations.store import SettingsStore
from flowhook.providers.guard import AddressGuard
from service.background import Background
from service.opened_store import opened_store
from service.terminal import Failed

COMMAND_LINE = Caller(OPERATOR, None, "command line")
LISTENER_SECONDS = 5.0


@contextmanager
def opened_sections() -> Iterator[SectionService]:
    """Settings and tokens on the environment's store, without the rest of the service.

    Processes that run hear of each change from the store. Raises as `opened_store`.
    """
    with opened_store() as (config, redis):
        store = SettingsStore(redis, RetiredKeys(redis, Cipher(config.encryption_keys)).cipher)
        guard = AddressGuard(config.allow_private_urls)
        yield SectionService(store, _hear, guard, Limiter(redis).forget_month)


@contextmanager
def opened_whole() -> Iterator[SectionService]:
    """The same of a whole service, for a deletion, which has something to remove in every part."""
    from app import create_app

    with opened_store() as (config, redis):
        app = create_app(config, redis)
        background: Background = app.extensions[Background.NAME]
        try:
            sections: SectionService = app.extensions[SectionService.NAME]
            yield sections
        finally:
            background.close()
            background.listener.join(LISTENER_SECONDS)


def check_exists(sections: SectionService, org: str) -> None:
    """Raises Failed if there is no such organisation; a command makes none by a slip."""
    if not sections.exists(org):
        raise Failed(
            f"there is no organisation {org}: flowhook org list shows those there are,"
            f" flowhook org create makes one"
        )


def _hear(_org: str) -> None:
    """A command holds no copy of the settings that a change could make stale."""
