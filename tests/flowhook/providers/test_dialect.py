"""The registry of providers."""

from __future__ import annotations

import inspect

import pytest

from flowhook.errors import ProviderRejected
from flowhook.organisations.schemas import SECTIONS
from flowhook.providers.account import DEFAULT_PROVIDER, Account
from flowhook.providers.account_client import dialect_of
from flowhook.providers.dialect import load_providers, provider


def test_each_provider_names_settings_that_exist() -> None:
    providers = load_providers()
    assert DEFAULT_PROVIDER in providers.names()
    settings = SECTIONS["openai"]().fields
    for dialect in providers:
        assert set(dialect.needs) <= set(settings)
        assert inspect.getdoc(dialect)


def test_a_name_is_taken_once() -> None:
    dialect = load_providers().find("azure")
    assert dialect is not None
    with pytest.raises(ValueError, match="twice"):
        provider("azure")(dialect)


def test_an_unknown_provider_names_those_that_are_known() -> None:
    with pytest.raises(ProviderRejected) as caught:
        dialect_of(Account("k", "http://h", "m", provider="aws"))
    assert "azure or openai" in caught.value.fix
