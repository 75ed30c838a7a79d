"""A short question as it is compared with another: its words, and what must agree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from answers.knowledge.finding.small_words import is_hindi
from answers.knowledge.finding.sounds import sounds, squeezed
from answers.knowledge.finding.stems import NUMBERS
from answers.knowledge.finding.tokens import tokens

MOST_CHARACTERS = 1000  # a longer question is like no other
MOST_WORDS = 40


def _classes(text: str) -> dict[str, str]:
    """Each word of a line by the line's first word."""
    lines = [line.split() for line in text.strip().splitlines()]
    return {word: line[0] for line in lines for word in line}


_KINDS = _classes(
    """
    when kab कब
    where kahan kaha kahaan कहां
    why kyun kyu kyon kyo क्यों क्यूं
    who whom whose kaun kon kisko kise kiska kiski कौन किसको किसे किसका किसकी
    many much kitna kitni kitne कितना कितनी कितने
    which kaunsa kaunsi kaunse konsa konsi konse कौनसा कौनसी कौनसे
    """
)
"""Words that say what is asked for: two questions that ask for other things are not alike."""

_NEGATIONS = _classes(
    """
    not no never nor dont doesnt didnt cant cannot wont isnt arent shouldnt nahi nahin nhi nai mat
    without bina बिना
    """
)
_NEGATIONS |= dict.fromkeys(("नहीं", "नही", "मत", "ना"), "not")


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SMALL = _set(
    """
    a an the is are was were be been being am do does did done doing of for in on at to by with
    i me my mine we us our ours you your yours it its this that these those there and or so
    can could should would shall will may might must has have had having get gets getting got
    please pls plz kindly tell know want need like hi hello dear sir madam maam thanks thank what
    whats how just let also am u ur r about as if any some give say help
    है हैं हूं हो हों था थी थे होगा होगी होंगे होता होती होते होना की के को का में पर और या यह वह ये वे इस उस
    मैं मैंने मुझे मुझको मेरा मेरी मेरे हम हमें हमारा हमारी हमारे आप आपका आपकी आपके आपको क्या कैसे कर करें
    करे करना करने करके करता करती करते करूं करो किया की जाए जाएं दें दे देना देने ले लें लेना लेने सकता
    सकती सकते सकूं चाहिए रहा रही रहे जी कृपया बताएं बताओ बताइए बताना बता नमस्ते लिए लिये तो भी ही
    hai hain hoon hun hu ho hota hoti hote hoga hogi hona ka ki ke ko mein me mai main par pe aur ya
    yeh ye woh wo mujhe mujhko mera meri mere hum hame humein hamara hamari hamare aap aapka aapki
    aapke aapko apka apki kya kia kaise kese kar kare karen karein karna karne karke karu karun karo
    jaye jaaye den de dena dene le len lena lene sakta sakti sakte chahiye chahie chaiye raha rahi
    rahe ji kripya batao bataye bataiye bataen batana bata namaste liye lie toh to bhi hi
    """
)
_NUMBERS = {
    **NUMBERS,
    **dict.fromkeys(("zero", "शून्य", "shunya"), "0"),
    **dict.fromkeys(("one", "एक", "ek"), "1"),
    **dict.fromkeys(("two", "दो"), "2"),
    "teen": "3",
}
_DIRECTED = _set("from than before after into onto over under से तक पहले बाद se tak pehle pahle baad")
_HINDI_PLURAL = (("ियों", "ी"), ("ियां", "ी"), ("ाओं", "ा"), ("ाएं", "ा"), ("ों", ""), ("ें", ""))


@dataclass(frozen=True)
class Word:
    """A word that tells, with the handles by which a word that may be the same is found."""

    text: str
    handles: frozenset[str]


@dataclass(frozen=True)
class Asked:
    """What a question says, small words left out."""

    words: tuple[Word, ...]
    numbers: tuple[str, ...]
    kinds: frozenset[str]
    negations: tuple[str, ...]
    is_directed: bool

    @cached_property
    def must_agree(self) -> tuple[object, ...]:
        """What two questions that are alike have in common in any case."""
        return self.numbers, self.kinds, self.negations


def read_asked(question: str) -> Asked:
    """A question as it is compared; one that is too long has no words."""
    found = tokens(question) if len(question) <= MOST_CHARACTERS else []
    if len(found) > MOST_WORDS:
        found = []
    hindi = is_hindi(found)
    numbers, kinds, negations = [], set(), []
    words: list[Word] = []
    for one in found:
        if one[0].isdigit() or one in _NUMBERS:
            numbers.append(_NUMBERS.get(one, one))
        elif one in _KINDS:
            kinds.add(_KINDS[one])
        elif one in _NEGATIONS:
            negations.append(_NEGATIONS[one])
        elif one not in _SMALL:
            words.append(Word(one, _handles(one, hindi)))
    return Asked(
        tuple(dict.fromkeys(words)),
        tuple(sorted(numbers)),
        frozenset(kinds),
        tuple(sorted(negations)),
        not _DIRECTED.isdisjoint(found),
    )


def _handles(word: str, hindi: bool) -> frozenset[str]:
    if not word.isascii():
        return frozenset((word, _singular(word), *(f"~{key}" for key in sounds(word))))
    plain = _plain(word)
    if not hindi:
        return frozenset((word, plain))
    return frozenset((word, plain, f"={squeezed(word)}", *(f"~{key}" for key in sounds(word))))


def _singular(word: str) -> str:
    for ending, other in _HINDI_PLURAL:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + other
    return word


_E_BEFORE = re.compile(r"(?:ing|ed)$")


def _plain(word: str) -> str:
    """An English word without a plural's or a verb's ending.

    >>> [_plain(one) for one in ("fees", "applied", "applying", "apply", "sowing", "policies")]
    ['fee', 'apply', 'apply', 'apply', 'sow', 'policy']
    """
    if len(word) < 4:
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("ied"):
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-2] if word.endswith(("sses", "shes", "ches", "xes")) else word[:-1]
    rest = _E_BEFORE.sub("", word)
    if rest != word and len(rest) > 2 and re.search("[aeiouy]", rest):
        word = rest[:-1] if rest[-1] == rest[-2] and rest[-1] not in "lsz" else rest
    return word[:-1] if word.endswith("e") and len(word) > 3 else word
