"""Time and memory of a base of 5,000 passages of 200 words."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import accumulate

import psutil

from answers.knowledge.document import Passage
from answers.knowledge.finding.index import Index
from answers.knowledge.finding.vectors import Vectors
from bench.goals import verdict
from bench.knowledge.corpus import LANGUAGES, corpus, questions
from bench.knowledge.distractors import Document

PASSAGES, WORDS, OF_A_DOCUMENT = 5000, 200, 40
BUILD_GOAL, MEGABYTES_GOAL, SEARCH_GOAL = 5.0, 60, 10
DIMENSIONS = 1536
_LETTERS = "bcdfghjklmnprstvy"
_OTHER_WORDS = 20_000


def run() -> Iterator[str]:
    """The lines to print; the base is built in a process of its own, to measure its memory."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.knowledge.size"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    yield from done.stdout.splitlines()


def lines() -> Iterator[str]:
    documents = large_base(random.Random(7))
    process = psutil.Process()
    before, began = process.memory_info().rss, time.thread_time()
    index = Index.build(documents)
    seconds = time.thread_time() - began
    megabytes = (process.memory_info().rss - before) / 1e6
    yield f"{index.passages} passages of {WORDS} words, English and Hindi"
    yield f"  build                  {seconds:6.2f} s CPU  {verdict(seconds, BUILD_GOAL)}"
    yield (
        f"  memory                 {megabytes:6.1f} MB  {verdict(megabytes, MEGABYTES_GOAL)}"
        f"  (the index says {index.bytes / 1e6:.1f})"
    )
    took = sorted(_times(index))
    yield f"  search, median         {took[len(took) // 2]:6.2f} ms CPU"
    slowest = took[int(len(took) * 0.99)]
    yield f"  search, p99            {slowest:6.2f} ms CPU  {verdict(slowest, SEARCH_GOAL)}"
    yield from _vector_lines(random.Random(8))
    median, longest = pauses(documents)
    yield f"  while it is built, another thread wakes {median:.1f} ms late, {longest:.0f} at worst"


def _times(index: Index) -> list[float]:
    """Milliseconds of CPU of each search, of the bench's own questions."""
    took = []
    for question in (one for language in LANGUAGES for one in questions(language)):
        began = time.thread_time()
        index.search(question.text)
        took.append((time.thread_time() - began) * 1000)
    return took


def _vector_lines(chances: random.Random) -> Iterator[str]:
    vectors = Vectors()
    for at in range(PASSAGES):
        vectors.add(at, [chances.gauss(0, 1) for _ in range(DIMENSIONS)])
    asked = [chances.gauss(0, 1) for _ in range(DIMENSIONS)]
    began = time.thread_time()
    for _ in range(20):
        vectors.nearest(asked, 8)
    milliseconds = (time.thread_time() - began) * 1000 / 20
    yield (
        f"  embeddings of {DIMENSIONS}     {milliseconds:6.2f} ms CPU more,"
        f" {vectors.bytes / 1e6:.1f} MB more"
    )


def pauses(documents: list[Document]) -> tuple[float, float]:
    """Milliseconds by which a thread that sleeps for one wakes late during a build."""
    builder = threading.Thread(target=Index.build, args=(documents,))
    builder.start()
    late = []
    while builder.is_alive():
        began = time.perf_counter()
        time.sleep(0.001)
        late.append((time.perf_counter() - began) * 1000 - 1)
    return sorted(late)[len(late) // 2], max(late)


def large_base(chances: random.Random) -> list[Document]:
    """Passages of sentences from the bench's documents, with words of no language between them.

    Those words are as frequent as words of a large base are: the more there are, the rarer.
    """
    sentences = [
        sentence.split()
        for _, _, passages in corpus().documents
        for passage in passages
        for sentence in passage.text.replace("।", ".").split(". ")
    ]
    words = [_word(chances) for _ in range(_OTHER_WORDS)]
    usual = list(accumulate(1 / (place + 30) for place in range(_OTHER_WORDS)))
    found = []
    for document in range(PASSAGES // OF_A_DOCUMENT):
        passages = []
        for _ in range(OF_A_DOCUMENT):
            text: list[str] = []
            while len(text) < WORDS:
                text += chances.choice(sentences)
                text += chances.choices(words, cum_weights=usual, k=8)
            passages.append(Passage(" ".join(text[:WORDS]), 1, "Part"))
        found.append((str(document), f"Document {document}", passages))
    return found


def _word(chances: random.Random) -> str:
    return "".join(
        chances.choice(_LETTERS) + chances.choice("aeiou") for _ in range(chances.randint(2, 4))
    )


if __name__ == "__main__":
    for line in lines():
        print(line, flush=True)
