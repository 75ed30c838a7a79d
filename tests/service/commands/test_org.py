"""`flowhook org`."""

from __future__ import annotations

from flowhook.organisations.audit import Audit
from flowhook.redis.connect import Client
from flowhook.redis.keys import scan_organisation
from tests.fixtures_app import OpenService
from tests.fixtures_commands import CommandLine


def test_an_organisation_is_made_listed_and_deleted(cli: CommandLine, real_redis: Client) -> None:
    assert cli("org", "list").err.startswith("There is no organisation yet")
    made = cli("org", "create", "acme")
    assert (made.status, made.err.split(".")[0]) == (0, "Organisation acme is made")
    assert cli("org", "list").out.split() == ["ORGANISATION", "ON", "acme", "no"]
    assert cli("org", "list", "--json").json == {
        "organizations": [{"id": "acme", "is_active": False}]
    }
    assert cli("org", "delete", "acme", typed="acme\n").status == 0
    assert cli("org", "list", "--json").json == {"organizations": []}
    assert {key.decode() for key in scan_organisation(real_redis, "acme")} == {"fh:{acme}:gone"}
    audit = Audit(real_redis).read("acme", "", 10)
    assert {(entry["actor"], entry["action"]) for entry in audit} == {
        ("command line", "create"),
        ("command line", "delete"),
    }


def test_a_running_service_knows_at_once(
    cli: CommandLine, real_redis: Client, open_service: OpenService
) -> None:
    service = open_service(real_redis)
    cli("org", "create", "acme")
    assert service.operator("GET", "/settings/acme/openai").json["is_active"] is False
    cli("org", "delete", "acme", "--yes")
    assert service.operator("GET", "/settings/acme/openai").status == 404


def test_nothing_is_made_twice_nor_under_a_wrong_id(cli: CommandLine) -> None:
    assert cli("org", "create", "acme").status == 0
    again = cli("org", "create", "acme")
    assert (again.status, again.err) == (
        1, "an organisation acme already exists: choose another id\n",
    )  # fmt: skip
    assert cli("org", "create", "a b").err.startswith("an organisation id is 1 to 64 of")


def test_a_deletion_wants_the_id(cli: CommandLine) -> None:
    cli("org", "create", "acme")
    assert cli("org", "delete", "acme", typed="acne\n").err.endswith("nothing was deleted\n")
    assert cli("org", "delete", "acme").status == 1  # nobody there to ask
    assert cli("org", "delete", "acne", "--yes").err.startswith("there is no organisation acne")
    assert cli("org", "list", "--json").json["organizations"]
