"""The bench's own documents and the questions about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from answers.knowledge.document import Block, Passage
from answers.knowledge.finding.passages import cut
from answers.knowledge.finding.question import content_words
from answers.knowledge.finding.small_words import STOP_WORDS
from answers.knowledge.finding.sounds import sounds
from answers.knowledge.finding.stems import stem
from answers.knowledge.finding.tokens import tokens
from bench.knowledge.distractors import Document, distractors

LANGUAGES = ("english", "hindi", "hinglish")
NOWHERE = "-"
FEW_SHARED = 0.4

_HERE = Path(__file__).parent
_HEADING = re.compile(r"(#+) (.*?)(?: \{([a-z-]+)\})?$")


@dataclass(frozen=True)
class Question:
    """A question and the sections that answer it; none where no document does."""

    text: str
    answers: frozenset[str]
    is_held_out: bool


@dataclass(frozen=True)
class Corpus:
    """Documents, where each section stands in them, and the words of each section."""

    documents: tuple[Document, ...]
    sections: dict[tuple[str, str], str]  # by document and passage's text
    words: dict[str, frozenset[str]]

    def shared(self, question: Question) -> float:
        """The share of a question's content words in the passage that answers it, 0..1."""
        asked = content_words(question.text)
        held = [
            sum(not self.words[one].isdisjoint(_forms(word)) for word in asked)
            for one in question.answers
        ]
        return max(held) / max(1, len(asked))


@cache
def corpus() -> Corpus:
    """The leaflets in English and Hindi, and what stands near them."""
    documents: list[Document] = []
    sections: dict[tuple[str, str], str] = {}
    words: dict[str, frozenset[str]] = {}
    for language in ("english", "hindi"):
        for title, blocks, names in _leaflets(_HERE / f"{language}.md"):
            passages = cut(blocks)
            assert len(passages) == len(names), title
            documents.append((title, title, passages))
            for name, passage in zip(names, passages, strict=True):
                sections[title, passage.text] = name
                words[name] = _words(passage, title)
    return Corpus((*documents, *distractors()), sections, words)


def _leaflets(path: Path) -> Iterator[tuple[str, list[Block], list[str]]]:
    """The title, blocks and sections' names of each leaflet in a file."""
    for leaflet in path.read_text("utf-8").strip().split("\n\n# "):
        blocks: list[Block] = []
        names: list[str] = []
        for line in f"# {leaflet.removeprefix('# ')}".split("\n"):
            heading = _HEADING.fullmatch(line)
            if not heading:
                blocks.append(Block(line))
                continue
            blocks.append(Block(heading[2], len(heading[1])))
            names += [heading[3]] if heading[3] else []
        yield blocks[0].text, blocks, names


def _words(passage: Passage, title: str) -> frozenset[str]:
    text = f"{title} {passage.heading} {passage.text}"
    return frozenset(
        form for word in tokens(text) if word not in STOP_WORDS for form in _forms(word)
    )


def _forms(word: str) -> set[str]:
    """A word's stem, and how it sounds where it may be Hindi."""
    return {stem(word), *(f"~{key}" for key in sounds(word) if len(key) > 1)}


@cache
def questions(language: str) -> tuple[Question, ...]:
    """The questions of a language; every second one is held out, and was not tuned on."""
    lines = (_HERE / f"{language}_questions.txt").read_text("utf-8").strip().split("\n")
    found = []
    for at, line in enumerate(lines):
        text, _, names = line.rpartition(" | ")
        answers = frozenset(names.split(",")) - {NOWHERE}
        found.append(Question(text, answers, at % 2 == 1))
    return tuple(found)
