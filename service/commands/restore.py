"""`flowhook restore FILE`."""

from __future__ import annotations

from pathlib import Path

import click

from service.terminal import Failed, counted, say


@click.command(short_help="Put what a backup holds into an empty store.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Delete what the store holds first.")
def command(file: Path, force: bool) -> None:
    """Put what the backup FILE holds into the store that the environment names.

    It may be of another kind than the one that was saved. The whole file is checked before anything
    is written. No process of the service may run, and the store must be empty, unless --force.
    """
    from service.backup.restore import restore
    from service.doctor.finding import WRONG

    done = restore(file, replaces=force)
    held = (counted(done.counts.organizations, "organisation"), counted(done.counts.keys, "key"))
    jobs = counted(done.jobs, "job")
    say(f"Restored, as of {done.made_at}: {held[0]} with {held[1]}. {jobs} will go on.")
    if done.secrets.state == WRONG:
        raise Failed(f"{done.secrets.words}: {done.secrets.fix}")
