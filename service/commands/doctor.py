"""`flowhook doctor`."""

from __future__ import annotations

import click

from service.terminal import Failed, json_option, print_json

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
    from service.doctor.examination import examine_machine, examine_store
    from service.doctor.finding import WRONG, Finding
    from service.opened_store import opened_store

    found: list[Finding] = []

    def tell(finding: Finding) -> None:
        found.append(finding)
        if not as_json:
            state = click.style(f"{finding.state:<7}", fg=COLOURS[finding.state])
            fix = f": {finding.fix}" if finding.fix else ""
            click.echo(f"{state} {finding.part}: {finding.words}{fix}")

    for finding in examine_machine():
        tell(finding)
    try:
        with opened_store(checks_keys=False, timeout_seconds=COMMAND_SECONDS) as (config, redis):
            for finding in examine_store(config, redis):
                tell(finding)
    except Failed as error:
        words, _, fix = error.message.partition(": ")
        tell(Finding("Store", WRONG, words, fix))
    is_well = all(finding.state != WRONG for finding in found)
    if as_json:
        print_json({"success": is_well, "parts": [finding.as_dict() for finding in found]})
    ctx.exit(0 if is_well else 1)
