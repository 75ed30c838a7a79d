"""`flowhook token create|list|revoke`: the tokens by which callers prove who they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from service.terminal import json_option, print_json, print_rows, say


@click.group
def command() -> None:
    """Create, list and revoke an organisation's tokens."""


def _fields(create: Callable[..., Any]) -> Callable[..., Any]:
    """An option for each field of a new token, as the HTTP API has them."""
    from flowhook.organisations.tokens import TokenSchema

    for name, field in reversed(TokenSchema().fields.items()):
        flag = f"--{name.replace('_', '-')}"
        words = field.metadata.get("description", "")
        create = click.option(flag, name, required=field.required, help=words)(create)
    return create


@command.command
@click.argument("org")
@_fields
@json_option
def create(org: str, as_json: bool, **wanted: str | None) -> None:
    """Create a token of ORG and print it, this once.

    Only the token goes to standard output: TOKEN=$(flowhook token create acme --scope webhook)
    """
    from flowhook.organisations.section_service import load_fields
    from flowhook.organisations.tokens import TokenSchema, created_token
    from service.opened_sections import COMMAND_LINE, check_exists, opened_sections

    given = {name: value for name, value in wanted.items() if value is not None}
    with opened_sections() as sections:
        check_exists(sections, org)
        made = created_token(sections, org, load_fields(TokenSchema(), given), COMMAND_LINE)
    if as_json:
        print_json(made)
        return
    click.echo(made["token"])
    say(f"This is the token {made['id']} of {org}; it is not shown again.")


@command.command("list")
@click.argument("org")
@json_option
def list_(org: str, as_json: bool) -> None:
    """List ORG's tokens, without the tokens themselves."""
    from flowhook.organisations.tokens import listed_tokens
    from service.opened_sections import check_exists, opened_sections

    with opened_sections() as sections:
        check_exists(sections, org)
        tokens = listed_tokens(sections, org)
    if as_json:
        print_json({"tokens": tokens})
    elif tokens:
        names = dict.fromkeys(name for token in tokens for name in token)
        print_rows(tokens, {name: name.upper().replace("_", " ") for name in names})
    else:
        say(f"{org} has no tokens yet: flowhook token create {org} makes one.")


@command.command
@click.argument("org")
@click.argument("token_id", metavar="ID")
def revoke(org: str, token_id: str) -> None:
    """Revoke ORG's token ID (as list shows it) at once."""
    from flowhook.organisations.tokens import revoke_token
    from service.opened_sections import COMMAND_LINE, check_exists, opened_sections

    with opened_sections() as sections:
        check_exists(sections, org)
        revoke_token(sections, org, token_id, COMMAND_LINE)
    say(f"The token {token_id} of {org} is revoked.")
