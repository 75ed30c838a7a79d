"""A backup's file: a line that names it, then sealed chunks of compressed Redis commands.

The line is JSON: the format, the file's id, the key that seals it, when and by which release. The
rest is a stream of commands in Redis's own protocol, compressed by zlib and cut into chunks of at
most 1 MiB. Each is sealed with the line, its number and whether it is the last one as associated
data, so nothing can be cut, changed, moved or taken from another file unnoticed. A chunk begins
with its length in four bytes; the last one holds the counts.
"""

from __future__ import annotations

import secrets
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

import hiredis
import orjson

from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.keys import STORE_FORMAT
from flowhook.timestamps import now
from flowhook.version import VERSION
from service.backup.commands import COMMANDS, Command

FORMAT = 1
NAME = "flowhook_backup"
CHUNK_BYTES = 1024 * 1024
SEALED_BYTES = CHUNK_BYTES + 1024  # with what a seal adds
LINE_BYTES = 4096
PACKED_BYTES = 64 * 1024  # compressed in one go
LENGTH = struct.Struct(">I")
NOBODY = "*"  # no organisation's id


class Unreadable(Exception):
    """Why a file cannot be read as a backup, with the byte where that shows, and the fix."""


@dataclass(frozen=True)
class Counts:
    """What a backup holds."""

    organizations: int
    keys: int
    commands: int


class BackupWriter:
    """Writes a backup to an open file; without `end` it is a cut one."""

    def __init__(self, file: IO[bytes], cipher: Cipher) -> None:
        self.file = file
        self.cipher = cipher
        self.commands = 0
        self._number = 0
        self._compressor = zlib.compressobj()
        self._packed, self._waiting = bytearray(), bytearray()
        line = {
            NAME: FORMAT,
            "id": secrets.token_hex(16),
            "key": cipher.current.hex(),
            "store_format": STORE_FORMAT,
            "made_at": now(),
            "release": VERSION,
        }
        self._line = orjson.dumps(line) + b"\n"
        file.write(self._line)

    def write(self, command: Command) -> None:
        self.commands += 1
        self._packed += hiredis.pack_command(command)  # type: ignore[arg-type]  # of any length
        if len(self._packed) >= PACKED_BYTES:
            self._compress()

    def end(self, organizations: int, keys: int) -> Counts:
        """Write what is left and the counts, which make the file whole."""
        self._compress()
        self._add(self._compressor.flush())
        if self._waiting:
            self._seal(bytes(self._waiting), is_last=False)
        counts = Counts(organizations, keys, self.commands)
        self._seal(orjson.dumps(vars(counts)), is_last=True)
        return counts

    def _compress(self) -> None:
        self._add(self._compressor.compress(self._packed))
        self._packed.clear()

    def _add(self, compressed: bytes) -> None:
        self._waiting += compressed
        while len(self._waiting) >= CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), is_last=False)
            del self._waiting[:CHUNK_BYTES]

    def _seal(self, plain: bytes, *, is_last: bool) -> None:
        purpose = _purpose(self._line, self._number, is_last)
        sealed = self.cipher.seal(NOBODY, purpose, plain)
        self.file.write(LENGTH.pack(len(sealed)) + sealed)
        self._number += 1


class BackupReader:
    """Reads a backup; each walk over `commands` checks the whole file anew."""

    def __init__(self, file: IO[bytes], cipher: Cipher) -> None:
        """Raises Unreadable for what is no backup, of a newer release or under other keys."""
        self.file = file
        self.cipher = cipher
        file.seek(0)
        self._line = file.readline(LINE_BYTES)
        self.about = self._read_line()
        self.counts: Counts | None = None  # known at the end of the first walk

    def _read_line(self) -> Mapping[str, Any]:
        try:
            about = orjson.loads(self._line)
            known, key = about[NAME], bytes.fromhex(about["key"])
            store_format = int(about["store_format"])
        except (ValueError, KeyError, TypeError):
            raise Unreadable(
                "it is no backup of Flowhook (that shows at byte 0): name a file that"
                " flowhook backup made"
            ) from None
        if known != FORMAT or store_format > STORE_FORMAT:
            raise Unreadable(
                f"it was made by a newer release ({about.get('release')}; that shows at byte 0):"
                " restore it with that release"
            )
        if not self.cipher.has(key):
            raise Unreadable(
                f"no key of ENCRYPTION_KEYS opens it (its key is {key.hex()}, byte 0): set the keys"
                " that the service had when it was made"
            )
        found: Mapping[str, Any] = about
        return found

    def commands(self) -> Iterator[Command]:
        """Every command of the file, from its beginning. Raises Unreadable, with the byte."""
        reader, inflater, number = hiredis.Reader(), zlib.decompressobj(), 0
        for start, chunk in self._chunks():
            packed: bytes = chunk
            while packed:
                reader.feed(inflater.decompress(packed, CHUNK_BYTES))
                packed = inflater.unconsumed_tail
                while (found := reader.gets()) is not False:
                    if not isinstance(found, list) or not found or found[0] not in COMMANDS:
                        raise Unreadable(f"byte {start} begins what no backup holds")
                    number += 1
                    yield tuple(found)
        if self.counts is None or self.counts.commands != number:
            raise Unreadable(f"it holds {number} commands and should hold another number")

    def _chunks(self) -> Iterator[tuple[int, bytes]]:
        """Each chunk with the byte at which it begins; ends after the last one."""
        self.file.seek(len(self._line))
        start, number = len(self._line), 0
        while True:
            sealed = self._next(start)
            for is_last in (False, True):
                try:
                    plain = self.cipher.open(NOBODY, _purpose(self._line, number, is_last), sealed)
                except CannotDecrypt:
                    continue
                break
            else:
                raise Unreadable(
                    f"it was changed at byte {start} or after it, or that part belongs to another"
                    " file: take another copy"
                )
            if is_last:
                self._end(start, sealed, plain)
                return
            yield start, plain
            start += LENGTH.size + len(sealed)
            number += 1

    def _next(self, start: int) -> bytes:
        head = self.file.read(LENGTH.size)
        length = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else 0
        if length > SEALED_BYTES:
            raise Unreadable(f"it was changed at byte {start}: take another copy")
        sealed = self.file.read(length)
        if len(head) < LENGTH.size or len(sealed) < length:
            end = start + len(head) + len(sealed)
            raise Unreadable(f"it is cut off at byte {end}: take another copy")
        return sealed

    def _end(self, start: int, sealed: bytes, plain: bytes) -> None:
        end = start + LENGTH.size + len(sealed)
        if self.file.read(1):
            raise Unreadable(f"it has more than it should from byte {end} on: take another copy")
        self.counts = Counts(**orjson.loads(plain))


def _purpose(line: bytes, number: int, is_last: bool) -> str:
    return f"backup {number} {is_last} {line.decode()}"
