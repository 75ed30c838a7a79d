"""People as whom a conversation is proposed again: what they type in the place of free text.

Each rewrites a text from lists of its own, always in the same way, so a proposal stays the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

from flows.model.session import Message

VOICE = "https://example.org/voice.ogg"

Rewrite = Callable[[str], Message]

HINGLISH = (
    "{} ke baare mein batao na",
    "bhaiya mujhe ye puchna tha: {}",
    "{} iska jawab chahiye",
    "namaste ji, {} bata dijiye",
)
MIXED = (
    "{} के बारे में please बताइए",
    "मुझे ये पूछना था: {} thank you",
    "sir, {} इसका answer दीजिए",
    "Hello जी, {} बता दो please",
)
ANGRY = (
    "{}!!! why does nobody answer",
    "I ASKED ALREADY: {}!!",
    "{} ??? this is the third time, very bad service",
    "useless bot!! {}",
)
OFF_TOPIC = (
    "what is the cricket score today",
    "send me a good morning picture",
    "do you like mangoes",
    "mere phone ka recharge kar do",
)
SHORT_WORDS = 2


def short(text: str) -> Message:
    """The words that matter, in small letters and without marks.

    >>> short("When should I sow the seeds?").text, short("Asha").text
    ('sow seeds', 'asha')
    """
    said = [word.strip(".,;:!?") for word in text.lower().split()]
    telling = [word for word in said if word and word not in SMALL_WORDS]
    return Message(" ".join((telling or said)[:SHORT_WORDS]))


SMALL_WORDS = frozenset(
    (
        *("a", "an", "and", "are", "can", "do", "does", "for", "how", "i", "in", "is", "it"),
        *("me", "my", "of", "on", "should", "tell", "the", "to", "what", "when", "where"),
        *("which", "who", "why", "you", "your"),
    )
)


def hinglish(text: str) -> Message:
    """Hindi in Latin letters around the words."""
    return Message(_one_of(HINGLISH, text).format(text))


def code_mixed(text: str) -> Message:
    """Hindi in its own letters around the words."""
    return Message(_one_of(MIXED, text).format(text))


def angry(text: str) -> Message:
    return Message(_one_of(ANGRY, text).format(text.upper()))


def off_topic(text: str) -> Message:
    """Something that has nothing to do with the question."""
    return Message(_one_of(OFF_TOPIC, text))


def typos(text: str) -> Message:
    """Two letters of each longer word change places, and marks are left out.

    >>> typos("When should I sow the seeds?").text, typos("34").text
    ('wehn sohuld i sow the sedes', '34')
    """
    words = (word.strip(".,;:!?") for word in text.lower().split())
    return Message(" ".join(_slipped(word) for word in words))


def voice_note(_text: str) -> Message:
    return Message(type="audio", url=VOICE)


PERSONAS: Mapping[str, Rewrite] = {
    one.__name__: one for one in (short, hinglish, typos, angry, off_topic, voice_note, code_mixed)
}


def _slipped(word: str) -> str:
    if len(word) < 4 or not word.isalpha():
        return word
    at = 1 if word[1] != word[2] else 2
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _one_of(phrases: Sequence[str], text: str) -> str:
    return phrases[hashlib.sha256(text.encode()).digest()[0] % len(phrases)]
