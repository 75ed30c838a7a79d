"""`flowhook token`."""

from __future__ import annotations

from typing import Any

from flowhook.redis.connect import Client
from tests.fixtures_app import OpenService
from tests.fixtures_commands import CommandLine


def test_a_token_works_from_its_making_to_its_end(
    cli: CommandLine, real_redis: Client, open_service: OpenService
) -> None:
    service = open_service(real_redis)
    cli("org", "create", "acme")
    made = cli("token", "create", "acme", "--scope", "webhook", "--label", "flows")
    assert made.status == 0
    token = made.out.strip()
    assert token not in made.err
    ask = {"buttons_data": "Yes|No"}
    cli("key", "set", "acme", typed="sk-0123456789abcdef\n")
    assert service.call("get_buttons", ask, token=token).status == 200
    service.flush()
    (listed,) = tokens(cli)
    assert (listed["scope"], listed["label"]) == ("webhook", "flows")
    shown = cli("token", "list", "acme").out
    assert listed["id"] in shown
    assert token not in shown
    assert cli("token", "revoke", "acme", listed["id"]).status == 0
    assert service.call("get_buttons", ask, token=token).status == 401
    assert tokens(cli) == []


def tokens(cli: CommandLine) -> Any:
    return cli("token", "list", "acme", "--json").json["tokens"]


def test_json_holds_the_token(cli: CommandLine) -> None:
    cli("org", "create", "acme")
    made = cli("token", "create", "acme", "--scope", "admin", "--json").json
    assert str(made["token"]).startswith(f"fh.acme.{made['id']}.")


def test_a_token_may_end(cli: CommandLine) -> None:
    cli("org", "create", "acme")
    cli("token", "create", "acme", "--scope", "viewer")
    made = cli("token", "create", "acme", "--scope", "author", "--expires-at", "2999-01-31")
    assert made.status == 0
    heading, *rows = cli("token", "list", "acme").out.splitlines()
    assert heading.split()[-2:] == ["EXPIRES", "AT"]
    assert sum("2999-01-31" in row for row in rows) == 1
    over = cli("token", "create", "acme", "--scope", "author", "--expires-at", "2020-01-31")
    assert "expires_at: Is over already." in over.err


def test_what_the_api_refuses_is_refused_in_one_line(cli: CommandLine) -> None:
    cli("org", "create", "acme")
    wrong = cli("token", "create", "acme", "--scope", "everything")
    assert (wrong.status, len(wrong.err.splitlines()), wrong.out) == (1, 1, "")
    assert "scope: Must be one of" in wrong.err
    assert cli("token", "create", "acme").status == 2
    unknown_token = cli("token", "revoke", "acme", "0123").err
    assert unknown_token.startswith("organisation acme has no such token. The organisation's list")
    assert "GET" not in unknown_token
    for command in ("create --scope admin", "list", "revoke"):
        name, *options = command.split()
        unknown = cli("token", name, "nobody", *options, *(["0123"] if name == "revoke" else []))
        assert (unknown.status, unknown.err.split(":")[0]) == (1, "there is no organisation nobody")
