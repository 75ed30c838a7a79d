"""Mask the parts of a text that a translation must keep byte for byte.

HTML tags, code, placeholders of templates and flows, URLs and e-mail addresses are replaced
by tokens such as ⟦0⟧, which a model moves about with the words around them. Every pattern
stops at the next character that could begin another match, so the time is linear.

⟦ and ⟧ are mathematical brackets, which human text does not use; where they occur they are
masked themselves.
"""

from __future__ import annotations

import re
from itertools import count
from typing import NamedTuple

from flowhook.turns import in_turns
from flowhook.variable_names import NAME

_TLDS = "com|org|net|edu|gov|io|co|in|info|ai|app|dev"
_CONVERSION = r"(?:\d{1,2}\$)?[-+#0]{0,3}\d{0,3}(?:\.\d{1,3})?(?:hh?|ll?|[Lzjt])?[sdifuxXoeEgGcp@]"
_DEPTH_1 = r"\([^()]*\)"
_DEPTH_2 = rf"\((?:[^()]|{_DEPTH_1})*\)"
_DEPTH_3 = rf"\((?:[^()]|{_DEPTH_2})*\)"

# Openers, each with the text that ends it.
_CLOSERS = {"<!--": "-->", "<%": "%>", "{%": "%}", "```": "```"}
_RAW_ELEMENTS = {"script": "</script>", "style": "</style>", "pre": "</pre>", "code": "</code>"}

WINDOW = 20_000  # characters in which one search looks for a beginning, some 10 ms

_PROTECTED = "|".join(
    [
        r"(?P<opener><!--|<%|\{%|```)",
        r"<(?P<raw>script|style|pre|code)(?:\s[^<>]*)?>",
        r"</?[A-Za-z][^<>\"']*(?:\"[^\"<]*\"[^<>\"']*|'[^'<]*'[^<>\"']*)*>",
        r"</?[A-Za-z][^<>]*>|<![A-Za-z][^<>]*>",
        r"`[^`\n]+`",
        r"(?P<url>(?:https?|ftp|wss?)://(?:[^\s<>\"{}⟦⟧]|\{+[^{}\s]*\}+)+"
        r"|(?<![A-Za-z0-9])(?:mailto|tel|sms):[^\s<>\"⟦⟧]+"
        rf"|(?<![A-Za-z0-9.@-])(?:www\.[^\s<>\"⟦⟧]+"
        rf"|(?:[A-Za-z0-9-]{{1,63}}\.){{1,9}}(?-i:{_TLDS})(?![A-Za-z0-9-])(?:/[^\s<>\"⟦⟧]*)?))",
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+",
        r"\{{2,3}[^{}]*\}{2,3}",
        r"[$%#]\{[^{}]*\}",
        r"\{[\w.$@:-]{0,100}\}",
        r"\[\[[^\[\]\n]*\]\]|\*\|[^|\n]*\|\*",
        rf"@{_DEPTH_3}",
        rf"@[^\W\d](?:(?!-){NAME})*(?:\.{NAME}+)*",
        r"%\([A-Za-z_][A-Za-z0-9_]{0,60}\)[sdifr]",
        rf"%%|(?<!\d)%{_CONVERSION}|%{_CONVERSION}(?![A-Za-z])",
        r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});",
        r"(?<=\])\([^()\s]+\)",
        r"⟦[\s\d]*⟧|[⟦⟧]",
    ]
)
_NEXT = re.compile(rf"(?s:.){{0,{WINDOW}}}?(?P<found>{_PROTECTED})", re.IGNORECASE)
_TOKEN = re.compile(r"⟦\s*(\d{1,6})\s*⟧")
_SENTENCE_SIGNS = ".,;:!?…।。，？！؟'"


class Span(NamedTuple):
    """A protected part of a text; `is_markup`: a tag or comment."""

    start: int
    end: int
    is_markup: bool


class Masked(NamedTuple):
    """A text with tokens ⟦0⟧, ⟦1⟧..., and the original of each."""

    text: str
    protected: tuple[str, ...]


def protected_spans(text: str) -> list[Span]:
    """The spans of `text` that must not change, in order; neighbours of one kind are joined."""
    spans: list[Span] = []
    never_closed: set[str] = set()
    place = 0
    for _ in in_turns(count()):
        found = _NEXT.match(text, place)
        if found is None:
            place += WINDOW + 1
            if place >= len(text):
                break
            continue
        start, end = found.start("found"), _end(text, found, never_closed)
        is_markup = found["found"].startswith("<") and found["opener"] != "<%"
        last = spans[-1] if spans else None
        if last and last.is_markup is is_markup and not text[last.end : start].strip():
            spans[-1] = Span(last.start, end, is_markup)
        else:
            spans.append(Span(start, end, is_markup))
        place = end
    return spans


def mask(text: str) -> Masked:
    parts: list[str] = []
    protected: list[str] = []
    place = 0
    for span in in_turns(protected_spans(text)):
        parts += [text[place : span.start], f"⟦{len(protected)}⟧"]
        protected.append(text[span.start : span.end])
        place = span.end
    parts.append(text[place:])
    return Masked("".join(parts), tuple(protected))


def unmask(masked: Masked) -> str | None:
    """Replace every token; None unless the text has each token exactly once."""
    numbers = sorted(int(found[1]) for found in _TOKEN.finditer(masked.text))
    if numbers != list(range(len(masked.protected))):
        return None
    rest = _TOKEN.sub("", masked.text)
    if "⟦" in rest or "⟧" in rest:
        return None
    return _TOKEN.sub(lambda found: masked.protected[int(found[1])], masked.text)


def without_tokens(text: str) -> str:
    """The words of a masked text."""
    return _TOKEN.sub(" ", text)


def _end(text: str, found: re.Match[str], never_closed: set[str]) -> int:
    """The end of a match: openers and raw elements run to their closer, if there is one."""
    raw = found["raw"]
    closer = _CLOSERS.get(found["opener"] or "") or _RAW_ELEMENTS.get((raw or "").lower())
    if closer is not None and closer not in never_closed:
        at = text.find(closer, found.end())
        if at >= 0:
            return at + len(closer)
        never_closed.add(closer)
    if found["url"]:
        trimmed = found["url"].rstrip(_SENTENCE_SIGNS)
        if trimmed.endswith(")") and trimmed.count("(") < trimmed.count(")"):
            trimmed = trimmed[:-1].rstrip(_SENTENCE_SIGNS)
        return found.start("found") + max(len(trimmed), 1)
    return found.end()
