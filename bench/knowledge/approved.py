"""Approved answers: how many of 1,000 replayed questions are answered, and how many rightly.

700 are asked again in other words: in other order and case, with small words, a slip of spelling,
in Hinglish. 300 are near misses: another number, crop or person, a negation, another thing asked
for; none of them may be answered. Sixty of these were written by hand. `bench.approved_answers`
measures what they cost.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from answers.knowledge.finding.likeness import SURE
from answers.knowledge.finding.matcher import Matcher
from answers.knowledge.finding.sounds import latin
from bench.goals import verdict

REPLAYED, NEAR_MISSES = 700, 300
PRECISION_GOAL = 0.99

_ENGLISH = (
    "when should I sow {crop}",
    "how much urea does {crop} need per acre",
    "what is the price of {crop} seed",
    "how often should {crop} be watered",
    "which disease makes {crop} leaves yellow",
    "can I give {food} to a {age} month old baby",
    "what dose of {drug} for a {age} year old child",
    "is {drug} safe during pregnancy",
    "when is the {fee} fee due for class {grade}",
    "what documents are needed for {scheme}",
    "how many days leave for {reason}",
    "who can apply for {scheme} after {age} years",
    "where do I complain about {scheme} in {place}",
    "bus timing from {place} to {other}",
)
_HINDI = (
    "{crop} की बुवाई कब करें",
    "{crop} में कितनी खाद डालें",
    "{age} साल के बच्चे को {drug} कितनी दें",
    "{scheme} के लिए कौन से कागज चाहिए",
    "कक्षा {grade} की फीस कब जमा होगी",
)
_ENGLISH_WORDS: dict[str, tuple[str, ...]] = {
    "crop": ("wheat", "rice", "maize", "mustard", "cotton", "potato", "tomato", "onion", "lentil"),
    "food": ("banana", "honey", "egg", "cow milk", "rice water", "biscuits", "dal", "porridge"),
    "drug": ("paracetamol", "zinc", "albendazole", "iron syrup", "cetirizine", "amoxicillin"),
    "fee": ("admission", "hostel", "exam", "library", "transport"),
    "scheme": ("widow pension", "ration card", "crop insurance", "housing aid", "job card"),
    "reason": ("wedding", "illness", "maternity", "mourning"),
    "place": ("Rampur", "Patna", "Gaya", "Ranchi", "Siwan"),
    "other": ("Delhi", "Mumbai", "Kolkata", "Bhopal"),
    "age": ("2", "3", "5", "6", "8", "9", "18", "60"),
    "grade": ("1", "4", "6", "9", "10", "12"),
}
_HINDI_WORDS: dict[str, tuple[str, ...]] = {
    "crop": ("गेहूं", "धान", "मक्का", "सरसों", "आलू", "प्याज", "चना", "मटर"),
    "drug": ("पैरासिटामोल", "जिंक", "ओआरएस", "आयरन सिरप"),
    "scheme": ("विधवा पेंशन", "राशन कार्ड", "फसल बीमा", "जॉब कार्ड"),
    "age": ("2", "3", "5", "8"),
    "grade": ("1", "6", "9", "12"),
}
_BEFORE = ("", "please tell me ", "sir ", "hello, ", "I want to know ", "kindly say ")
_AFTER = ("", "?", "??", " please", " sir?", ".")
_KINDS = (("when", "where"), ("how much", "why"), ("who", "when"), ("कब", "कहां"), ("कितनी", "कब"))
_REVERSED = {"safe": "not safe", "needed": "not needed", "can i": "can i not", "कब": "कब नहीं"}
_OPPOSITE = {"pregnancy": "breastfeeding", "sow": "harvest", "price": "colour", "बुवाई": "कटाई"}


@dataclass(frozen=True)
class Approved:
    """A question with its pattern and the words that fill it."""

    pattern: str
    words: dict[str, str]

    @property
    def text(self) -> str:
        return self.pattern.format(**self.words)


@dataclass(frozen=True)
class Replay:
    """What came of replayed questions."""

    answered: int
    right: int
    wrong_near_misses: tuple[str, ...]

    @property
    def precision(self) -> float:
        return self.right / self.answered if self.answered else 1.0


def run(chances: random.Random) -> Iterator[str]:
    """The lines to print."""
    approved = questions(chances)
    matcher = Matcher((one.text, [one.text]) for one in approved)
    outcome = replay(matcher, approved, chances)
    yield (
        f"approved answers: {REPLAYED} of {len(approved)} questions asked again,"
        f" {NEAR_MISSES} near misses"
    )
    yield (
        f"  precision of answers    {outcome.precision:6.1%}"
        f"  {verdict(outcome.precision, PRECISION_GOAL, is_least=True)}"
    )
    yield f"  near misses answered    {len(outcome.wrong_near_misses):4d}"
    yield f"  asked again, answered   {outcome.right / REPLAYED:6.1%}"


def questions(chances: random.Random) -> list[Approved]:
    """Approved questions, half of the fillings of each pattern; the others make near misses."""
    found = {}
    for patterns, words in ((_ENGLISH, _ENGLISH_WORDS), (_HINDI, _HINDI_WORDS)):
        for pattern in patterns:
            for _ in range(60):
                one = Approved(pattern, {name: chances.choice(of) for name, of in words.items()})
                found[one.text] = one
    return chances.sample(list(found.values()), len(found) // 2)


def replay(matcher: Matcher, approved: Sequence[Approved], chances: random.Random) -> Replay:
    """Ask what is approved again in other words, and what is nearly so."""
    texts = {one.text for one in approved}
    right = 0
    wrong = list(_answered_by_hand())
    answered = len(wrong)
    for _ in range(REPLAYED):
        one = chances.choice(approved)
        found = matcher.best(again(one, chances))
        if found and found[1] >= SURE:
            answered += 1
            right += found[0] == one.text
    for _ in range(NEAR_MISSES - len(by_hand())):
        missed = near_miss(chances.choice(approved), texts, chances)
        found = matcher.best(missed)
        if found and found[1] >= SURE:
            answered += 1
            wrong.append(f"{missed} -> {found[0]}")
    return Replay(answered, right, tuple(wrong))


def by_hand() -> list[tuple[str, str]]:
    """Approved questions, each with one that is nearly the same and asks for something else."""
    text = (Path(__file__).parent / "near_misses.txt").read_text("utf-8")
    pairs = [line.split(" | ") for line in text.strip().split("\n")]
    return [(one, other) for one, other in pairs]


def _answered_by_hand() -> Iterator[str]:
    for one, other in by_hand():
        found = Matcher([(one, [one])]).best(other)
        if found and found[1] >= SURE:
            yield f"{other} -> {one}"


def again(one: Approved, chances: random.Random) -> str:
    """The same question as another would ask it."""
    text = one.text
    way = chances.randrange(5)
    if way == 0 and not text.isascii():
        text = " ".join(latin(word) for word in text.split())
    elif way == 1:
        text = _slipped(text, chances)
    elif way == 2:
        text = text.upper()
    elif way == 3 and " from " not in text and " after " not in text:
        head, _, tail = text.partition(" for ")
        text = f"for {tail} {head}" if tail else text
    if text.isascii():
        text = chances.choice(_BEFORE) + text
    return text + chances.choice(_AFTER)


def _slipped(text: str, chances: random.Random) -> str:
    """A text with two letters of a long word swapped, or one left out."""
    words = text.split()
    long = [at for at, word in enumerate(words) if len(word) > 6 and word.isascii()]
    if not long:
        return text
    at = chances.choice(long)
    word, place = words[at], chances.randrange(2, len(words[at]) - 2)
    swapped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    words[at] = chances.choice((swapped, word[:place] + word[place + 1 :]))
    return " ".join(words)


def near_miss(one: Approved, approved: set[str], chances: random.Random) -> str:
    """A question that differs from an approved one in what it asks, and is not approved."""
    while True:
        text = _changed(one, chances)
        if text != one.text and text not in approved:
            return text


def _changed(one: Approved, chances: random.Random) -> str:
    words = _ENGLISH_WORDS if one.pattern.isascii() else _HINDI_WORDS
    way = chances.randrange(4)
    if way < 2:
        name = chances.choice([name for name in words if "{" + name + "}" in one.pattern])
        return one.pattern.format(**{**one.words, name: chances.choice(words[name])})
    pairs = [*_KINDS, *_REVERSED.items(), *_OPPOSITE.items()]
    chances.shuffle(pairs)
    text = one.text
    for before, after in pairs:
        if before in text:
            return text.replace(before, after, 1)
    name = next(name for name in words if "{" + name + "}" in one.pattern)
    return one.pattern.format(**{**one.words, name: chances.choice(words[name])})
