"""What a function's page tells about it, after its first line."""

from __future__ import annotations

import re

PARAGRAPHS = re.compile(r"\n\n|\n(?=Source:)")
OF_PROGRAMS = re.compile("(Errors|Source):")  # types of errors and an address are no language


def paragraphs(page: str) -> list[str]:
    """The paragraphs of a page, each in one line.

    >>> paragraphs("Ask.\\n\\nOne\\nline.\\n\\nErrors: none.\\nSource: a book.")
    ['Ask.', 'One line.', 'Errors: none.', 'Source: a book.']
    """
    return [" ".join(one.split()) for one in PARAGRAPHS.split(page) if one.strip()]


def spoken_paragraphs(page: str) -> list[str]:
    """Those that a language says."""
    return [one for one in paragraphs(page) if not OF_PROGRAMS.match(one)]
