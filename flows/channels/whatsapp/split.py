"""Splits a long text into messages, between sentences if possible, never inside a character.

Paragraphs and lines end sentences too. If no sentence ends within the limit, the text is split
between words, else between user-perceived characters (a letter with its marks, a whole emoji). A
code block that is split is closed and reopened.
"""

from __future__ import annotations

import regex  # type: ignore[import-untyped]

from flowhook.providers.whatsapp_content import TEXT_LENGTH, length

# Ends of sentences: Latin, Greek, Devanagari and related scripts, Arabic, Urdu, Armenian, Ethiopic,
# Burmese, Khmer, Tibetan, Mongolian, CJK (with no space after them), Santali and others.
SENTENCE_END = regex.compile(r"\p{Sentence_Break=STerm}|\p{Sentence_Break=ATerm}(?=[\"'”’»)\]]*\s)")
CLOSING = regex.compile(r"[\p{Pe}\p{Pf}\"'”’»]*")
SPACE = regex.compile(r"\s+")
CHARACTER = regex.compile(r"\X")
FENCE = "```"
FENCE_ROOM = 8  # to close a code block and reopen it


def split(text: str, limit: int = TEXT_LENGTH) -> list[str]:
    """Split the text into pieces of at most `limit` UTF-16 units, in order, none empty.

    >>> split("One. Two. Three.", 10)
    ['One. Two.', 'Three.']
    >>> split("पहला वाक्य। दूसरा वाक्य।", 14)
    ['पहला वाक्य।', 'दूसरा वाक्य।']
    """
    pieces: list[str] = []
    rest = text.strip()
    reopened = ""
    usual = limit - FENCE_ROOM if FENCE in rest else limit
    while rest:
        room = limit if length(reopened + rest) <= limit else usual
        piece, rest = _cut(rest, max(room - len(reopened), 1))
        piece = reopened + piece
        reopened = ""
        if rest and piece.count(FENCE) % 2:
            piece, reopened = f"{piece}\n{FENCE}", f"{FENCE}\n"
        if piece.strip():
            pieces.append(piece)
    return pieces


def _cut(text: str, room: int) -> tuple[str, str]:
    """Return the part that fits into `room`, and the rest."""
    window = _window(text, room)
    if len(window) == len(text):
        return text, ""
    for find in (_last_sentence, _last_space):
        end = find(text, len(window))
        if end:
            return text[:end].rstrip(), text[end:].lstrip()
    return window, text[len(window) :].lstrip()


def _window(text: str, room: int) -> str:
    """Return the longest start of whole characters that fits; cuts the first if it is too long."""
    if length(text) <= room:
        return text
    taken, end = 0, 0
    for character in CHARACTER.finditer(text):
        taken += length(character[0])
        if taken > room:
            break
        end = character.end()
    if end:
        return text[:end]
    first = text[: max(1, room)]
    while length(first) > room and len(first) > 1:
        first = first[:-1]
    return first


def _last_sentence(text: str, limit: int) -> int:
    """Return the end of the last sentence, line or paragraph within the limit; 0 for none."""
    best = text.rfind("\n", 1, limit + 1)
    for mark in SENTENCE_END.finditer(text, 0, limit):
        closed = CLOSING.match(text, mark.end())
        end = closed.end() if closed else mark.end()
        if end <= limit:
            best = max(best, end)
    return max(best, 0)


def _last_space(text: str, limit: int) -> int:
    best = 0
    for space in SPACE.finditer(text, 1, limit + 1):
        best = space.start()
    return best
