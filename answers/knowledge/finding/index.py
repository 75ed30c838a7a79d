"""Searches the passages of a base, in memory: words, sounds and spelling slips by SQLite's FTS5."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

import orjson

from answers.knowledge.document import Findings, FoundPassage, Passage
from answers.knowledge.finding.evidence import Evidence, Look, holds
from answers.knowledge.finding.question import Word, words_of
from answers.knowledge.finding.synonyms import load_synonyms
from answers.knowledge.finding.tokens import tokens
from answers.knowledge.finding.vectors import Vectors
from answers.knowledge.finding.vocabulary import Terms, Vocabulary

Documents = Iterable[tuple[str, str, Sequence[Passage]]]
"""The id, the title and the passages of each document."""

Embeddings = Mapping[str, Sequence[Sequence[float]]]
"""The embedding of each passage of a document, in their order, by the document's id."""

_CANDIDATES = 24  # passages whose terms are looked at one by one
_MOST_ROWS = 1500  # passages that are counted for candidates; common words are left out first
_OVERHEAD = 1.7  # of the process's memory to SQLite's pages, as `bench.knowledge` measures it
_JOIN = 20  # what weakens first places where two orders are joined: 1 / (20 + place)
_MOST_TITLE = 300  # characters that are indexed of a title or a heading

# `words` finds candidates; it keeps neither texts (content='') nor places (detail=none), since
# `passage.terms` holds the analysed words in order. Terms come analysed: the tokenizer only cuts
# at blanks.
_TABLES = """
    CREATE VIRTUAL TABLE words USING fts5(
        terms, content='', columnsize=0, detail='none',
        tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Co'"
    );
    CREATE TABLE document (id INTEGER PRIMARY KEY, name TEXT NOT NULL, title TEXT NOT NULL);
    CREATE TABLE passage (
        id INTEGER PRIMARY KEY, document INTEGER NOT NULL, page INTEGER NOT NULL,
        heading TEXT NOT NULL, text TEXT NOT NULL, terms TEXT NOT NULL
    );
"""


