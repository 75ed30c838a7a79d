"""Recall, and right and wrong `found`, over the bench's own documents and questions.

The answerer always claims to have found the answer, so that what is found is decided by the
passages alone (`Findings.holds`), and by whether the right one is among those it is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from answers.knowledge.finding.index import Index
from bench.goals import verdict
from bench.knowledge.corpus import FEW_SHARED, LANGUAGES, Corpus, Question, corpus, questions

TOP = 5
RECALL_GOALS = {"english": 0.90, "hindi": 0.85, "hinglish": 0.75}
WRONG_GOAL = 0.05


@dataclass(frozen=True)
class Asked:
    """What came of a question."""

    question: Question
    few_shared: bool
    is_recalled: bool
    holds: bool


def run() -> Iterator[str]:
    """The lines to print."""
    known = corpus()
    index = Index.build(known.documents)
    yield f"{len(known.documents)} documents, {index.passages} passages; questions held out:"
    asked = {one: ask(index, known, balanced(known, one, is_held_out=True)) for one in LANGUAGES}
    for language, outcomes in asked.items():
        yield from _lines(language, outcomes)
    wrong = [one.holds for outcomes in asked.values() for one in _nowhere(outcomes)]
    yield (
        f"  all: wrong found        {_share(wrong):6.1%} of {len(wrong)}"
        f"  {verdict(_share(wrong), WRONG_GOAL)}"
    )
    yield f"  all, the document taken away: wrong found {_share(taken_away(known)):6.1%}"
    right, strays = alone(known)
    yield (
        f"  all, a document alone: right found {_share(right):6.2f},"
        f" wrong found {_share(strays):6.1%} of {len(strays)}"
    )


def _lines(language: str, outcomes: Sequence[Asked]) -> Iterator[str]:
    somewhere = [one for one in outcomes if one.question.answers]
    few = [one for one in somewhere if one.few_shared]
    recall = _share([one.is_recalled for one in somewhere])
    yield (
        f"  {language}: {len(somewhere)} answered by a passage, {len(few)} of them share at most"
        f" {FEW_SHARED:.0%} of their words with it; {len(_nowhere(outcomes))} by none"
    )
    yield (
        f"    recall at {TOP}           {recall:6.2f}"
        f"  {verdict(recall, RECALL_GOALS[language], is_least=True)}"
    )
    yield f"      where few are shared  {_share([one.is_recalled for one in few]):6.2f}"
    right = _share([one.is_recalled and one.holds for one in somewhere])
    yield f"    right found           {right:6.2f}"
    yield f"    wrong found           {_share([one.holds for one in _nowhere(outcomes)]):6.2f}"


def _nowhere(outcomes: Sequence[Asked]) -> list[Asked]:
    return [one for one in outcomes if not one.question.answers]


def _share(outcomes: Sequence[bool]) -> float:
    return sum(outcomes) / max(1, len(outcomes))


def balanced(known: Corpus, language: str, *, is_held_out: bool) -> list[Question]:
    """As many questions of each kind: few words shared, many, and answered by no document."""
    mine = [one for one in questions(language) if one.is_held_out == is_held_out]
    kinds: dict[str, list[Question]] = {"few": [], "many": [], "none": []}
    for one in mine:
        few = one.answers and known.shared(one) <= FEW_SHARED
        kinds["few" if few else "many" if one.answers else "none"].append(one)
    most = min(len(found) for found in kinds.values())
    return [one for found in kinds.values() for one in found[:most]]


def ask(index: Index, known: Corpus, asked: Sequence[Question]) -> list[Asked]:
    """Search for each question."""
    found = []
    for question in asked:
        findings = index.search(question.text, TOP)
        sections = {
            known.sections.get((one.document, one.passage.text)) for one in findings.passages
        }
        is_recalled = not question.answers.isdisjoint(sections)
        few = bool(question.answers) and known.shared(question) <= FEW_SHARED
        found.append(Asked(question, few, is_recalled, findings.holds))
    return found


def taken_away(known: Corpus) -> list[bool]:
    """Whether the answer seems to be held where the document that holds it is not there.

    A harder test than questions about something else: all else that is near is there.
    """
    outcomes = []
    for document, asked in _by_document(known).items():
        rest = [one for one in known.documents if one[0] != document]
        outcomes += [one.holds for one in ask(Index.build(rest), known, asked)]
    return outcomes


def alone(known: Corpus) -> tuple[list[bool], list[bool]]:
    """Right found, and wrong found by every tenth other question, of bases of one document each."""
    by_document = _by_document(known)
    right, wrong = [], []
    for document, asked in by_document.items():
        index = Index.build([one for one in known.documents if one[0] == document])
        right += [one.holds and one.is_recalled for one in ask(index, known, asked)]
        others = [one for other, mine in by_document.items() if other != document for one in mine]
        wrong += [one.holds for one in ask(index, known, others[::10])]
    return right, wrong


def _by_document(known: Corpus) -> dict[str, list[Question]]:
    """The questions held out, by the document that answers them."""
    places = {name: document for (document, _), name in known.sections.items()}
    by_document: dict[str, list[Question]] = {}
    for language in LANGUAGES:
        for one in balanced(known, language, is_held_out=True):
            if one.answers:
                by_document.setdefault(places[min(one.answers)], []).append(one)
    return by_document
