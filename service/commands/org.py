"""`flowhook org create|list|delete`: the organisations of the service."""

from __future__ import annotations

import click

from service.terminal import Failed, json_option, print_json, print_rows, say


@click.group
def command() -> None:
    """Create, list and delete organisations."""


@command.command
@click.argument("org")
def create(org: str) -> None:
    """Create the organisation ORG, switched off until it has a key.

    An id is 1 to 64 of A-Z a-z 0-9 _ -. For signed calls from Glific it must be Glific's number
    of the organisation.
    """
    from flowhook.redis.keys import ORGANIZATION_ID_PATTERN
    from service.opened_sections import COMMAND_LINE, opened_sections

    if not ORGANIZATION_ID_PATTERN.fullmatch(org):
        raise Failed("an organisation id is 1 to 64 of A-Z a-z 0-9 _ -: choose another")
    with opened_sections() as sections:
        if sections.exists(org):
            raise Failed(f"an organisation {org} already exists: choose another id")
        sections.write(org, "openai", {"is_active": False}, COMMAND_LINE, replaces=True)
    say(
        f"Organisation {org} is made. Next: flowhook key set {org},"
        f" and flowhook token create {org} --scope webhook."
    )


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the organisations, and whether each is switched on."""
    from service.opened_sections import opened_sections

    with opened_sections() as sections:
        listed = [{"id": org, "is_active": active} for org, active in sections.store.listed()]
    if as_json:
        print_json({"organizations": listed})
    elif listed:
        print_rows(listed, {"id": "ORGANISATION", "is_active": "ON"})
    else:
        say("There is no organisation yet: flowhook org create makes one.")


@command.command
@click.argument("org")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(org: str, yes: bool) -> None:
    """Delete the organisation ORG and everything it owns.

    Its settings, tokens, flows, conversations, logs and jobs; only the audit stays.
    """
    from service.opened_sections import COMMAND_LINE, check_exists, opened_whole

    with opened_whole() as sections:
        check_exists(sections, org)
        question = f"This deletes {org} and everything it owns. Type its id to go on"
        if not yes and click.prompt(question, err=True) != org:
            raise Failed("that is another id: nothing was deleted")
        sections.store.delete_organisation(org, COMMAND_LINE.name)
        sections.revoked(org)
    say(f"Organisation {org} and everything it owned is deleted.")
