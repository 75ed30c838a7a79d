"""HTML: what a reader of the page sees, without menus, scripts and what is hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from answers.knowledge.reading.decoding import decoded
from answers.knowledge.reading.draft import Draft
from answers.knowledge.reading.formats.html_tables import is_data, table_rows
from answers.knowledge.reading.tables import rows_told

HEADINGS = {f"h{level}": level for level in range(1, 7)}
TAGS_NOT_TEXT = (
    "script style noscript template svg math head iframe object embed canvas audio video map "
    "nav menu button select textarea datalist"
)
TAGS_IN_LINES = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label mark "
    "meter output progress q rp rt ruby s samp small span strike strong sub sup time tt u var wbr"
)
NOT_TEXT = frozenset(TAGS_NOT_TEXT.split())
INLINE = frozenset(TAGS_IN_LINES.split())
HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])",
    re.IGNORECASE,
)
CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]{1,40})""", re.IGNORECASE)
CHARSET_WITHIN = 4096


def read(content: bytes, draft: Draft) -> None:
    read_html(_decoded(content), draft)


def read_html(text: str, draft: Draft) -> None:
    parser = lxml_html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    encoded = text.encode("utf-8", "ignore")
    if not encoded.strip():
        return
    page = lxml_html.document_fromstring(encoded, parser=parser)
    draft.title = page.findtext(".//title") or ""
    for level, block in _blocks(page):
        draft.add(block, level)


def _decoded(content: bytes) -> str:
    """By the page's own word where it is no UTF-8, else by what the bytes look like."""
    stated = CHARSET.search(content[:CHARSET_WITHIN])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if not stated:
            return decoded(content)
    try:
        return content.decode(stated[1].decode("ascii"), "replace").replace("\ufffd", "")
    except LookupError:
        return decoded(content)


def _blocks(root: Any) -> Iterator[tuple[int, str]]:
    """Yield (heading level or 0, text); the stack is the walk's own, however deep a page nests."""
    texts: list[str] = []
    level = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        is_skipped = tag in NOT_TEXT or _is_hidden(element)
        is_table = not is_skipped and tag == "table" and is_data(element)
        if tag not in INLINE and tag != "br":
            yield level, "".join(texts)
            texts.clear()
            if tag in HEADINGS:
                level = HEADINGS[tag] if event == "start" else 0
        if event == "end":
            texts.append(element.tail or "" if element is not root else "")
        elif is_skipped or is_table:
            walk.skip_subtree()
            if is_table:
                yield from ((0, row) for row in _rows_told(element))
        else:
            texts.append("\n" if tag == "br" else element.text or "")
    yield level, "".join(texts)


def _rows_told(table: Any) -> Iterator[str]:
    rows, is_headed = table_rows(table, _text_of)
    return rows_told(rows, is_headed)


def _text_of(cell: Any) -> str:
    return " ".join(text for _, text in _blocks(cell))


def _is_hidden(element: Any) -> bool:
    style = element.get("style")
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or (style is not None and HIDING.search(style) is not None)
    )
