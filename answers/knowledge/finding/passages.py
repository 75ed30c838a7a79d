"""Cuts the blocks of a document into passages of some 200 words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from answers.knowledge.document import Block, Passage
from flowhook.sentences import parts
from flowhook.whole_words import cut as shortened

WORDS = 200  # of a passage, about
MOST_CHARACTERS = 2500  # of a passage
LEAST_WORDS = 40  # a section shorter than that goes on with the next one
LEAST_GOING_ON = 8  # words of what goes on over a page's end, in a script without small letters
WHOLE_WORDS = 40  # a block of no more is not cut: most rows of tables are such
MOST_HEADING = 300  # characters of a heading path
SEPARATOR = " > "

_SENTENCE_END = re.compile(r"(?<=[.!?।॥|۔。！？])[\"'”’)\]]*\s+|\n+")
_ENDED = re.compile(r"[.!?।॥|۔。！？:;][\"'”’)\]]*\Z")
_NO_END = re.compile(r"(?:\b[A-Z][a-z]{0,3}|\b[a-z]|\d)\.$")  # Dr. Rs. No. e.g. 3.


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence or a short block: what is not cut unless it is longer than a passage may be."""

    text: str
    page: int
    ends_block: bool

    @property
    def words(self) -> int:
        return _words_in(self.text)


@dataclass(slots=True)
class _Section:
    """What stands below one heading, or below several short ones."""

    path: tuple[str, ...]
    pieces: list[_Piece] = field(default_factory=list)

    @property
    def words(self) -> int:
        return sum(piece.words for piece in self.pieces)


def cut(blocks: Sequence[Block]) -> list[Passage]:
    """The passages of a document in order, each with the page it begins on and its headings.

    A passage ends where a sentence, a short block (such as a table's row) or a section does, and
    with its page, but for a sentence that goes on over the page's end. It holds several short
    sections, whose headings then stand in its text.

    >>> (passage,) = cut([Block("Fees", 1, 1), Block("Pay by 5 June.", 0, 2)])
    >>> passage.heading, passage.page, passage.text
    ('Fees', 2, 'Pay by 5 June.')
    """
    return [
        passage
        for section in _sections(blocks)
        for pieces in _pages(section.pieces)
        for passage in _passages(pieces, shortened(SEPARATOR.join(section.path), MOST_HEADING))
    ]


def _sections(blocks: Sequence[Block]) -> Iterator[_Section]:
    path: dict[int, str] = {}
    section = _Section(())
    last = 0  # level of the heading before
    for block in blocks:
        text = block.text.strip()
        if not text:
            continue
        if not block.level:
            section.pieces += _pieces(text, block.page)
            continue
        heading = shortened(" ".join(text.split()), MOST_HEADING)
        if not section.pieces and path and block.level <= last:
            section.pieces.append(_Piece(section.path[-1], block.page, True))
        last = block.level
        path = {level: one for level, one in path.items() if level < block.level}
        path[block.level] = heading
        if section.words >= LEAST_WORDS or not section.pieces:
            yield section
            section = _Section(tuple(path.values()))
        else:
            section = _joined(section, tuple(path.values()), _Piece(heading, block.page, True))
    if path and not section.pieces:
        section.pieces.append(_Piece(section.path[-1], blocks[-1].page, True))
    yield section


def _joined(section: _Section, path: tuple[str, ...], heading: _Piece) -> _Section:
    """A short section that goes on below another heading; it keeps the headings they share."""
    shared = []
    for one, other in zip(section.path, path, strict=False):
        if one != other:
            break
        shared.append(one)
    page = section.pieces[0].page
    lost = [_Piece(one, page, True) for one in section.path[len(shared) :]]
    return _Section(tuple(shared), [*lost, *section.pieces, heading])


def _pieces(text: str, page: int) -> Iterator[_Piece]:
    sentences = [text] if _words_in(text) <= WHOLE_WORDS else list(_sentences(text))
    for at, sentence in enumerate(sentences):
        ends_block = at == len(sentences) - 1
        for part in parts(sentence, MOST_CHARACTERS):
            yield _Piece(part, page, ends_block)


def _words_in(text: str) -> int:
    """How many words a text has; where a script has no blanks, nine characters count as one."""
    return max(text.count(" ") + 1, len(text) // 9)


def _sentences(text: str) -> Iterator[str]:
    begin = 0
    for end in _SENTENCE_END.finditer(text):
        if "\n" in end[0] or not _NO_END.search(text, max(begin, end.start() - 6), end.start()):
            yield text[begin : end.end()].strip()
            begin = end.end()
    if text[begin:].strip():
        yield text[begin:].strip()


def _pages(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """The pieces of each page; a sentence that goes on over its end stays with the first half."""
    run: list[_Piece] = []
    page = 0
    for piece in pieces:
        if run and piece.page != page and not (run[-1].page == page and _goes_on(run[-1], piece)):
            yield run
            run = []
        if not run:
            page = piece.page
        run.append(piece)
    if run:
        yield run


def _goes_on(one: _Piece, following: _Piece) -> bool:
    """Whether a sentence goes on over the end of a page.

    Where a script has no small letters, whatever ends without a sign and is no short line does.
    """
    if one.page + 1 != following.page or _ENDED.search(one.text):
        return False
    first = following.text[0]
    return first.islower() or (not first.isupper() and one.words >= LEAST_GOING_ON)


def _passages(pieces: Sequence[_Piece], heading: str) -> Iterator[Passage]:
    """The pieces of a page in passages of about equal length."""
    whole = sum(piece.words for piece in pieces)
    goal = whole / max(1, round(whole / WORDS))
    held: list[_Piece] = []
    words = characters = 0
    for piece in pieces:
        is_full = held and words + piece.words / 2 > goal
        if is_full or characters + len(piece.text) + 1 > MOST_CHARACTERS:
            if held:
                yield _passage(held, heading)
            held, words, characters = [], 0, 0
        held.append(piece)
        words += piece.words
        characters += len(piece.text) + 1
    if held:
        yield _passage(held, heading)


def _passage(held: list[_Piece], heading: str) -> Passage:
    text = "".join(piece.text + ("\n" if piece.ends_block else " ") for piece in held)
    return Passage(text.strip(), held[0].page, heading)
