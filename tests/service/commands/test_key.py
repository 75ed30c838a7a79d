"""`flowhook key set`."""

from __future__ import annotations

from flowhook.redis.connect import Client
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import OpenService
from tests.fixtures_commands import CommandLine


def test_a_key_is_read_stored_and_answers(
    cli: CommandLine, real_redis: Client, open_service: OpenService, openai: FakeOpenAI
) -> None:
    service = open_service(real_redis)
    service.organisation(openai)
    key = service.operator("GET", "/settings/acme/openai").json["api_key"]
    service.operator("PATCH", "/settings/acme/openai", {"is_active": False})
    said = cli("key", "set", "acme", typed=f" {openai.key}\r\nmore")
    assert said.status == 0
    assert openai.key not in said.out + said.err
    stored = service.operator("GET", "/settings/acme/openai").json
    assert (stored["api_key"], stored["is_active"]) == (key, True)
    assert service.call("parse_via_chat_gpt", {"question_text": "Why?"}).status == 200


def test_further_accounts_have_keys_of_their_own(cli: CommandLine, real_redis: Client) -> None:
    cli("org", "create", "acme")
    said = cli("key", "set", "acme", "--account", "second", typed="sk-0123456789wxyz\n")
    assert said.err == "The key sk-...wxyz of acme is stored, and acme is switched on.\n"
    assert b"openai/accounts/second:api_key" in real_redis.hkeys("fh:{acme}:settings")
    assert cli("key", "set", "acme", "--account", "a/b", typed="sk-0123456789\n").status == 1


def test_no_key_and_no_organisation_change_nothing(cli: CommandLine, real_redis: Client) -> None:
    cli("org", "create", "acme")
    assert cli("key", "set", "acme").err.startswith("standard input holds no key")
    masked = cli("key", "set", "acme", typed="sk-...wxyz\n")
    assert masked.err.startswith("api_key is masked, not a key. api_key: Looks masked.")
    assert not real_redis.hexists("fh:{acme}:settings", "openai:api_key")
    assert cli("key", "set", "nobody", typed="sk-0123456789\n").status == 1
    assert not real_redis.exists("fh:{nobody}:settings")
