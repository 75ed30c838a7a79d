"""Texts as banned words are looked for in them: the same letters however they are typed.

Everything here takes time in proportion to the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import chain


def _pairs(alike: str) -> dict[int, str | None]:
    """What stands in the place of the first letter of each pair: the second one."""
    return {ord(one[0]): one[1:] for one in alike.split()}


_INVISIBLE = "".join(
    map(
        chr,
        chain(
            *(range(0x00, 0x09), range(0x0E, 0x20), range(0x7F, 0xA0), (0xAD, 0x34F, 0x61C)),
            *((0x115F, 0x1160, 0x180E), range(0x200B, 0x2010), range(0x202A, 0x202F)),
            *(range(0x2060, 0x2070), (0x3164, 0xFEFF, 0xFFA0), range(0xFE00, 0xFE10)),
            *(range(0x1F3FB, 0x1F400), range(0xE0000, 0xE0080)),
        ),
    )
)
"""What cannot be seen, and the colours of skin."""

_ALIKE: dict[int, str | None] = {
    **dict.fromkeys(map(ord, _INVISIBLE)),
    **dict.fromkeys(range(0x300, 0x370)),  # accents
    **dict.fromkeys(map(ord, "़়਼઼଼")),  # dots of borrowed sounds
    **dict.fromkeys((*range(0x64B, 0x660), 0x670, 0x640)),  # vowels of Urdu, and its kashida
    **_pairs("ीि ूु ীি ূু ੀਿ ੂੁ ીિ ૂુ ୀି ୂୁ"),  # long vowels where they are mixed up with short ones
    **_pairs("ँं ঁং ઁં ଁଂ ਂੰ"),  # nasal signs
    **_pairs("يی ىی كک هہ ھہ ةہ أا إا آا"),
    **_pairs("аa еe оo рp сc уy хx іi ѕs кk мm тt нh вb αa οo ρp εe ιi κk νv τt υu"),
    **_pairs("’' ‘' ʼ' _-"),
}
_MARKS = "".join(
    letter
    for letter in map(chr, chain(range(0x300, 0x370), range(0x610, 0x6EE), range(0x900, 0xE00)))
    if unicodedata.category(letter)[0] == "M"
)
_VIRAMAS = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d"
_IN_WORD = rf"[\w{_MARKS}]"
_PICTURES = r"[\u2190-\u2bff\U0001f000-\U0001faff]+"
_HIDDEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MANY_MARKS = re.compile(rf"([{_MARKS}]{{8}})[{_MARKS}]+")
_RUN = re.compile(r"(\S)\1+")
_WORD = re.compile(rf"{_IN_WORD}+|{_PICTURES}")
_ASCII_WORD = re.compile(r"[a-z0-9]+")  # in a text of ASCII alone, several times as fast


def folded(text: str) -> str:
    """A text without what tells its letters apart only to the eye.

    Small letters; none that cannot be seen; no accents, dots below, or long vowels of the scripts
    where they are mixed up; and look-alikes of other scripts as the letters that they look like.

    >>> folded("SHİT\\u200b"), folded("गाँड़") == folded("गांड"), folded("fück")
    ('shit', True, 'fuck')
    """
    if text.isascii():
        return _HIDDEN.sub("", text).lower().replace("_", "-")
    plain = unicodedata.normalize("NFKD", _MANY_MARKS.sub(r"\1", text))
    return plain.casefold().translate(_ALIKE)


def collapsed(text: str) -> str:
    """A text with one letter for each run of the same.

    >>> collapsed("shiiit happens")
    'shit hapens'
    """
    return _RUN.sub(r"\1", text)


def words_of(text: str) -> list[str]:
    """The words of a folded text, in order; marks belong to their letters, and a picture is a word.

    >>> words_of("बकवास! it's 🖕")
    ['बकवास', 'it', 's', '🖕']
    """
    return _ASCII_WORD.findall(text) if text.isascii() else _WORD.findall(text)


# --- disguises ---

_SIGNS = "0-9@$€!|+*#"
_LEET = str.maketrans("0134578+@$€!|", "oieastbtaseii")
_OTHER_L = str.maketrans("1!|", "lll")
_DIGITS = "0123456789"
_MIXED = re.compile(rf"(?<![a-z{_SIGNS}])(?=[{_SIGNS}]*[a-z])(?=[a-z]*[{_SIGNS}])[a-z{_SIGNS}]+")
_JOINED = re.compile(rf"(?<!{_IN_WORD}){_IN_WORD}++(?:[-.,·•~'/\\*+:;]{{1,3}}+{_IN_WORD}++)++")
_LETTER = rf"[\w@$](?:[{_VIRAMAS}]\w|[{_MARKS}])*+"
_GAP = rf"[^\w{_MARKS}@$]{{1,3}}"
_SPACED = re.compile(rf"(?<!{_IN_WORD}){_LETTER}(?:{_GAP}{_LETTER}){{2,}}(?!{_IN_WORD})")
_ASCII_JOINED = re.compile(r"(?<![a-z0-9])[a-z0-9]++(?:[-.,~'/\\*+:;]{1,3}+[a-z0-9]++)++")
_ASCII_SPACED = re.compile(r"(?<![a-z0-9])[a-z0-9@$](?:[^a-z0-9@$]{1,3}[a-z0-9@$]){2,}(?![a-z0-9])")
_ONE_LETTER = re.compile(_LETTER)
_WIDE_GAP = re.compile(r"\s{2,}")
_BETWEEN = re.compile(rf"[^\w{_MARKS}@$]+")
_STARRED = re.compile(rf"[\w{_MARKS}{_SIGNS}]+")
MAX_STARRED = 200  # words with letters starred out that are looked at in one text
MIN_SHOWN = 2  # letters of such a word that are not


def disguised_words(text: str) -> list[str]:
    """What a folded text's words may be that hide behind digits and signs, gaps or punctuation.

    >>> disguised_words("sh1t"), disguised_words("s h i t"), disguised_words("sh-it")
    (['shit', 'shlt', 'sh1t'], ['shit', 'hit', 'shi', 'hi'], ['shit'])
    >>> disguised_words("It is 9.30, in room A55")
    ['930']
    """
    found: list[str] = []
    for word in _MIXED.findall(text):
        found += _plain_forms(word)
    is_ascii = text.isascii()
    for word in (_ASCII_JOINED if is_ascii else _JOINED).findall(text):
        letters = _BETWEEN.sub("", word)
        found += (letters, *_plain_forms(letters))
    for spaced in (_ASCII_SPACED if is_ascii else _SPACED).findall(text):
        for part in _WIDE_GAP.split(spaced):
            each = _ONE_LETTER.findall(part)  # words of one letter may stand before and behind
            for some in (each, each[1:], each[:-1], each[1:-1]):
                spelled = "".join(some)
                found += (spelled, *_plain_forms(spelled))
    return found


def starred_words(text: str) -> list[str]:
    """The words of a folded text with letters starred out, each once, at most 200.

    >>> starred_words("what the f*ck, *bold* and f##k")
    ['f*ck', 'f**k']
    """
    if "*" not in text and "#" not in text:
        return []
    found: dict[str, None] = {}
    for word in _STARRED.findall(text):
        starred = word.strip("*#!|+").replace("#", "*")
        if "*" in starred and len(starred) - starred.count("*") >= MIN_SHOWN:
            found[starred] = None
            if len(found) == MAX_STARRED:
                break
    return list(found)


def _plain_forms(word: str) -> Iterable[str]:
    """What a word of letters, digits and signs may be.

    Of one that is digits for the greater part (the telephone Galaxy A55) only its letters.
    """
    bare = word.strip("!|+*#")
    if bare.isalpha() or not bare.isascii():
        return (bare, f"{bare}i") if word.endswith("!") else ((bare,) if bare != word else ())
    own = bare.strip(_DIGITS)
    if sum(map(str.isdigit, bare)) * 2 > len(bare):
        return (own,) if own else ()
    forms = (bare.translate(_LEET), bare.translate(_OTHER_L).translate(_LEET), own)
    return (*forms, f"{forms[0]}i") if word.endswith("!") else forms
