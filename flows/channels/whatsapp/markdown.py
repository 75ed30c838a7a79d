"""Converts a model's Markdown to WhatsApp's formatting; leaves other text unchanged.

WhatsApp supports *bold*, _italic_, ~struck~, `code`, ```blocks```, quotes and lists. Models also
write **bold**, headings, [links](url) and tables. A single asterisk means italic in Markdown but
bold in WhatsApp, and flow authors use WhatsApp's: it becomes italic only in a text that has marks
specific to Markdown.

Source: https://faq.whatsapp.com/539178204879377 (formatting), https://spec.commonmark.org/0.31.2
"""

from __future__ import annotations

import re
from collections.abc import Callable

# These patterns run on contacts' texts. To limit backtracking, each repetition is followed by a
# character that it cannot match, or is possessive.
FENCE = re.compile(r"^[ \t]{0,3}(```++|~~~++)([^\n`]*)$", re.MULTILINE)
INLINE_CODE = re.compile(r"(?<!`)(`{1,2})(?!`)([^`\n]+)\1(?!`)")
URL = re.compile(r"https?://[^\s<>()\[\]*~]+")
LINK = re.compile(
    r"(!?)\[([^\[\]\n]{0,1000})\]\((https?://[^\s()]{1,2000})(?:[ \t]+\"[^\"\n]*\")?\)"
)
AUTOLINK = re.compile(r"<(https?://[^\s<>]{1,2000})>")
HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]([^\n]*)$", re.MULTILINE)
BOLD_ITALIC = re.compile(r"(?<![*\\])\*\*\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*\*\*(?!\*)")
BOLD = re.compile(r"(?<![*\\])\*\*(?=[^\s*])((?:[^*\n]|(?<!\*)\*(?!\*))+?)(?<=[^\s*])\*\*(?!\*)")
BOLD_LINES = re.compile(r"(?<![\w_\\])__(?=[^\s_])([^_\n]+?)(?<=[^\s_])__(?![\w_])")
ITALIC = re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![\w*])")
STRUCK = re.compile(r"(?<![~\\])~~(?=[^\s~])([^~\n]+?)(?<=[^\s~])~~(?!~)")
BULLET = re.compile(r"^([ \t]*)[*+][ \t]+(?=\S)", re.MULTILINE)
RULE = re.compile(r"^[ \t]{0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$", re.MULTILINE)
CELL_RULE = re.compile(r":?-{2,}:?")
ESCAPED = re.compile(r"\\([*_~`#\[\]()>+.!|-])")
WORDS = re.compile(r"__[^\W_]*+[^\w\n][^_\n]*+__")  # __init__ alone is a name, not Markdown
# Private-use characters that mark finished parts and bold; a text with them is left unchanged.
HOLDER, STRONG = "\ue000", "\ue001"
HELD = re.compile(f"{HOLDER}(\\d+){HOLDER}")

Keep = Callable[[str], str]


def to_whatsapp(text: str) -> str:
    """Return the text with Markdown's marks replaced by WhatsApp's.

    >>> to_whatsapp("## Steps\\n1. **Wash** your *hands* ([how](https://who.int/a_b))")
    '*Steps*\\n1. *Wash* your _hands_ (how: https://who.int/a_b)'
    >>> to_whatsapp("Dear *Asha*, 2 * 3 * 4 = 24, snake_case_name")
    'Dear *Asha*, 2 * 3 * 4 = 24, snake_case_name'
    """
    if HOLDER in text or STRONG in text or not any(mark in text for mark in "*_~`#[<\\|-"):
        return text
    kept: list[str] = []

    def keep(finished: str) -> str:
        kept.append(finished)
        return f"{HOLDER}{len(kept) - 1}{HOLDER}"

    text = _keep_blocks(text, keep)
    text = INLINE_CODE.sub(lambda found: keep(f"`{found[2].strip()}`"), text)
    is_markdown = _is_markdown(text)
    if is_markdown:
        text = ESCAPED.sub(lambda found: keep(found[1]), text)
        text = LINK.sub(lambda found: _link(found, keep), text)
        text = AUTOLINK.sub(lambda found: _apart(found, keep(found[1])), text)
    text = URL.sub(lambda found: keep(found[0]), text)
    if is_markdown:
        text = _inline(_lines(text))
    return _restore(text, kept)


