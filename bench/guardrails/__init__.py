"""Guardrails: what masking finds, what it costs, and whether hostile texts cost more than others.

`python -m bench.guardrails` masks 20,000 generated texts in 13 languages with planted identifiers,
and 2,000 clean sentences; measures texts of 2 KB with all kinds on, and texts that are made to be
slow, in three lengths. Milliseconds are of CPU on one core, since others may use the machine.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.guardrails import finding, speed


def run() -> Iterator[str]:
    """The lines to print."""
    yield from finding.planted()
    yield from finding.clean()
    yield from speed.two_kilobytes()
    yield from speed.hostile()
