"""`flowhook backup FILE`."""

from __future__ import annotations

from pathlib import Path

import click

from service.terminal import counted, say

COMMAND_SECONDS = 120.0  # Redis may read the largest organisation that long


@click.command(short_help="Save everything that is stored to FILE, sealed.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def command(file: Path) -> None:
    """Save everything that is stored to FILE, while the service runs.

    FILE is compressed, and sealed with the first of ENCRYPTION_KEYS: keep these apart from it,
    since nobody can read it without them. An older FILE is replaced once the new one is whole.
    """
    from flowhook.organisations.cipher import Cipher
    from service.backup.saving import save
    from service.opened_store import opened_store

    with opened_store(timeout_seconds=COMMAND_SECONDS) as (config, redis):
        counts = save(redis, Cipher(config.encryption_keys), file)
    what = f"{counted(counts.organizations, 'organisation')} with {counted(counts.keys, 'key')}"
    say(f"{file} holds {what}, in {counted(file.stat().st_size, 'byte')}.")
