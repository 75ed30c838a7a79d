"""`flowhook rotate-keys`: its words and status; the rest is in tests/service/test_rotate_keys."""

from __future__ import annotations

from tests.fixtures_app import FIRST_KEY, SECOND_KEY
from tests.fixtures_commands import CommandLine


def test_it_says_what_it_did(cli: CommandLine) -> None:
    cli("org", "create", "acme")
    cli("key", "set", "acme", typed="sk-0123456789\n")
    cli.monkeypatch.setenv("ENCRYPTION_KEYS", f"{SECOND_KEY},{FIRST_KEY}")
    done = cli("rotate-keys")
    assert (done.status, done.out) == (0, '{"organizations":1,"rotated":1,"unreadable":0}\n')


def test_a_store_without_organisations_may_be_the_wrong_one(cli: CommandLine) -> None:
    done = cli("rotate-keys")
    assert (done.status, done.out) == (0, '{"organizations":0,"rotated":0,"unreadable":0}\n')
    assert done.err == (
        "There is no organisation in this store: does DATA_DIR name the right one?\n"
    )


def test_lost_keys_are_its_business_and_no_other_commands(cli: CommandLine) -> None:
    cli("org", "create", "acme")
    cli("key", "set", "acme", typed="sk-0123456789\n")
    cli.monkeypatch.setenv("ENCRYPTION_KEYS", SECOND_KEY)
    refused = cli("org", "list")
    assert (refused.status, refused.err.split(":")[0]) == (
        1, "ENCRYPTION_KEYS open nothing in this store",
    )  # fmt: skip
    assert cli("rotate-keys").status == 1
    assert cli("rotate-keys", "--accept-loss").status == 1
    assert cli("org", "list").status == 0
