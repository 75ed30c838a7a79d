"""What the name of a flow's variable is made of, for whoever reads or spares `@variables`."""

from __future__ import annotations

import unicodedata


def _mark_ranges() -> str:
    """The combining marks of Unicode as ranges of a character class; `re` has no name for them."""
    ranges: list[list[int]] = []
    for code in (*range(0x300, 0x1F000), *range(0xE0100, 0xE01F0)):
        if unicodedata.category(chr(code))[0] != "M":
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


NAME = rf"[\w{_mark_ranges()}-]"
"""One character of it, as a pattern: a letter, mark or digit of any script, `_` or `-`."""
