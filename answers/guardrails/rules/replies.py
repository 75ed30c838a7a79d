"""What contacts are told where a policy speaks, in their language.

The organisation's own text in that language comes first, then the text that comes with the service
in it, and where there is neither, the organisation's English one or its first, and English.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from answers.question_sets.languages import told

TEXTS = Path(__file__).with_name("replies.json")
ENGLISH = "en"
NAMES = {
    "assamese": "as", "bengali": "bn", "bangla": "bn", "english": "en", "gujarati": "gu",
    "hindi": "hi", "hinglish": "hi-latn", "kannada": "kn", "malayalam": "ml", "marathi": "mr",
    "odia": "or", "oriya": "or", "punjabi": "pa", "panjabi": "pa", "tamil": "ta", "telugu": "te",
    "urdu": "ur", "हिन्दी": "hi", "हिंदी": "hi", "मराठी": "mr", "বাংলা": "bn", "অসমীয়া": "as",
    "தமிழ்": "ta", "తెలుగు": "te", "ಕನ್ನಡ": "kn", "മലയാളം": "ml", "ગુજરાતી": "gu", "ਪੰਜਾਬੀ": "pa",
    "ଓଡ଼ିଆ": "or", "اردو": "ur",
}  # fmt: skip
"""Codes of languages by their names, English and own."""


def reply_to(policy: str, language: str, own: Mapping[str, Any] | None) -> str:
    """The reply of a policy in a language, by its name or code; `own` are the settings' `replies`.

    >>> reply_to("banned", "Hindi", None) == reply_to("banned", "hi_IN", {})
    True
    >>> reply_to("banned", "hi", {"banned": {"Hindi": "शिष्ट लिखें"}})
    'शिष्ट लिखें'
    """
    given = {code_of(name): str(text) for name, text in ((own or {}).get(policy) or {}).items()}
    code = code_of(language)
    for known in (given, texts()[policy]):
        for one in (code, code.partition("-")[0]):
            if one in known:
                return known[one]
    return given.get(ENGLISH) or next(iter(given.values()), "") or texts()[policy][ENGLISH]


def language_of(words: str) -> str:
    """The language of a contact's words, for where nobody knows the contact's own; empty for
    English, which says little of who writes, and where it cannot be told.

    >>> language_of("गुटखा कहाँ मिलता है?"), language_of("गुटखा"), language_of("Where is it sold?")
    ('Hindi', 'Hindi', '')
    """
    language = told(words, guesses=False) or ""
    return "" if code_of(language) == ENGLISH else language


def code_of(language: str) -> str:
    """The code of a language by its name or code, in small letters; what is unknown stays.

    >>> code_of("Hindi"), code_of("hi_IN"), code_of(" TA "), code_of("hi-Latn"), code_of("Klingon")
    ('hi', 'hi-in', 'ta', 'hi-latn', 'klingon')
    """
    plain = language.strip().lower().replace("_", "-")
    return NAMES.get(plain, plain)


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """The texts that come with the service, by policy and code."""
    found: dict[str, dict[str, str]] = orjson.loads(TEXTS.read_bytes())
    return {
        policy: {code.lower(): text for code, text in by_code.items()}
        for policy, by_code in found.items()
    }
