"""E-mail over a mail server that enforces TLS and passwords."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from flowhook.alerts.mail import Mailer
from flowhook.config import Config, ConfigError
from flowhook.errors import InvalidInput, ProviderUnavailable
from tests.fakes.smtp import PASSWORD, USER, FakeSmtp, smtp_server
from tests.fakes.tcp import write_certificate

FROM = "flowhook@example.org"


@pytest.fixture
def strict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSmtp]:
    """A server that takes nothing before STARTTLS and a password."""
    authority, certificate = write_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with smtp_server(context) as server:
        yield server


def test_a_text_arrives_over_tls_with_a_password(strict: FakeSmtp) -> None:
    url = f"smtp://{USER}:{quote(PASSWORD)}@127.0.0.1:{strict.port}"
    Mailer(url, FROM).send("it@example.org", "नमस्ते", "The key is refused.\nSave another.")
    ((sender, recipient, text),) = strict.messages
    assert (sender, recipient) == (FROM, "it@example.org")
    assert "The key is refused.\r\nSave another." in text
    assert strict.commands.index("STARTTLS") < strict.commands.index("AUTH")


def test_a_password_never_travels_plain() -> None:
    with smtp_server(offers_auth=True) as plain:
        url = f"smtp://{USER}:{quote(PASSWORD)}@127.0.0.1:{plain.port}"
        with pytest.raises(ProviderUnavailable, match="SMTPNotSupportedError"):
            Mailer(url, FROM).send("it@example.org", "a", "b")
        assert "AUTH" not in plain.commands


def test_a_server_near_by_needs_neither() -> None:
    with smtp_server() as plain:
        Mailer(f"smtp://127.0.0.1:{plain.port}", FROM).send("it@example.org", "a", "b")
        assert len(plain.messages) == 1


def test_what_the_server_refuses_is_told_without_a_word_of_it() -> None:
    with smtp_server() as plain:
        plain.refuses = "it@example.org"
        with pytest.raises(ProviderUnavailable) as refused:
            Mailer(f"smtp://127.0.0.1:{plain.port}", FROM).send("it@example.org", "a", "b")
    assert "it@example.org" not in refused.value.message


def test_a_server_that_is_away() -> None:
    with pytest.raises(ProviderUnavailable, match="ConnectionRefusedError"):
        Mailer("smtp://127.0.0.1:1", FROM).send("it@example.org", "a", "b")


@pytest.mark.parametrize("given", [(None, FROM), ("smtp://127.0.0.1", None)])
def test_without_a_server_the_operator_is_named(given: tuple[str | None, str | None]) -> None:
    with pytest.raises(InvalidInput) as refused:
        Mailer(*given).send("it@example.org", "a", "b")
    assert "SMTP_URL" in refused.value.fix


@pytest.mark.parametrize(
    ("name", "value"),
    [("SMTP_URL", "mail.example.org"), ("SMTP_URL", "smtp://:25"), ("MAIL_FROM", "nobody")],
)
def test_a_malformed_variable_stops_the_start(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=name):
        Config.from_env({"DATA_DIR": str(tmp_path), name: value})
