"""An organisation's approved answers in the memory of a process, and which of them fits a question.

The same words are found at once; near ones by likeness, within each language apart, so that one
question may have an answer in each.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from answers.approved.answer import ApprovedAnswer
from answers.knowledge.finding.matcher import Matcher
from answers.knowledge.finding.tokens import tokens
from answers.question_sets.languages import LANGUAGES, told

QUESTION_BYTES = 2_800  # of a question of eight words in a Matcher, as measured
ANSWER_BYTES = 600  # around an answer's texts

Words = tuple[str, ...]


class AnswerIndex:
    """Answers by their questions. `bytes` estimates what they take of the memory.

    `put` and `remove` are not to run while another thread finds: `changing` excludes that.
    """

    def __init__(self) -> None:
        self.changing = threading.Lock()
        self.bytes = 0
        self._answers: dict[str, ApprovedAnswer] = {}
        self._same: defaultdict[Words, set[str]] = defaultdict(set)  # ids by a question's words
        self._near: defaultdict[str, Matcher] = defaultdict(Matcher)  # by language

    def __len__(self) -> int:
        return len(self._answers)

    def put(self, answers: Iterable[ApprovedAnswer]) -> None:
        """Take up answers, each in the place of the one with its id."""
        for answer in answers:
            self.remove(answer.id)
            self._answers[answer.id] = answer
            self.bytes += _bytes_of(answer)
            self._near[answer.language].add(answer.id, answer.questions)
            for words in _words_of(answer):
                self._same[words].add(answer.id)

    def remove(self, answer_id: str) -> None:
        """Forget an answer; one that is not there is no error."""
        answer = self._answers.pop(answer_id, None)
        if answer is None:
            return
        self.bytes -= _bytes_of(answer)
        self._near[answer.language].remove(answer_id)
        if not len(self._near[answer.language]):
            del self._near[answer.language]
        for words in _words_of(answer):
            self._same[words].discard(answer_id)
            if not self._same[words]:
                del self._same[words]

    def find(
        self, question: str, least: float, today: str, speaks: Callable[[str], bool]
    ) -> ApprovedAnswer | None:
        """The answer to the question that is most like this one, if at least `least` (0..1); of
        equal ones the newer.

        What ended before `today` (ISO date) is forgotten. `speaks` tells whether an answer in a
        language may be given; after those, an answer may be that is also asked for in such a one.
        """
        with self.changing:
            while True:
                found = self._first(question, least, speaks)
                if found is None or not found.is_over(today):
                    return found
                self.remove(found.id)

    def near(self, question: str) -> list[tuple[ApprovedAnswer, float]]:
        """The answers that come nearest to a question, with their likeness, 0..1, nearest first:
        those to the same words, and the nearest in each language, whether they may be given or not.
        """
        with self.changing:
            nearest = (matcher.best(question) for matcher in self._near.values())
            found = dict(filter(None, nearest)) | dict.fromkeys(self._exact(question), 1.0)
            ranked = sorted(found.items(), key=lambda one: (-one[1], one[0]))
            return [(self._answers[answer_id], likeness) for answer_id, likeness in ranked]

    def _first(
        self, question: str, least: float, speaks: Callable[[str], bool]
    ) -> ApprovedAnswer | None:
        for found in (self._exact(question), self._nearest(question, least)):
            answers = [self._answers[answer_id] for answer_id in found]
            for answer in answers:
                if not answer.language or speaks(answer.language):
                    return answer
            for answer in answers:
                if any(map(speaks, _languages_of(answer.also))):
                    return answer
        return None

    def _exact(self, question: str) -> Iterator[str]:
        """The ids of answers to a question of the same words, the newest first."""
        words = tuple(tokens(question))
        yield from sorted(self._same.get(words, ()))

    def _nearest(self, question: str, least: float) -> Iterator[str]:
        """The id that is nearest in each language, the nearest of all first."""
        nearest = (matcher.best(question) for matcher in self._near.values())
        found = [(-likeness, name) for name, likeness in filter(None, nearest)]
        yield from (name for negative, name in sorted(found) if -negative >= least)


def _words_of(answer: ApprovedAnswer) -> set[Words]:
    """The words of each of its questions that has any."""
    return {tuple(tokens(question)) for question in answer.questions} - {()}


def _languages_of(questions: Iterable[str]) -> set[str]:
    """The codes of the languages that questions are in, as far as they can be told."""
    return {LANGUAGES[name] for name in map(told, questions) if name}


def _bytes_of(answer: ApprovedAnswer) -> int:
    texts = (*answer.questions, answer.answer)
    return ANSWER_BYTES + QUESTION_BYTES * len(answer.questions) + 2 * sum(map(len, texts))