def _is_markdown(text: str) -> bool:
    """Return whether the text has a mark that is specific to Markdown."""
    marks = (BOLD_ITALIC, BOLD, WORDS, STRUCK, HEADING, LINK)
    return any(mark.search(text) for mark in marks) or _has_table(text)


def _keep_blocks(text: str, keep: Keep) -> str:
    """Set code blocks aside, without the language, which WhatsApp would show as code."""
    parts: list[str] = []
    at = 0
    opened: re.Match[str] | None = None
    for fence in FENCE.finditer(text):
        if opened is None:
            opened = fence
        elif fence[1].startswith(opened[1]) and not fence[2].strip():
            code = text[opened.end() + 1 : fence.start()].rstrip("\n")
            parts.append(text[at : opened.start()])
            parts.append(keep(f"```{code.replace('```', '')}```"))
            at, opened = fence.end(), None
    return "".join([*parts, text[at:]])


def _link(found: re.Match[str], keep: Keep) -> str:
    label, url = found[2].strip(), found[3]
    shown = keep(url)
    if label and label not in (url, url.partition("://")[2]):
        shown = f"{label}: {shown}"
    return _apart(found, shown)


def _apart(found: re.Match[str], shown: str) -> str:
    """Insert spaces between an address and the words next to its brackets."""
    before, after = (
        found.string[max(0, found.start() - 1) : found.start()],
        found.string[found.end() : found.end() + 1],
    )
    return (" " if before.isalnum() else "") + shown + (" " if after.isalnum() else "")


def _lines(text: str) -> str:
    """Convert headings, rules, bullets and tables."""
    text = RULE.sub("", text)
    text = HEADING.sub(lambda found: _heading(found[1]), text)
    text = BULLET.sub(r"\1- ", text)
    return _tables(text) if _has_table(text) else text


def _heading(title: str) -> str:
    """Return a heading in bold, without closing marks; the `#` of a word like `C#` stays."""
    title = title.strip()
    closed = title.rstrip("#")
    title = closed if closed[-1:] in ("", " ", "\t") else title
    bare = re.sub(r"\*\*|__", "", title).strip().strip("*").strip()
    return f"**{bare}**" if bare else ""


def _inline(text: str) -> str:
    """Convert marks within lines; bold is a private character until italics are done."""
    text = BOLD_ITALIC.sub(f"{STRONG}_\\1_{STRONG}", text)
    text = BOLD.sub(f"{STRONG}\\1{STRONG}", text)
    text = BOLD_LINES.sub(f"{STRONG}\\1{STRONG}", text)
    text = ITALIC.sub(r"_\1_", text)
    text = STRUCK.sub(r"~\1~", text)
    return text.replace(STRONG, "*")


def _has_table(text: str) -> bool:
    return "|" in text and any(_is_table_rule(line) for line in text.split("\n"))


def _is_table_rule(line: str) -> bool:
    return "|" in line and all(CELL_RULE.fullmatch(cell.strip()) for cell in _cells(line))


def _cells(line: str) -> list[str]:
    return line.strip().removeprefix("|").removesuffix("|").split("|")


def _tables(text: str) -> str:
    """Convert a table's rows to lines of cells, because WhatsApp has no tables."""
    shown = []
    in_table = False
    lines = text.split("\n")
    for place, line in enumerate(lines):
        if _is_table_rule(line):
            in_table = True
            continue
        heads = place + 1 < len(lines) and _is_table_rule(lines[place + 1]) and "|" in line
        if heads or (in_table and "|" in line):
            row = " | ".join(filter(None, (cell.strip() for cell in _cells(line))))
            shown.append(f"**{row}**" if heads and "**" not in row else row)
        else:
            in_table = False
            shown.append(line)
    return "\n".join(shown)


def _restore(text: str, kept: list[str]) -> str:
    """Put the parts set aside back in place; later parts may contain earlier ones."""
    for _ in range(4):
        text = HELD.sub(lambda found: kept[int(found[1])], text)
    return text
