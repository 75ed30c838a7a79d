"""`flowhook key set ORG`: an organisation's key at its provider of models."""

from __future__ import annotations

import sys

import click

from service.terminal import Failed, say


@click.group
def command() -> None:
    """Set the key an organisation's provider of models knows it by."""


@command.command("set")
@click.argument("org")
@click.option("--account", metavar="TITLE", help="Of this further account, not the first one.")
def set_(org: str, account: str | None) -> None:
    """Store ORG's key, read from standard input, and switch the organisation on.

    A key never stands in the command, where others on the machine and the shell's history would
    see it:

        flowhook key set acme < key.txt
    """
    from flowhook.organisations.kinds import TITLE_PATTERN
    from flowhook.organisations.section_service import account_section
    from service.opened_sections import COMMAND_LINE, check_exists, opened_sections

    if account and not TITLE_PATTERN.fullmatch(account):
        raise Failed("a title is 1 to 64 letters, digits, spaces, dots, _ or -: choose another")
    with opened_sections() as sections:
        check_exists(sections, org)
        section = account_section(account) if account else "openai"
        is_new = section not in sections.existing(org).sections
        values = {"api_key": _read_key(), "is_active": True}
        sections.write(org, section, values, COMMAND_LINE, replaces=is_new)
        shown, _ = sections.show(org, section)
    say(f"The key {shown['api_key']} of {org} is stored, and {org} is switched on.")


def _read_key() -> str:
    """The first line of standard input; at a terminal it is asked for and not shown."""
    if sys.stdin.isatty():
        return str(click.prompt("Key", hide_input=True, err=True))
    key = sys.stdin.readline(4096).strip()
    if not key:
        raise Failed("standard input holds no key: flowhook key set ORG < key.txt")
    return key
