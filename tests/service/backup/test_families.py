"""What a backup leaves out, held to the list of key families in docs/operations.md."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from service.backup.families import LEFT_OUT, OURS, QUEUE, is_left_out, is_shared, owner_of
from tests.test_key_families import listed

SECONDS = 180

SHARED = (
    *("fh:orgs", "fh:deleted", "fh:inbox:orgs", "fh:outbox:orgs", "fh:people:orgs"),
    *("fh:runs", "fh:knowledge", "fh:erasures"),
)


def example(name: str) -> bytes:
    return re.sub(r"<[a-z]+>", "x1", name).encode()


def test_all_that_lives_for_seconds_is_left_out_and_little_else() -> None:
    left_out = {family.name for family in listed() if is_left_out(example(family.name))}
    brief = {
        family.name
        for family in listed()
        if family.seconds is not None and family.seconds <= SECONDS
    }
    assert brief - left_out == set(), "add these to LEFT_OUT, with the reason"
    assert left_out - brief == {
        "fh:workers",
        "fh:store:told",
        "fh:{<org>}:limits:calls",
        "fh:{<org>}:run_turn",
    }
    assert [str(pattern) for pattern in LEFT_OUT if not used(pattern)] == []
    assert all(LEFT_OUT.values())


def used(pattern: str) -> bool:
    return any(re.fullmatch(pattern, example(family.name).decode()) for family in listed())


def test_no_family_is_overlooked() -> None:
    patterns = [pattern.decode() for pattern in (*OURS, QUEUE)]
    for family in listed():
        found = [one for one in patterns if fnmatchcase(example(family.name).decode(), one)]
        assert len(found) == 1, family.name


def test_each_key_is_an_organisations_or_shared_or_alone() -> None:
    for family in listed():
        key = example(family.name)
        is_owned = family.name.startswith(("fh:{<org>}:", "fh:audit:"))
        assert (owner_of(key) == "x1") is is_owned, family.name
        assert is_shared(key) is (family.name.startswith("fh:wake:") or family.name in SHARED)
