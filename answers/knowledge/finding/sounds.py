"""How a word sounds, in Latin letters: the same for a Devanagari word and its Hinglish spellings.

`latin` writes a word of an Indic script in Latin letters. `squeezed` takes from a Latin word what
Hinglish writes in several ways (aspirates, long vowels, doubled letters), and `sounds` takes the
a's as well, and the endings of Hindi, so that खाद, khaad and khad are one.
"""

from __future__ import annotations

import re
from functools import lru_cache

_INDIC = range(0x0900, 0x0D80)
_BLOCK = 0x80
_VIRAMA = "\u094d"
_CONSONANTS = dict(
    zip(
        "कखगघङचछजझञटठडढणतथदधनपफबभमयरलळवशषसह",
        (
            *("k", "kh", "g", "gh", "n", "ch", "chh", "j", "jh", "n", "t", "th", "d", "dh", "n"),
            *("t", "th", "d", "dh", "n", "p", "f", "b", "bh", "m", "y", "r", "l", "l", "v"),
            *("sh", "sh", "s", "h"),
        ),
        strict=True,
    )
)
_SIGNS = dict(
    zip(
        "ािीुूृॅॆेैॉॊोौ",
        ("a", "i", "i", "u", "u", "ri", "e", "e", "e", "ai", "o", "o", "o", "au"),
        strict=True,
    )
)
_VOWELS = {"अ": "a", **dict(zip("आइईउऊऋऍऎएऐऑऒओऔ", _SIGNS.values(), strict=True))}
_NASALS = "ंँ"

# What a spelling is read as, in three rounds: letters and long vowels, pairs of vowels and what
# stands before a vowel or a consonant, doubled letters.
_LETTERS = re.compile(
    "[^a-z]+|sch|[ts]ion|(?<=a)y[ei]|c?chh?|ck|[cqxz]|[wv]h?|[pstdbkgj]h|aa+|ee+|ii+|ea|ie|oo+|uu+"
)
_AS_LETTERS = {
    **{"sch": "sk", "tion": "sn", "sion": "sn", "ye": "e", "yi": "i"},
    **{"cch": "C", "cchh": "C", "ch": "C", "chh": "C", "ck": "k", "q": "k", "x": "ks"},
    **{"z": "j", "w": "v", "wh": "v", "v": "v", "vh": "v", "ph": "f", "sh": "s"},
    **{"th": "t", "dh": "d", "bh": "b", "kh": "k", "gh": "g", "jh": "j"},
    **{"aa": "a", "ee": "i", "ii": "i", "ea": "i", "ie": "i", "oo": "u", "uu": "u"},
}
_PAIRS = re.compile(
    "a[iu]|[ae]y(?![aeiou])|ei|ou|iy(?=[aeiou])|uv(?=[aeiou])|(?<=[^aeiou])y(?![aeiou])"
    "|[nm](?=[^aeiouyh])"
)
_AS_PAIRS = {
    **{"ai": "e", "ay": "e", "ei": "e", "ey": "e", "au": "o", "ou": "o", "iy": "i", "uv": "u"},
    **{"y": "i", "n": "n", "m": "n"},
}
_SOFTENING = ("e", "i", "y")  # a c before them is an s
_DOUBLED = re.compile(r"([a-zC])\1+|(?<=[aeiou])h$")
_PLURAL_OF_I = re.compile(r"(?<=.)i[oa]n?$")
_ENDING = re.compile(r"(?<=..)(?:[oe]n|[aeo])$")
_MEDIAL_A = re.compile(r"(?<=.)a")


def latin(word: str) -> str:
    """A word of an Indic script in Latin letters, with the a's that are not spoken left out.

    >>> latin("फसल"), latin("खाद"), latin("गेहूं"), latin("टीकाकरण"), latin("ખાતર"), latin("seed")
    ('fasal', 'khad', 'gehu', 'tikakran', 'khatar', 'seed')
    """
    if word.isascii():
        return word
    letters = _letters(_devanagari(word).replace("ज्ञ", "ग्य"))
    kept = [
        text
        for at, (text, inherent) in enumerate(letters)
        if not (inherent and _is_silent(letters, at))
    ]
    return "".join(kept)


