"""Restores a backup's file into the store that the environment names, or says why it cannot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from redis.exceptions import RedisError

from flowhook.config import Config, find_encryption_keys
from flowhook.jobs.services import choose_queue
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.contact_move import others_live
from flowhook.organisations.retired_keys import RetiredKeys
from flowhook.organisations.store import SettingsStore
from service.backup import restoring
from service.backup.file import BackupReader, Counts, Unreadable
from service.doctor.finding import Finding
from service.doctor.store import secrets
from service.opened_store import connect_to, told_in_one_line, variable_of
from service.terminal import Failed

COMMAND_SECONDS = 60.0  # Redis may write a large value that long


@dataclass(frozen=True)
class Restored:
    """What was restored; `secrets` is what doctor says of them now."""

    made_at: str
    counts: Counts
    jobs: int
    secrets: Finding


def restore(path: Path, *, replaces: bool) -> Restored:
    """Restore the file, after all of it was checked; `replaces` what the store holds.

    Raises Failed, before anything is changed unless it says that the restore broke off.
    """
    with told_in_one_line(), path.open("rb") as file:
        cipher = Cipher(find_encryption_keys())
        reader, counts = _checked(path, file, cipher)
        config = Config.from_env()
        redis = connect_to(config, COMMAND_SECONDS)
        try:
            _make_room(redis, variable_of(config), replaces)
            jobs = _write(reader, config, redis)
            found = secrets(SettingsStore(redis, RetiredKeys(redis, cipher).cipher))
        finally:
            redis.close()
    return Restored(str(reader.about["made_at"]), counts, jobs, found)


def _checked(path: Path, file: IO[bytes], cipher: Cipher) -> tuple[BackupReader, Counts]:
    try:
        reader = BackupReader(file, cipher)
        return reader, restoring.check(reader)
    except Unreadable as error:
        raise Failed(f"{path}: {error}") from error


def _make_room(redis: Any, variable: str, replaces: bool) -> None:
    """Raises Failed for a store that is in use, or not empty and to be kept."""
    if others_live(redis):
        raise Failed(
            f"processes of the service use the store of {variable}: stop them all, wait 15"
            " seconds, and restore then"
        )
    if next(restoring.held(redis), None) is None:
        return
    if not replaces:
        raise Failed(
            f"the store of {variable} is not empty: name another, or add --force to delete what"
            " it holds"
        )
    restoring.clear(redis)


def _write(reader: BackupReader, config: Config, redis: Any) -> int:
    try:
        restoring.write(reader, redis)
        return restoring.queue_jobs(redis, choose_queue(config, redis).send)
    except RedisError as error:
        raise Failed(
            f"the restore broke off ({error}): mend that, and restore again with --force"
        ) from error
