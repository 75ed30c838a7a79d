"""A backup's file: what was written is read, and what was done to it since shows, with the byte."""

from __future__ import annotations

import io
import random
import re
from itertools import pairwise

import orjson
import pytest

from flowhook.organisations.cipher import Cipher
from service.backup.commands import Command
from service.backup.file import LENGTH, BackupReader, BackupWriter, Unreadable
from tests.fixtures_app import FIRST_KEY, SECOND_KEY

KEYS = Cipher([FIRST_KEY])
NOISE = random.Random(7)
WRITTEN: list[Command] = [
    (b"SET", b"fh:{acme}:a", b"\x00\r\n$-1"),
    (b"HSET", b"fh:{acme}:b", b"", b""),
    *((b"SET", b"fh:{acme}:%d" % n, NOISE.randbytes(300_000)) for n in range(9)),
]


def made(commands: list[Command] = WRITTEN, cipher: Cipher = KEYS) -> bytes:
    file = io.BytesIO()
    writer = BackupWriter(file, cipher)
    for command in commands:
        writer.write(command)
    writer.end(organizations=1, keys=len(commands))
    return file.getvalue()


def read(raw: bytes, cipher: Cipher = KEYS) -> list[Command]:
    return list(BackupReader(io.BytesIO(raw), cipher).commands())


def refused(raw: bytes, cipher: Cipher = KEYS) -> str:
    with pytest.raises(Unreadable) as error:
        read(raw, cipher)
    return str(error.value)


def chunks(raw: bytes) -> list[int]:
    """Where each chunk begins, and the end."""
    starts = [raw.index(b"\n") + 1]
    while starts[-1] < len(raw):
        (length,) = LENGTH.unpack_from(raw, starts[-1])
        starts.append(starts[-1] + LENGTH.size + length)
    return starts


@pytest.mark.parametrize("commands", [[], WRITTEN[:1], WRITTEN], ids=["nothing", "one", "many"])
def test_what_was_written_is_read_twice_alike(commands: list[Command]) -> None:
    reader = BackupReader(io.BytesIO(made(commands)), KEYS)
    assert list(reader.commands()) == commands
    assert list(reader.commands()) == commands
    assert reader.counts is not None
    assert (reader.counts.organizations, reader.counts.keys) == (1, len(commands))


def test_chunks_are_bounded_and_nothing_is_readable() -> None:
    raw = made()
    starts = chunks(raw)
    assert len(starts) > 3
    assert max(b - a for a, b in pairwise(starts)) < 1024 * 1024 + 100
    assert b"acme" not in raw


def test_any_of_the_keys_opens_it_and_no_other() -> None:
    raw = made(WRITTEN[:2])
    assert read(raw, Cipher([SECOND_KEY, FIRST_KEY])) == WRITTEN[:2]
    assert refused(raw, Cipher([SECOND_KEY])).startswith("no key of ENCRYPTION_KEYS opens it")


def test_each_cut_is_told_with_its_byte() -> None:
    raw = made()
    starts = chunks(raw)
    cuts = [starts[0], starts[0] + 2, starts[1] - 1, starts[1], starts[-2], len(raw) - 1]
    for cut in cuts:
        assert refused(raw[:cut]).startswith(f"it is cut off at byte {cut}:")
    assert refused(raw[: starts[0] - 1]).startswith("it is cut off at byte")
    for cut in (0, 10):
        assert "byte 0" in refused(raw[:cut])


def test_each_change_is_told_with_the_byte_of_its_chunk() -> None:
    raw = made()
    starts = chunks(raw)
    for start, end in pairwise(starts):
        for place in (start + LENGTH.size, (start + end) // 2, end - 1):
            changed = bytearray(raw)
            changed[place] ^= 1
            assert refused(bytes(changed)).startswith(f"it was changed at byte {start} or after")
    swapped = raw[: starts[0]] + raw[starts[1] : starts[2]] + raw[starts[0] : starts[1]]
    assert f"byte {starts[0]} " in refused(swapped + raw[starts[2] :])
    dropped = raw[: starts[1]] + raw[starts[2] :]
    assert f"byte {starts[1]} " in refused(dropped)
    assert refused(raw + b"x").startswith(f"it has more than it should from byte {len(raw)} on")
    long = raw[: starts[0]] + b"\xff\xff\xff\xff" + raw[starts[0] + 4 :]
    assert refused(long).startswith(f"it was changed at byte {starts[0]}:")


def test_parts_of_another_backup_do_not_fit() -> None:
    one, other = made(), made()
    starts, others = chunks(one), chunks(other)
    mixed = one[: starts[1]] + other[others[1] :]
    assert f"byte {starts[1]} " in refused(mixed)
    assert f"byte {starts[0]} " in refused(one[: starts[0]] + other[others[0] :])


def relined(**changes: object) -> bytes:
    line, _, rest = made(WRITTEN[:1]).partition(b"\n")
    return orjson.dumps({**orjson.loads(line), **changes}) + b"\n" + rest


def test_the_line_is_part_of_the_seal() -> None:
    assert re.match(r"it was changed at byte \d+ or after", refused(relined(made_at="2030-01-01")))


@pytest.mark.parametrize("newer", [{"flowhook_backup": 2}, {"store_format": 99}])
def test_a_newer_format_is_refused_by_name(newer: dict[str, int]) -> None:
    assert refused(relined(release="9.9", **newer)).startswith(
        "it was made by a newer release (9.9; that shows at byte 0)"
    )


@pytest.mark.parametrize(
    "foreign",
    [b"", b"\n", b"REDIS0011\xfa", b"{}\n", b"[1]\n", b'"x"\n', NOISE.randbytes(10_000)],
)
def test_what_is_no_backup_is_named_so(foreign: bytes) -> None:
    assert refused(foreign).startswith("it is no backup of Flowhook (that shows at byte 0)")


def test_only_commands_that_write_keys_are_read() -> None:
    assert "begins what no backup holds" in refused(made([(b"FLUSHALL",)]))
