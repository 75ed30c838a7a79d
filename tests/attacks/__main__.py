"""Repeats the attacks, each on a fresh service: `python -m tests.attacks [NUMBER...]`.

A service has one web process, one job worker and the embedded store, on loopback. Prints what each
attack did beside its goal, and exits 1 where a goal is missed. All take some ten minutes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.attacks import doors, fairness, gone, memory, stalls, store
from tests.attacks.rows import ATTACKS, Attack, Row
from tests.attacks.stand import CLIENT_SECONDS, Stand
from tests.fakes.openai import FakeOpenAI
from tests.fakes.running_service import RunningService

MODULES = (memory, store, stalls, fairness, doors, gone)
NOTHING = Attack("0. nothing at all", lambda stand: iter(()), 5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("numbers", nargs="*", help="only attacks whose names begin so: 1 4b")
    asked = parser.parse_args()
    chosen = [NOTHING, *(one for one in ATTACKS if is_chosen(one, asked.numbers))]
    rows: list[Row] = []
    for attack in sorted(chosen, key=place):
        with tempfile.TemporaryDirectory(prefix="attacks-") as folder:
            rows += carry_out(Path(folder), attack)
    missed = [row for row in rows if not row.is_met]
    print(f"{len(rows)} goals, {len(missed)} missed")
    sys.exit(bool(missed))


def is_chosen(attack: Attack, numbers: list[str]) -> bool:
    number = attack.name.partition(".")[0]
    return not numbers or number in numbers or number.rstrip("abcdef") in numbers


def carry_out(folder: Path, attack: Attack) -> list[Row]:
    """Start a service, attack it and end it; prints and returns what was found."""
    environment = {"CLIENT_SECONDS": str(CLIENT_SECONDS)}
    with FakeOpenAI() as openai:
        with RunningService(folder, **environment) as service:
            stand = Stand(service, openai)
            stand.warm_up()
            found = stand.suffer(attack)
        openai.violations.clear()
    print("\n".join([attack.name, *map(str, found)]), flush=True)
    return found


def place(attack: Attack) -> tuple[int, str]:
    number = attack.name.partition(".")[0]
    return int(number.rstrip("abcdef")), number


if __name__ == "__main__":
    main()
