"""What every change of a question set has to keep to."""

from __future__ import annotations

from collections.abc import Iterable

from answers.question_sets.sealing import Rows
from answers.question_sets.stored_set import SetHead
from flowhook.errors import Changed, NotFound, TooLarge

MAX_SETS = 200
MAX_CASES = 10_000
MAX_BYTES = 16 * 1024 * 1024  # of a set's cases, as JSON


def check_sets(count: int) -> None:
    """Raise TooLarge where an organisation that has so many sets takes no further one."""
    if count >= MAX_SETS:
        raise TooLarge(
            f"an organisation may have {MAX_SETS} question sets",
            fix="Delete sets that are not used any more.",
        )


def check_size(cases: int, size: int) -> None:
    """Raise TooLarge for a set of too many cases, or bytes of them."""
    if cases > MAX_CASES or size > MAX_BYTES:
        raise TooLarge(
            f"a question set may have {MAX_CASES:,} cases of {MAX_BYTES // 1024**2} MiB",
            fix="Make a second set, or delete cases that are not needed.",
        )


def check_tag(head: SetHead | None, expected: Iterable[str]) -> None:
    """Raise Changed, naming what changed and by whom, unless one of the tags fits."""
    tags = list(expected)
    if not tags:
        return
    if head is None:
        raise Changed("this question set is not there any more")
    changes = [head.changed_since(tag) for tag in tags]
    if all(changes):
        told = {name: [_told(head)] for name in changes[0]}
        names = ", ".join(changes[0])
        raise Changed(f"the question set changed since you read it: {names}", fields=told)


def check_case_tag(head: SetHead, rows: Rows, case_id: str, expected: Iterable[str]) -> None:
    """Raise Changed unless one of the tags is the case's, or the whole set's."""
    tags = list(expected)
    row = next((row for row in rows if row.id == case_id), None)
    if not tags or (row and row.digest in tags) or head.tag in tags or (row and "*" in tags):
        return
    if row is None:
        raise Changed("this case is not there any more")
    raise Changed("this case changed since you read it", fields={case_id: [_told(head)]})


def existing(head: SetHead | None) -> SetHead:
    """Raises NotFound."""
    if head is None:
        raise NotFound(
            "this question set does not exist",
            fix="GET /question-sets/<org> lists the question sets.",
        )
    return head


def no_case() -> NotFound:
    return NotFound(
        "this case does not exist", fix="GET /question-sets/<org>/<name> lists the cases."
    )


def _told(head: SetHead) -> str:
    return f"Was changed since you read it; the set last by {head.by} at {head.updated_at}."
