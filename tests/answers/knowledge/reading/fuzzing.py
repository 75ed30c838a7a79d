"""A child that reads one file over and over, with a few bytes changed each time."""

from __future__ import annotations

import json
import random
import sys
import zlib
from collections import Counter
from collections.abc import Callable

from answers.knowledge.reading.child_process import ROOT
from answers.knowledge.reading.confinement import close_inherited, confine
from answers.knowledge.reading.parsing import parse
from answers.knowledge.reading.unreadable import Unreadable
from tests.answers.knowledge.reading.office_files import unzipped, zipped

START = (
    f"import sys; sys.path[:] = [{str(ROOT)!r}, *sys.argv[2:]]; "
    "from tests.answers.knowledge.reading.fuzzing import main; main(sys.argv[1])"
)
TIMES = 300


def main(kind: str) -> None:
    close_inherited()
    confine()
    content = sys.stdin.buffer.read()
    chance = random.Random(zlib.crc32(content))
    change = _changed_inside if kind in ("docx", "xlsx") else _changed
    print(json.dumps(Counter(_tried(change, content, kind, chance) for _ in range(TIMES))))


Change = Callable[[bytes, random.Random], bytes]


def _tried(change: Change, content: bytes, kind: str, chance: random.Random) -> str:
    try:
        parse(change(content, chance), "", kind)
    except Unreadable as why:
        return why.reason
    except Exception:
        return "error"
    return "read"


def _changed(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(changed))
        what = chance.choice(("set", "cut", "repeat"))
        if what == "set":
            changed[place] = chance.randrange(256)
        elif what == "cut":
            del changed[place : place + chance.randint(1, 20)]
            changed = changed or bytearray(b"x")
        else:
            changed[place:place] = changed[place : place + 30] * chance.randint(1, 5)
    return bytes(changed)


def _changed_inside(content: bytes, chance: random.Random) -> bytes:
    """One part of the file changed, or the file itself."""
    if chance.random() < 0.2:
        return _changed(content, chance)
    parts = unzipped(content)
    name = chance.choice(sorted(parts))
    return zipped({**parts, name: _changed(parts[name] or b"x", chance)})
