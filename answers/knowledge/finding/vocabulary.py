"""The words that stand in a base's passages, and those of them that a question's word may mean."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from answers.knowledge.finding.slips import distance, most_slips
from answers.knowledge.finding.small_words import STOP_WORDS
from answers.knowledge.finding.sounds import latin, sounds, squeezed
from answers.knowledge.finding.stems import stem
from answers.knowledge.finding.synonyms import synonyms_of

SAME, SOUNDS_ALIKE, SYNONYM, SLIP, TRANSLATION = 1.0, 0.9, 0.8, 0.7, 0.5
"""How near a word of the passages is to the question's, 0..1."""

MOST_VARIANTS = 12  # of one word of a question
_CANDIDATES = 12  # whose letters are compared with those of a word that no passage holds
_LEAST_LETTERS, _MOST_LETTERS = 4, 24  # of a word that may hold slips
_MOST_SLIPS = 2

_TABLES = """
    CREATE TABLE word (
        id INTEGER PRIMARY KEY, term TEXT NOT NULL UNIQUE, passages INTEGER NOT NULL
    );
    CREATE TABLE sound (key TEXT, word INTEGER, PRIMARY KEY (key, word)) WITHOUT ROWID;
    CREATE TABLE spelling (id INTEGER PRIMARY KEY, spelled TEXT NOT NULL, word INTEGER NOT NULL);
    CREATE VIRTUAL TABLE spellings USING fts5(
        spelled, content='', columnsize=0, tokenize='trigram'
    );
"""


@dataclass(frozen=True, slots=True)
class Variant:
    """A word of the passages, the number of passages that hold it, and how near it is, 0..1."""

    term: str
    passages: int
    nearness: float


class _Forms(dict[str, str]):
    """The term of each word met so far; empty for stop words."""

    def __missing__(self, word: str) -> str:
        term = self[word] = "" if word in STOP_WORDS else stem(word)
        return term


class Terms:
    """Turns texts into the terms under which the index holds them, and remembers each word."""

    def __init__(self) -> None:
        self.forms = _Forms()
        self.passages: Counter[str] = Counter()

    def of(self, words: Iterable[str]) -> list[str]:
        """The stems of words, stop words left out."""
        return [term for term in map(self.forms.__getitem__, words) if term]


class Vocabulary:
    """The words of a base in tables of an SQLite connection; asked by any thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.executescript(_TABLES)

    def add(self, terms: Terms) -> None:
        """Take all words up, once."""
        numbers = {term: number for number, term in enumerate(terms.passages, 1)}
        run = self._connection.executemany
        run(
            "INSERT INTO word VALUES (?, ?, ?)",
            ((number, term, terms.passages[term]) for term, number in numbers.items()),
        )
        keys: list[tuple[str, int]] = []
        spelled: dict[tuple[str, int], None] = {}
        for word, term in terms.forms.items():
            if term in numbers:
                keys += ((key, numbers[term]) for key in sounds(word))
                spelled.update(((one, numbers[term]), None) for one in _spellings(word))
        run("INSERT OR IGNORE INTO sound VALUES (?, ?)", keys)
        run(
            "INSERT INTO spelling VALUES (?, ?, ?)",
            ((at, *one) for at, one in enumerate(spelled, 1)),
        )
        run(
            "INSERT INTO spellings (rowid, spelled) VALUES (?, ?)",
            ((at, f"^{one}$") for at, (one, _) in enumerate(spelled, 1)),
        )

    def variants(self, word: str, hindi: bool = False) -> list[Variant]:
        """What a word of a question may mean, the nearest first; empty where no passage holds it.

        The same stem, its synonyms, in a `hindi` question what sounds like it; and where there is
        none, what is spelled nearly like it.
        """
        if word[0].isdigit():
            return self._known({word: SAME})
        term = stem(word)
        near = {term: SAME}
        is_hinglish = hindi and word.isascii()
        for other in synonyms_of(word, hindi):
            is_here = is_hinglish or other.isascii() == word.isascii()
            near.setdefault(other, SYNONYM if is_here else TRANSLATION)
        found = self._known(near)
        if hindi:
            found += self._sounding(word, set(near))
        if not found:
            found = self._slipped(word)
        return sorted(found, key=lambda one: -one.nearness)[:MOST_VARIANTS]

    def _known(self, near: dict[str, float]) -> list[Variant]:
        rows = self._connection.execute(
            "SELECT term, passages FROM word WHERE term IN (SELECT value FROM json_each(?))",
            (orjson.dumps(list(near)).decode(),),
        )
        return [Variant(term, passages, near[term]) for term, passages in rows]

    def _sounding(self, word: str, known: set[str]) -> list[Variant]:
        rows = self._connection.execute(
            "SELECT term, passages FROM word WHERE id IN (SELECT word FROM sound WHERE key IN"
            " (SELECT value FROM json_each(?))) LIMIT ?",
            (orjson.dumps(sounds(word)).decode(), MOST_VARIANTS),
        )
        return [
            Variant(term, held, SOUNDS_ALIKE)
            for term, held in rows
            if term not in known and _may_sound(word, term)
        ]

    def _slipped(self, word: str) -> list[Variant]:
        spellings = _spellings(word)
        if not spellings:
            return []
        rows = self._connection.execute(
            "SELECT spelled, term, passages FROM"
            " (SELECT rowid AS at FROM spellings WHERE spellings MATCH ?"
            " ORDER BY rank LIMIT ?)"
            " JOIN spelling ON spelling.id = at JOIN word ON word.id = spelling.word",
            (" OR ".join(map(_trigrams, spellings)), _CANDIDATES),
        )
        found: dict[str, Variant] = {}
        for other, term, passages in rows:
            slips = min(_slips(one, other) for one in spellings)
            nearness = SLIP + 0.1 * (1 - slips)
            if slips <= _MOST_SLIPS and (term not in found or found[term].nearness < nearness):
                found[term] = Variant(term, passages, nearness)
        return list(found.values())


def _may_sound(word: str, term: str) -> bool:
    """Whether a word and a term of one sound may be one word.

    A Latin word is written so for want of another way; between others a letter may differ.
    """
    if word.isascii() and not term.isascii():
        return True
    return distance(squeezed(latin(word)), squeezed(latin(term)), 1) <= 1


def _slips(one: str, other: str) -> int:
    """How many slips tell two spellings apart; more than `_MOST_SLIPS` where they are too short."""
    most = min(most_slips(one), most_slips(other))
    slips = distance(one, other, most)
    return slips if slips <= most else _MOST_SLIPS + 1


def _spellings(word: str) -> list[str]:
    """How a word and its stem are spelled, for comparison: in Latin letters where there are.

    Numbers are left out: another number is no slip.
    """
    if word[0].isdigit():
        return []
    if word.isascii():
        found = [word, squeezed(word), squeezed(stem(word))]
    else:
        found = [squeezed(latin(word)) or word]
    return [one for one in dict.fromkeys(found) if _LEAST_LETTERS <= len(one) <= _MOST_LETTERS]


def _trigrams(spelled: str) -> str:
    """A query for what shares three letters in a row with a word, its ends marked."""
    marked = f"^{spelled}$"
    return " OR ".join(f'"{marked[at : at + 3]}"' for at in range(len(marked) - 2))