class Index:
    """The passages of a base; searched by any number of threads at once.

    SQLite serialises the calls of one connection itself. Python's lock is given up while it works,
    in `build` twice a passage, so that other threads and greenlets go on.
    """

    def __init__(self) -> None:
        self._connection = sqlite3.connect(
            ":memory:", check_same_thread=False, isolation_level=None
        )
        self._connection.executescript(_TABLES)
        self._vocabulary = Vocabulary(self._connection)
        self._vectors = Vectors()
        self.passages = 0
        self.bytes = 0

    @classmethod
    def build(cls, documents: Documents, embeddings: Embeddings | None = None) -> Index:
        """An index of these documents; `bytes` says what it takes in memory, about."""
        load_synonyms()
        index = cls()
        run = index._connection.execute
        run("BEGIN")
        terms = Terms()
        for number, (name, title, passages) in enumerate(documents, 1):
            run("INSERT INTO document VALUES (?, ?, ?)", (number, name, title))
            for passage in passages:
                index._add(number, title, passage, terms)
            first = index.passages - len(passages) + 1
            for at, embedding in enumerate((embeddings or {}).get(name, ()), first):
                index._vectors.add(at, embedding)
        index._vocabulary.add(terms)
        run("COMMIT")
        run("INSERT INTO words(words) VALUES ('optimize')")
        index.bytes = index._size() + index._vectors.bytes
        return index

    def _add(self, document: int, title: str, passage: Passage, terms: Terms) -> None:
        self.passages += 1
        text = terms.of(tokens(passage.text))
        above = f"{title[:_MOST_TITLE]} {passage.heading[:_MOST_TITLE]}"
        heading = terms.of(tokens(above))
        terms.passages.update({*text, *heading})
        joined = " ".join(heading) + "\n" + " ".join(text)
        run = self._connection.execute
        run(
            "INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?)",
            (self.passages, document, passage.page, passage.heading, passage.text, joined),
        )
        run("INSERT INTO words (rowid, terms) VALUES (?, ?)", (self.passages, joined))

    def _size(self) -> int:
        (pages,) = self._connection.execute("PRAGMA page_count").fetchone()
        (size,) = self._connection.execute("PRAGMA page_size").fetchone()
        return int(pages * size * _OVERHEAD)

    def search(
        self, question: str, top: int = 8, question_embedding: Sequence[float] | None = None
    ) -> Findings:
        """The passages that fit a question best, at most `top`, the best first.

        `holds` is False where they do not hold enough of the question's words to hold its answer.
        With the question's embedding those come as well whose embeddings are near.
        """
        words = words_of(question, self._vocabulary, self.passages)
        near = self._vectors.nearest(question_embedding, top) if question_embedding else []
        nearest = [number for number, _ in near]
        ranked = self._ranked(words, list(dict.fromkeys((*self._candidates(words), *nearest))))
        best = _joined(ranked, nearest) if near else ranked
        is_held = holds(ranked, self.passages, nearest[0] if nearest else None)
        return Findings(self._found(best[:top]), is_held)

    def _ranked(self, words: Sequence[Word], numbers: list[int]) -> list[Evidence]:
        """Passages with what they hold of the words, those that fit best first."""
        rows = self._connection.execute(
            "SELECT id, document, terms FROM passage WHERE id IN (SELECT value FROM json_each(?))",
            (orjson.dumps(numbers).decode(),),
        ).fetchall()
        look = Look(words)
        ranked = [look.at(*row) for row in rows]
        return sorted(ranked, key=lambda one: (-one.score, one.passage))

    def _candidates(self, words: Sequence[Word]) -> list[int]:
        """The passages that hold the most of a question's words, weighed by their rarity."""
        holding = self._holding(_rarest(words))
        weights: dict[int, float] = defaultdict(float)
        for word in words:
            held: dict[int, float] = {}
            for term, weight in sorted(word.weights.items(), key=itemgetter(1)):
                held.update(dict.fromkeys(holding.get(term, ()), weight))
            for number, weight in held.items():
                weights[number] += weight
        best = sorted(weights.items(), key=itemgetter(1), reverse=True)[:_CANDIDATES]
        return [number for number, _ in best]

    def _holding(self, terms: Sequence[str]) -> dict[str, list[int]]:
        """The passages that hold each term.

        One row a term, with all numbers: a row for each passage would cost much more, as Python's
        lock is taken again after each.
        """
        rows = self._connection.execute(
            "SELECT value, (SELECT group_concat(rowid, ' ') FROM words"
            """ WHERE words MATCH '"' || value || '"') FROM json_each(?)""",
            (orjson.dumps(terms).decode(),),
        )
        return {term: list(map(int, (numbers or "").split())) for term, numbers in rows}

    def _found(self, best: Sequence[Evidence]) -> tuple[FoundPassage, ...]:
        rows = self._connection.execute(
            "SELECT passage.id, name, title, page, heading, text FROM passage"
            " JOIN document ON document.id = passage.document"
            " WHERE passage.id IN (SELECT value FROM json_each(?))",
            (orjson.dumps([one.passage for one in best]).decode(),),
        )
        known = {number: row for number, *row in rows}
        found = []
        for one in best:
            name, title, page, heading, text = known[one.passage]
            found.append(FoundPassage(name, title, Passage(text, page, heading), one.score))
        return tuple(found)


def _rarest(words: Sequence[Word]) -> list[str]:
    """The terms to look up, those of the rarest words first, while they are not in too many."""
    rows, found = 0, dict[str, None]()
    for word in words:
        rows += sum(variant.passages for variant in word.variants)
        if found and rows > _MOST_ROWS:
            break
        found.update(dict.fromkeys(word.weights))
    return list(found)


def _joined(ranked: list[Evidence], near: Sequence[int]) -> list[Evidence]:
    """Passages by the places they take among those that fit and among those that are near."""
    places: dict[int, float] = defaultdict(float)
    for order in ([one.passage for one in ranked if one.held], near):
        for place, number in enumerate(order):
            places[number] += 1 / (_JOIN + place)
    return sorted(ranked, key=lambda one: (-places[one.passage], one.passage))
