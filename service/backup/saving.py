"""Writes a backup of a running store to a file, which appears under its name once it is whole."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from flowhook.organisations.cipher import Cipher
from service.backup.file import BackupWriter, Counts
from service.backup.snapshot import Snapshot


def save(redis: Any, cipher: Cipher, path: Path) -> Counts:
    """Back up the store behind `redis` to the file, in the place of one that is there."""
    with _appearing(path) as file:
        writer = BackupWriter(file, cipher)
        snapshot = Snapshot(redis, writer.write)
        snapshot.take()
        return writer.end(snapshot.organizations, snapshot.keys)


@contextmanager
def _appearing(path: Path) -> Iterator[IO[bytes]]:
    """A file beside `path` that takes its name when it is on disk; gone if anything fails."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with open(_opened(draft), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _opened(draft: Path) -> int:
    """A new file. Raises OSError, which names the folder: of the file's own name nobody knows."""
    try:
        return os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        error.filename = str(draft.parent)
        raise
