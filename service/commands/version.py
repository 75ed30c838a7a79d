"""`flowhook version`."""

from __future__ import annotations

import click

from flowhook.version import VERSION


@click.command
def command() -> None:
    """Print the version."""
    click.echo(VERSION)
