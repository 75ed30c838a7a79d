"""The languages of Sarvam's models, which it names by BCP-47 codes (`hi-IN`).

Odia is `od-IN` there, and `or` everywhere else.

Source: https://docs.sarvam.ai, and the types of the sarvamai package 0.1.39.
"""

from __future__ import annotations

SPOKEN = {
    "en": "English", "hi": "Hindi", "bn": "Bengali", "ta": "Tamil", "te": "Telugu",
    "kn": "Kannada", "ml": "Malayalam", "mr": "Marathi", "gu": "Gujarati", "pa": "Punjabi",
    "or": "Odia",
}  # fmt: skip
"""What the voices speak: ISO codes and English names."""

ALSO_HEARD = frozenset(
    ["as", "ur", "ne", "kok", "ks", "sd", "sa", "sat", "mni", "brx", "mai", "doi"]
)
_MODELS_THAT_HEAR_ALL = ("saaras:v3", "saaras:v4")

# The first characters of the blocks of Unicode from Devanagari to Malayalam, 128 each.
_SCRIPTS = {
    0x0900: "hi",
    0x0980: "bn",
    0x0A00: "pa",
    0x0A80: "gu",
    0x0B00: "or",
    0x0B80: "ta",
    0x0C00: "te",
    0x0C80: "kn",
    0x0D00: "ml",
}
_BLOCK = 128
_DANDAS = "।॥"  # of the Devanagari block, and written in many scripts


def sarvam_code(code: str) -> str:
    """Return Sarvam's code of a language.

    >>> sarvam_code("hi"), sarvam_code("or")
    ('hi-IN', 'od-IN')
    """
    return "od-IN" if code == "or" else f"{code}-IN"


def iso_code(code: str) -> str:
    """Return the ISO code of a language from Sarvam's.

    >>> iso_code("hi-IN"), iso_code("od-IN")
    ('hi', 'or')
    """
    bare = code.partition("-")[0].lower()
    return "or" if bare == "od" else bare


def is_heard(code: str, model: str) -> bool:
    """Tell whether a model transcribes a language."""
    return code in SPOKEN or (code in ALSO_HEARD and model.startswith(_MODELS_THAT_HEAR_ALL))


def spoken_code(language: str | None, text: str) -> str | None:
    """Return the ISO code of the language to speak a text in, or None if no voice speaks it.

    That is the language given (by its English name) if the voices have it, else the main one of
    the script that most of the text is written in.

    >>> spoken_code("Marathi", "नमस्कार"), spoken_code(None, "ନମସ୍କାର"), spoken_code("Nepali", "नमस्ते")
    ('mr', 'or', 'hi')
    >>> spoken_code("Urdu", "سلام")
    """
    for code, name in SPOKEN.items():
        if language and language.lower() in (name.lower(), code):
            return code
    counts: dict[str, int] = {}
    for letter in text:
        code_of_script = _script_of(letter)
        if code_of_script:
            counts[code_of_script] = counts.get(code_of_script, 0) + 1
    return max(counts, key=lambda code: counts[code], default=None)


def _script_of(letter: str) -> str | None:
    if letter.isascii():
        return "en" if letter.isalpha() else None
    return None if letter in _DANDAS else _SCRIPTS.get(ord(letter) // _BLOCK * _BLOCK)
