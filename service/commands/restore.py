"""`flowhook restore FILE`."""

from __future__ import annotations

from pathlib import Path

import click

from service.terminal import Failed, say

COMMAND_SECONDS = 60.0


@click.command(short_help="Put what a backup holds into an empty store.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Delete what the store holds first.")
def command(file: Path, force: bool) -> None:
    """Put what the backup FILE holds into the store that the environment names.

    It may be of another kind than the one that was saved. The whole file is checked before anything
    is written. No process of the service may run, and the store must be empty, unless --force.
    """
    from redis.exceptions import RedisError

    from flowhook.config import Config, find_encryption_keys
    from flowhook.jobs.services import choose_queue
    from flowhook.organisations.cipher import Cipher
    from flowhook.organisations.contact_move import processes
    from service.backup import restoring
    from service.backup.file import BackupReader, Unreadable
    from service.opened_store import connect_to, told_in_one_line, variable_of

    with told_in_one_line(), file.open("rb") as opened:
        try:
            reader = BackupReader(opened, Cipher(find_encryption_keys()))
            counts = restoring.check(reader)
        except Unreadable as error:
            raise Failed(f"{file}: {error}") from error
        config = Config.from_env()
        redis = connect_to(config, COMMAND_SECONDS)
        place = variable_of(config)
        if next(processes(redis), None) is not None:
            raise Failed(
                f"processes of the service use the store of {place}: stop them all, wait 15"
                " seconds, and restore then"
            )
        if next(restoring.our_keys(redis), None) is not None:
            if not force:
                raise Failed(
                    f"the store of {place} is not empty: name another, or add --force to delete"
                    " what it holds"
                )
            restoring.clear(redis)
        try:
            restoring.write(reader, redis)
            jobs = restoring.queue_jobs(redis, choose_queue(config, redis).send)
        except RedisError as error:
            raise Failed(
                f"the restore broke off ({error}): mend that, and restore again with --force"
            ) from error
        redis.close()
    say(
        f"{counts.organizations} organisations with {counts.keys} keys are restored"
        f" ({reader.about['made_at']}); {jobs} jobs go on when the service runs."
    )
