"""The characters of a flow variable's name, for code that finds `@variables` in texts."""

from __future__ import annotations

import unicodedata


def _mark_ranges() -> str:
    """Unicode's combining marks as ranges of a character class, which `re` has no name for."""
    ranges: list[list[int]] = []
    codes = (*range(0x300, 0x1F000), *range(0xE0100, 0xE01F0))
    categories = map(unicodedata.category, map(chr, codes))
    for code, category in zip(codes, categories, strict=True):
        if category[0] != "M":
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


NAME = rf"[\w{_mark_ranges()}-]"
"""One character of it, as a pattern: a letter, mark or digit of any script, `_` or `-`."""
