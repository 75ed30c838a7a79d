"""Markdown, with tables and HTML in it."""

from __future__ import annotations

from tests.answers.knowledge.reading.told import blocks

FILE = """---
title: x
---
# Fees

The **clinic** opens
at [nine](https://example.org).

| Village | Day | Nurse |
|---|---|---|
| पुणे | सोमवार | Asha |

## When

- One
- Two

<script>alert(1)</script>
<!-- no -->
"""


def test_headings_tables_and_lists() -> None:
    assert blocks(FILE.encode(), ending="md") == [
        ("Fees", 1, 0),
        ("The clinic opens\nat nine.", 0, 0),
        ("Village: पुणे; Day: सोमवार; Nurse: Asha", 0, 0),
        ("When", 2, 0),
        ("One", 0, 0),
        ("Two", 0, 0),
    ]
