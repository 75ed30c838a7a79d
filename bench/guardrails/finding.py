"""What masking finds of what was planted, and what it takes for an identifier that is none."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from answers.guardrails.masking.finding import find
from answers.guardrails.masking.masks import Masks
from bench.goals import verdict
from flowhook.organisations.guardrail_schemas import KINDS
from tests.answers.guardrails.masking.generated import LANGUAGES, Text, Writer

TEXTS, CLEAN = 20_000, 2_000
SEED = 29
FALSE_GOAL, LEFT_GOAL = 0.01, 0.0


def digest(plain: bytes) -> bytes:
    return hashlib.sha256(plain).digest()


def planted() -> Iterator[str]:
    """How many planted identifiers are masked whole, and whether all comes back exactly."""
    there: Counter[str] = Counter()
    left: Counter[str] = Counter()
    changed = 0
    for text in Writer(SEED).texts(TEXTS):
        masks = Masks(KINDS, digest, text.names)
        changed += masks.restore(masks.mask(text.text)) != text.text
        there.update(one.kind for one in text.planted)
        left.update(kinds_left(text))
    count = sum(there.values())
    yield f"{TEXTS:,} generated texts in {len(LANGUAGES)} languages, {count:,} identifiers planted"
    for kind in sorted(there):
        share = 1 - left[kind] / there[kind]
        yield f"  {kind:<10}{there[kind]:>7,} planted, {100 * share:.2f} % masked whole"
    yield f"  not masked whole: {left.total()}  {verdict(left.total(), LEFT_GOAL)}"
    yield f"  not put back exactly: {changed}  {verdict(changed, LEFT_GOAL)}"


def kinds_left(text: Text) -> Iterator[str]:
    """The kinds of what is not covered whole."""
    covered = bytearray(len(text.text))
    for found in find(text.text, KINDS, text.names):
        covered[found.start : found.end] = b"\1" * (found.end - found.start)
    for one in text.planted:
        if 0 in covered[one.start : one.end]:
            yield one.kind


def clean() -> Iterator[str]:
    writer = Writer(SEED + 1)
    sentences = [writer.clean(LANGUAGES[number % len(LANGUAGES)]) for number in range(CLEAN)]
    masked = sum(1 for sentence in sentences if find(sentence, KINDS)) / CLEAN
    yield f"{CLEAN:,} clean sentences: {100 * masked:.2f} % masked  {verdict(masked, FALSE_GOAL)}"
