"""One organisation's prompts, as the linter and the pages know them."""

from __future__ import annotations

import fakeredis

from answers.prompts.known_prompts import KnownPrompts
from answers.prompts.store import PromptStore
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.store import SettingsStore
from tests.fixtures_app import FIRST_KEY


def test_what_is_known_is_of_one_organisation_and_moment() -> None:
    settings = SettingsStore(fakeredis.FakeRedis(), Cipher([FIRST_KEY]))
    store = PromptStore(settings.redis, settings.cipher, settings.changes, settings.trash)

    def known() -> KnownPrompts:
        return KnownPrompts(store, settings.load("acme"))

    empty = known()
    assert (empty.names(), empty.find("a"), empty.version("a", 1)) == ([], None, None)
    store.add("other", "c", {"text": "x"}, "me")
    assert known().state == empty.state
    version, _ = store.add("acme", "b", {"text": "x"}, "me")
    store.add("acme", "a", {"text": "x"}, "me")
    found = known()
    assert found.names() == ["a", "b"]
    assert found.version("b", 1) == version
    assert found.version("b", 2) is None
    assert found.state != empty.state
    assert known().state == found.state
    store.set_live("acme", "b", {1: 100}, "me")
    assert known().state != found.state
