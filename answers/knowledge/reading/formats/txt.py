"""Plain text: paragraphs parted by empty lines."""

from __future__ import annotations

import re

from answers.knowledge.reading.decoding import decoded
from answers.knowledge.reading.draft import Draft
from answers.knowledge.reading.plain_text import LINE_BREAK, joined

EMPTY_LINE = re.compile(r"\n[^\S\n]*\n")
WRAPPED = 50  # characters of the lines in paragraphs that a program broke into lines


def read(content: bytes, draft: Draft) -> None:
    text = LINE_BREAK.sub("\n", decoded(content))
    for paragraph in EMPTY_LINE.split(text):
        lines = paragraph.strip("\n").split("\n")
        is_wrapped = all(len(line) >= WRAPPED for line in lines[:-1])
        draft.add(joined(lines) if is_wrapped else paragraph)