def _devanagari(word: str) -> str:
    """The same letters of Devanagari for those of an Indic script laid out as it is."""
    first = _INDIC.start
    return "".join(
        chr(first + (ord(one) - first) % _BLOCK) if ord(one) in _INDIC else one for one in word
    )


def _letters(word: str) -> list[tuple[str, bool]]:
    """The sounds of a word in order; True marks an a that a consonant brings with it."""
    found: list[tuple[str, bool]] = []
    for at, one in enumerate(word):
        after = word[at + 1 : at + 2]
        if one in _CONSONANTS:
            found.append((_CONSONANTS[one], False))
            if after not in _SIGNS and after != _VIRAMA:
                found.append(("a", True))
        elif one in _NASALS:
            found += [("n", False)] if after else []
        else:
            text = _VOWELS.get(one) or _SIGNS.get(one) or (one if one.isascii() else "")
            found += [(text, False)] if text else []
    return found


def _is_silent(letters: list[tuple[str, bool]], at: int) -> bool:
    """Whether an inherent a is not spoken: the last, and one between vowel, consonant and vowel."""
    if at == len(letters) - 1:
        return at > 1
    if at < 3 or at + 2 >= len(letters):
        return False
    is_before = _is_vowel(letters[at - 2][0])
    return is_before and not _is_vowel(letters[at + 1][0]) and _spoken(letters, at + 2)


def _spoken(letters: list[tuple[str, bool]], at: int) -> bool:
    text, is_inherent = letters[at]
    return _is_vowel(text) and not (is_inherent and at == len(letters) - 1)


def _is_vowel(text: str) -> bool:
    return text[0] in "aeiou"


@lru_cache(maxsize=20_000)
def squeezed(word: str) -> str:
    """A Latin word as any Hinglish spelling of it would be.

    >>> squeezed("khaad"), squeezed("khad"), squeezed("buwaayi"), squeezed("buvai")
    ('kad', 'kad', 'bue', 'bue')
    """
    word = _LETTERS.sub(_letters_of, word)
    word = _PAIRS.sub(_pair_of, word)
    return _DOUBLED.sub(_single_of, word).replace("C", "c")


def _letters_of(found: re.Match[str]) -> str:
    text = found[0]
    if text == "c":
        return "s" if found.string[found.end() : found.end() + 1] in _SOFTENING else "k"
    return _AS_LETTERS.get(text) or _AS_LETTERS.get(text[:2], "")


def _pair_of(found: re.Match[str]) -> str:
    return _AS_PAIRS[found[0]]


def _single_of(found: re.Match[str]) -> str:
    return found[1] or ""


def sound(word: str) -> str:
    """The key of words that sound alike; empty where a word is too short to tell.

    >>> sound("खाद"), sound("khaad"), sound("फसलों"), sound("fasal"), sound("बीमारियां")
    ('kd', 'kd', 'fsl', 'fsl', 'bimri')
    """
    plain = squeezed(latin(word))
    key = _MEDIAL_A.sub("", _ENDING.sub("", _PLURAL_OF_I.sub("i", plain)))
    return key if len(key) > 1 else ""


def sounds(word: str) -> tuple[str, ...]:
    """The keys by which to look a word up: a last n may be a nasal vowel.

    >>> sounds("gehun"), sounds("गेहूं"), sounds("kisan"), sounds("i")
    (('gehun', 'gehu'), ('gehu',), ('kisn', 'kis'), ())
    """
    keys = [sound(word)]
    if word.isascii() and word.endswith("n"):
        plain = squeezed(word)
        keys += [_MEDIAL_A.sub("", plain), _MEDIAL_A.sub("", plain[:-1])]
    return tuple(dict.fromkeys(key for key in keys if len(key) > 1))
