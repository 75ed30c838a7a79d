"""Markdown, by way of the HTML that it stands for; HTML in it is read as HTML."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

from answers.knowledge.reading.decoding import decoded
from answers.knowledge.reading.draft import Draft
from answers.knowledge.reading.formats.html import read_html

FRONT_MATTER = re.compile(r"\A---\r?\n.*?\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)


def read(content: bytes, draft: Draft) -> None:
    markdown = MarkdownIt("commonmark").enable("table")
    read_html(markdown.render(FRONT_MATTER.sub("", decoded(content), count=1)), draft)
