"""A short way to save prompts in tests and to make versions live."""

from __future__ import annotations

from typing import Any

from answers.prompts.store import PromptStore
from flowhook.organisations.cipher import Cipher
from tests.fixtures_app import FIRST_KEY, Service
from tests.webhooks.contexts import prompt_store


def save_prompt(
    service: Service, name: str, text: str, *, live: int | None = 100, **values: Any
) -> int:
    """Save a version and return its number; `live` percent answer with it, the rest of them with
    the version before."""
    store, org = store_of(service), service.tenant.id
    version, _ = store.add(org, name, {"text": text, **values}, "tests")
    number = version.number
    if live is not None:
        split = {number: live, number - 1: 100 - live}
        store.set_live(org, name, {one: part for one, part in split.items() if part}, "tests")
    service.background.settings.drop(org)
    return number


def store_of(service: Service) -> PromptStore:
    return prompt_store(service.redis, Cipher([FIRST_KEY]))
