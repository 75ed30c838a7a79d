"""`flowhook doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from service.terminal import Failed, json_option, print_json

if TYPE_CHECKING:
    from service.doctor.finding import Finding

COLOURS = {"ok": "green", "advice": "yellow", "wrong": "red"}
COMMAND_SECONDS = 10.0


@click.command(short_help="Look at each part: does it work, and if not, what to do.")
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Look at each part: does it work, and if not, what to do.

    Python and packages, the store and its keys, the clock, workers, disk, PUBLIC_URL, each
    organisation's key (as its newest calls tell; no provider is asked), WhatsApp and models.
    Changes nothing. Ends with 1 if something is wrong.
    """
    from service.doctor import machine
    from service.doctor.finding import WRONG, Finding

    found: list[Finding] = []

    def tell(finding: Finding) -> None:
        found.append(finding)
        if not as_json:
            state = click.style(f"{finding.state:<7}", fg=COLOURS[finding.state])
            fix = f": {finding.fix}" if finding.fix else ""
            click.echo(f"{state} {finding.part}: {finding.words}{fix}")

    tell(machine.python())
    tell(machine.packages())
    try:
        for finding in _of_the_store():
            tell(finding)
    except Failed as error:
        words, _, fix = error.message.partition(": ")
        tell(Finding("Store", WRONG, words, fix))
    except ImportError as error:  # Packages told which one is missing
        words = f"it cannot be looked at without the module {error.name}"
        tell(Finding("Store", WRONG, words, machine.INSTALL))
    is_well = all(finding.state != WRONG for finding in found)
    if as_json:
        print_json({"success": is_well, "parts": [finding.as_dict() for finding in found]})
    ctx.exit(0 if is_well else 1)


def _of_the_store() -> Iterator[Finding]:
    from service.doctor.examination import examine_store
    from service.opened_store import opened_store

    with opened_store(checks_keys=False, timeout_seconds=COMMAND_SECONDS) as (config, redis):
        yield from examine_store(config, redis)
