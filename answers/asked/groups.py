"""Groups questions that ask for the same, by the words that they share.

A question joins the group whose first question is likest to it, by the cosine of their words, each
weighted by how rare it is among all questions. Looser than what approved answers need: a person
looks at the groups, and nothing is answered by them.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from answers.asked.question import Question
from answers.knowledge.finding.asked import Word, read_asked
from flowhook.turns import in_turns

ALIKE = 0.5  # from this cosine on, a question joins a group
MAX_POSTINGS = 500  # groups looked at for one word

Vector = Mapping[str, float]


@dataclass(slots=True)
class Group:
    """Questions that ask for the same, in the order in which they were asked."""

    questions: list[Question] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The wording that was used most, of these the shortest."""
        counts = Counter(question.text for question in self.questions)
        return min(counts, key=lambda text: (-counts[text], len(text), text))


def grouped(questions: Sequence[Question]) -> list[Group]:
    """The groups of these questions; one without a word that tells stands with its like by text."""
    read = [read_asked(one.text).words for one in in_turns(questions)]
    weights = _weights(read)
    groups: list[Group] = []
    leaders: list[Vector] = []
    postings: dict[str, list[int]] = defaultdict(list)
    same: dict[str, int] = {}
    for question, words in in_turns(list(zip(questions, read, strict=True))):
        vector = _vector(words, weights)
        place = same.get(question.text)
        if place is None:
            place = _nearest(vector, leaders, postings)
        if place is None:
            place = len(groups)
            groups.append(Group())
            leaders.append(vector)
            for handle in vector:
                postings[handle].append(place)
        same[question.text] = place
        groups[place].questions.append(question)
    return groups


def _weights(read: Iterable[Sequence[Word]]) -> dict[str, float]:
    """How much a handle tells: more, the fewer questions have it."""
    counts: Counter[str] = Counter()
    total = 0
    for words in read:
        total += 1
        counts.update({_handle(word) for word in words})
    return {handle: math.log(1 + total / count) for handle, count in counts.items()}


def _handle(word: Word) -> str:
    """One spelling for all of a word: how it sounds where it is Hindi, else its stem."""
    return min(word.handles, key=lambda one: (one[0] not in "~", one[0] not in "=", len(one), one))


def _vector(words: Sequence[Word], weights: Mapping[str, float]) -> Vector:
    """The weights of a question's words, of length 1."""
    found = {handle: weights[handle] for handle in map(_handle, words)}
    length = math.sqrt(sum(value * value for value in found.values())) or 1.0
    return {handle: value / length for handle, value in found.items()}


def _nearest(
    vector: Vector, leaders: Sequence[Vector], postings: Mapping[str, Sequence[int]]
) -> int | None:
    """The group whose first question is likest, if it is like enough."""
    scores: dict[int, float] = defaultdict(float)
    for handle, value in vector.items():
        for place in postings.get(handle, ())[:MAX_POSTINGS]:
            scores[place] += value * leaders[place][handle]
    if not scores:
        return None
    best = max(scores, key=lambda place: (scores[place], -place))
    return best if scores[best] >= ALIKE else None
