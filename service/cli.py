"""The command line, `flowhook <command>`: runs the service, and what an operator does beside it.

Each command is imported only when it is called, because a worker sets up its threads first, and
each imports what it needs only when it runs, so that help and tab completion are quick.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import click

from service.terminal import FAILED, wants_no_colour

COMMANDS = (
    "backup",
    "check",
    "demo",
    "doctor",
    "key",
    "org",
    "play",
    "restore",
    "rotate-keys",
    "run",
    "token",
    "version",
    "worker",
)


class Commands(click.Group):
    """A group whose commands lie in `service/commands`, imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"service.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def flowhook() -> None:
    """Runs Flowhook, and does what its operator does at a terminal.

    The environment (REDIS_URL, DATA_DIR, ...) says which store a command works on.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    colour = False if wants_no_colour() else None
    try:
        status = flowhook.main(arguments, prog_name="flowhook", standalone_mode=False, color=colour)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo("Stopped.", err=True)
        return FAILED
    return int(status or 0)


if __name__ == "__main__":
    sys.exit(main())
